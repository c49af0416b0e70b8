//! Customers with accounts, of which each is on one journey at a time, with a cart of their own.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Somebody with an account, signed in.
pub(crate) struct Customer {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) token_ends: Instant,
    /// The card and the address of last time.
    pub(crate) method: String,
    pub(crate) address: String,
    /// Cards that were used once, and are to be forgotten.
    pub(crate) used_methods: Vec<String>,
    /// Whether the last journey may have left something in the cart.
    pub(crate) left_a_cart: bool,
    /// When the last order has surely emptied the cart.
    rested: Instant,
}

/// Those who are on no journey, longest idle first.
#[derive(Default)]
pub(crate) struct Customers(Mutex<VecDeque<Customer>>);

/// The shop empties the cart of an order a moment after it answered: who comes back at once would find the old
/// one.
pub(crate) const REST: Duration = Duration::from_secs(1);
/// Access tokens are exchanged when they are good for less than this.
const FRESH: Duration = Duration::from_secs(90);
/// Far below the 20 cards that the shop keeps for a customer.
const FORGET_AT: usize = 10;

impl Customer {
    pub(crate) fn new(email: String, password: String) -> Self {
        let now = Instant::now();
        Self {
            email,
            password,
            access_token: String::new(),
            refresh_token: String::new(),
            token_ends: now,
            method: String::new(),
            address: String::new(),
            used_methods: Vec::new(),
            left_a_cart: false,
            rested: now,
        }
    }

    pub(crate) fn has_an_old_token(&self) -> bool {
        self.token_ends < Instant::now() + FRESH
    }

    pub(crate) fn has_too_many_cards(&self) -> bool {
        self.used_methods.len() >= FORGET_AT
    }

    fn needs_care(&self) -> bool {
        self.has_an_old_token() || self.has_too_many_cards() || self.left_a_cart
    }
}

impl Customers {
    fn idle(&self) -> MutexGuard<'_, VecDeque<Customer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one who has been idle for longest, if rested.
    pub(crate) fn take(&self) -> Option<Customer> {
        let mut idle = self.idle();
        let place = idle.iter().position(|it| !it.needs_care())?;
        let is_rested = idle.get(place)?.rested <= Instant::now();
        is_rested.then(|| idle.remove(place)).flatten()
    }

    /// One who needs care before the next journey.
    pub(crate) fn take_for_care(&self) -> Option<Customer> {
        let mut idle = self.idle();
        let is_due = |it: &Customer| it.needs_care() && it.rested <= Instant::now();
        let place = idle.iter().position(is_due)?;
        idle.remove(place)
    }

    /// Back from a journey.
    pub(crate) fn give_back(&self, mut customer: Customer) {
        customer.rested = Instant::now() + REST;
        self.idle().push_back(customer);
    }

    /// New, or cared for: ready at once, and first, so that the order by readiness stays.
    pub(crate) fn add(&self, mut customer: Customer) {
        customer.rested = Instant::now();
        self.idle().push_front(customer);
    }

    pub(crate) fn count(&self) -> usize {
        self.idle().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> Customer {
        let mut customer = Customer::new("a".to_owned(), String::new());
        customer.token_ends = Instant::now() + Duration::from_secs(300);
        customer
    }

    #[test]
    fn a_customer_is_on_one_journey_and_rests_after_it() {
        let customers = Customers::default();
        customers.add(customer());
        let customer = customers.take().unwrap();
        assert!(customers.take().is_none());
        customers.give_back(customer);
        assert_eq!(customers.count(), 1);
        assert!(customers.take().is_none(), "not rested yet");
    }

    #[test]
    fn who_has_many_cards_or_an_old_token_is_cared_for() {
        let customers = Customers::default();
        customers.add(customer());
        assert!(customers.take_for_care().is_none());
        let mut customer = customers.take().unwrap();
        customer.used_methods = vec![String::new(); FORGET_AT];
        customers.add(customer);
        assert!(customers.take().is_none());
        assert!(customers.take_for_care().is_some());
    }
}
