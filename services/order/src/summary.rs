//! How the shop does, in figures for its staff.

use chrono::NaiveDate;
use money::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::life::Status;

/// What the shop sells in. Orders in other currencies are left out of the days: sums of several
/// currencies mean nothing.
pub(crate) const CURRENCY: Currency = Currency::Eur;

/// The orders and returns there are, and the last days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Summary {
    /// How many orders have each status, in whatever currency.
    pub(crate) by_status: ByStatus,
    /// How many returns are in each state.
    pub(crate) returns_by_state: ByState,
    /// Oldest first; the last one is today.
    pub(crate) days: Vec<Day>,
}

/// A number of orders for each status.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ByStatus {
    pub(crate) pending: i64,
    pub(crate) confirmed: i64,
    pub(crate) packed: i64,
    pub(crate) shipped: i64,
    pub(crate) delivered: i64,
    pub(crate) cancelled: i64,
    pub(crate) payment_failed: i64,
}

impl ByStatus {
    pub(crate) const fn of(&self, status: Status) -> i64 {
        match status {
            Status::Pending => self.pending,
            Status::Confirmed => self.confirmed,
            Status::Packed => self.packed,
            Status::Shipped => self.shipped,
            Status::Delivered => self.delivered,
            Status::Cancelled => self.cancelled,
            Status::PaymentFailed => self.payment_failed,
        }
    }
}

/// A number of returns for each state.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ByState {
    pub(crate) requested: i64,
    pub(crate) approved: i64,
    pub(crate) refused: i64,
    pub(crate) received: i64,
    pub(crate) refunded: i64,
}

/// A day, from midnight to midnight where it was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Day {
    /// Which.
    pub(crate) date: NaiveDate,
    /// How many orders were placed and then paid, also if they were called off later.
    pub(crate) orders: i64,
    /// What those came to.
    pub(crate) sales: Money,
    /// How many times money was given back, for a return or for an order that was called off.
    pub(crate) refunds: i64,
    /// How much that was.
    pub(crate) refunded: Money,
}

/// The name of a time zone that is fit to be asked for.
///
/// PostgreSQL knows the names. But it would take one that it does not know and that has a number in it for
/// a rule (POSIX `TZ`), so that a slip of the finger like `Europe/Paris2` would move the days by two hours:
/// numbers are for the likes of `Etc/GMT+5` alone.
pub(crate) fn is_zone_name(name: &str) -> bool {
    let good = |it: u8| it.is_ascii_alphanumeric() || b"_+/-".contains(&it);
    let numbered = name.bytes().any(|it| it.is_ascii_digit());
    (1..=64).contains(&name.len())
        && name.bytes().all(good)
        && (!numbered || name.starts_with("Etc/GMT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_named_plainly() {
        for good in ["UTC", "Europe/Paris", "America/Port-au-Prince", "Etc/GMT+5"] {
            assert!(is_zone_name(good), "{good}");
        }
        let long = "A".repeat(65);
        for bad in [
            "",
            "Europe/Paris2",
            "UTC+2",
            "../UTC",
            "Europe Paris",
            "UTC'",
            "UTC\0",
            "Zürich",
            &long,
        ] {
            assert!(!is_zone_name(bad), "{bad}");
        }
    }
}
