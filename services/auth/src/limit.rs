//! How often a password may be tried, by account and by address.
//!
//! Each replica counts for itself: with three of them a guesser has three times as many tries, which is
//! still nothing, and nobody has to share a counter.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use crate::{config::Limits, error::AuthError};

/// Tries that are allowed, per replica.
#[derive(Debug)]
pub(crate) struct Attempts {
    accounts: DefaultKeyedRateLimiter<Vec<u8>>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Attempts {
    pub(crate) fn new(limits: &Limits) -> anyhow::Result<Self> {
        Ok(Self {
            accounts: RateLimiter::keyed(quota(limits.account_burst, limits.account_period)?),
            addresses: RateLimiter::keyed(quota(limits.address_burst, limits.address_period)?),
            clock: DefaultClock::default(),
        })
    }

    /// One more try for an account, whether there is such an account or not. It slows the owner down too
    /// while somebody guesses; those who are signed in stay so.
    pub(crate) fn on_account(&self, email: &str) -> Result<(), AuthError> {
        // A digest, because an address in memory may end up in a core dump, and is of any length.
        let key = digest(&SHA256, email.as_bytes()).as_ref().to_vec();
        self.accounts
            .check_key(&key)
            .map_err(|no| AuthError::TooManyAttempts(no.wait_time_from(self.clock.now())))
    }

    /// One more try from an address.
    pub(crate) fn on_address(&self, address: IpAddr) -> Result<(), AuthError> {
        self.addresses
            .check_key(&network(address))
            .map_err(|no| AuthError::TooManyAttempts(no.wait_time_from(self.clock.now())))
    }

    /// Forgets those who have waited long enough to be like new.
    pub(crate) fn forget_idle(&self) {
        self.accounts.retain_recent();
        self.accounts.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.accounts.len() + self.addresses.len()
    }
}

fn quota(burst: NonZeroU32, period: NonZeroU32) -> anyhow::Result<Quota> {
    Quota::with_period(Duration::from_millis(period.get().into()))
        .map(|it| it.allow_burst(burst))
        .context("a period is not zero")
}

/// Who has one IPv6 address has 2^64 of them: they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_ipv6_network_count_as_one() {
        let at = |it: &str| network(it.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

    #[test]
    fn accounts_are_counted_apart_and_told_how_long_to_wait() {
        let one = NonZeroU32::MIN;
        let attempts = Attempts::new(&Limits {
            account_burst: one,
            account_period: NonZeroU32::new(60_000).unwrap(),
            ..Limits::default()
        })
        .unwrap();
        attempts.on_account("a@example.com").unwrap();
        attempts.on_account("b@example.com").unwrap();
        match attempts.on_account("a@example.com") {
            Err(AuthError::TooManyAttempts(wait)) => {
                assert!(wait > Duration::from_secs(50), "{wait:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn those_who_waited_long_enough_are_forgotten() {
        let one = NonZeroU32::MIN;
        let attempts = Attempts::new(&Limits {
            account_burst: one,
            account_period: one,
            address_burst: one,
            address_period: NonZeroU32::new(60_000).unwrap(),
        })
        .unwrap();
        attempts.on_account("a@example.com").unwrap();
        attempts.on_address(Ipv6Addr::LOCALHOST.into()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        attempts.forget_idle();
        assert_eq!(attempts.remembered(), 1);
    }
}
