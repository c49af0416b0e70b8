//! The life of an order and of a return: one table each, and nothing moves outside them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum Status {
    /// Recorded; whether it is paid is not known yet.
    Pending,
    /// Paid.
    Confirmed,
    /// In its box.
    Packed,
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Called off after it was paid; the money goes back.
    Cancelled,
    /// Not paid, and it never will be.
    PaymentFailed,
}

/// Where a return is in its life.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum ReturnState {
    /// The customer asks for it.
    Requested,
    /// Staff agreed.
    Approved,
    /// Staff did not agree.
    Refused,
    /// The goods are back.
    Received,
    /// The money is back.
    Refunded,
}

/// Who does something.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum ActorKind {
    /// Who bought it.
    Customer,
    /// Who runs the shop.
    Staff,
    /// The shop itself.
    System,
}

type Move<S> = (S, S, &'static [ActorKind]);

/// Every way an order may go: from, to, and who may do it.
const ORDER: [Move<Status>; 6] = {
    use ActorKind::{Customer, Staff, System};
    use Status::{Cancelled, Confirmed, Delivered, Packed, PaymentFailed, Pending, Shipped};
    [
        (Pending, Confirmed, &[System]),
        (Pending, PaymentFailed, &[System]),
        // The shop itself cancels where the stock of a paid order is gone.
        (Confirmed, Cancelled, &[Customer, System]),
        (Confirmed, Packed, &[Staff]),
        (Packed, Shipped, &[Staff]),
        (Shipped, Delivered, &[Staff]),
    ]
};

/// Every way a return may go.
const RETURN: [Move<ReturnState>; 4] = {
    use ActorKind::{Staff, System};
    use ReturnState::{Approved, Received, Refunded, Refused, Requested};
    [
        (Requested, Approved, &[Staff]),
        (Requested, Refused, &[Staff]),
        (Approved, Received, &[Staff]),
        (Received, Refunded, &[System]),
    ]
};

/// From where an order may go `to` there by the hand of `actor`.
pub(crate) fn order_sources(to: Status, actor: ActorKind) -> impl Iterator<Item = Status> {
    sources(&ORDER, to, actor)
}

/// From where a return may go `to` there by the hand of `actor`.
pub(crate) fn return_sources(
    to: ReturnState,
    actor: ActorKind,
) -> impl Iterator<Item = ReturnState> {
    sources(&RETURN, to, actor)
}

fn sources<S: Copy + PartialEq + 'static>(
    table: &'static [Move<S>],
    to: S,
    actor: ActorKind,
) -> impl Iterator<Item = S> {
    table
        .iter()
        .filter(move |(_, target, actors)| *target == to && actors.contains(&actor))
        .map(|(from, _, _)| *from)
}

impl Status {
    pub(crate) const ALL: [Self; 7] = [
        Self::Pending,
        Self::Confirmed,
        Self::Packed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
        Self::PaymentFailed,
    ];

    /// Its name in the database and on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::PaymentFailed => "payment_failed",
        }
    }
}

impl ReturnState {
    /// Its name in the database and on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Received => "received",
            Self::Refunded => "refunded",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    const RETURN_STATES: [ReturnState; 5] = [
        ReturnState::Requested,
        ReturnState::Approved,
        ReturnState::Refused,
        ReturnState::Received,
        ReturnState::Refunded,
    ];
    const ACTORS: [ActorKind; 3] = [ActorKind::Customer, ActorKind::Staff, ActorKind::System];

    /// How far along an order is; every move goes up, so no life has a circle.
    fn rank(status: Status) -> u8 {
        match status {
            Status::Pending => 0,
            Status::Confirmed => 1,
            Status::Packed => 2,
            Status::Shipped => 3,
            Status::Delivered | Status::Cancelled | Status::PaymentFailed => 4,
        }
    }

    fn may(from: Status, to: Status, actor: ActorKind) -> bool {
        order_sources(to, actor).any(|it| it == from)
    }

    proptest! {
        /// Anybody tries anything, in any order.
        #[test]
        fn no_path_leaves_the_documented_life(
            attempts in prop::collection::vec((select(&Status::ALL[..]), select(&ACTORS[..])), 0..60),
        ) {
            let mut path = vec![Status::Pending];
            for (to, actor) in attempts {
                let now = path[path.len() - 1];
                if may(now, to, actor) {
                    prop_assert!(rank(to) > rank(now), "{now:?} to {to:?}");
                    path.push(to);
                }
            }
            let fulfilled = [
                Status::Pending,
                Status::Confirmed,
                Status::Packed,
                Status::Shipped,
                Status::Delivered,
            ];
            let called_off = [Status::Pending, Status::Confirmed, Status::Cancelled];
            let failed = [Status::Pending, Status::PaymentFailed];
            prop_assert!(
                fulfilled.starts_with(&path) || called_off.starts_with(&path) || failed.starts_with(&path),
                "{path:?}"
            );
        }

        #[test]
        fn no_return_leaves_its_documented_life(
            attempts in prop::collection::vec((select(&RETURN_STATES[..]), select(&ACTORS[..])), 0..60),
        ) {
            let mut path = vec![ReturnState::Requested];
            for (to, actor) in attempts {
                let now = path[path.len() - 1];
                if return_sources(to, actor).any(|it| it == now) {
                    path.push(to);
                }
            }
            let accepted = [
                ReturnState::Requested,
                ReturnState::Approved,
                ReturnState::Received,
                ReturnState::Refunded,
            ];
            let refused = [ReturnState::Requested, ReturnState::Refused];
            prop_assert!(accepted.starts_with(&path) || refused.starts_with(&path), "{path:?}");
        }

        #[test]
        fn a_customer_can_only_cancel_what_is_confirmed(from in select(&Status::ALL[..]), to in select(&Status::ALL[..])) {
            let allowed = may(from, to, ActorKind::Customer);
            prop_assert_eq!(allowed, from == Status::Confirmed && to == Status::Cancelled);
        }

        #[test]
        fn only_the_shop_itself_says_what_is_paid(from in select(&Status::ALL[..]), actor in select(&ACTORS[..])) {
            for to in [Status::Confirmed, Status::PaymentFailed] {
                prop_assert_eq!(may(from, to, actor), from == Status::Pending && actor == ActorKind::System);
            }
        }
    }

    #[test]
    fn every_status_can_be_reached_and_the_ends_are_ends() {
        for to in Status::ALL {
            let reachable = ACTORS
                .iter()
                .any(|it| order_sources(to, *it).next().is_some());
            assert_eq!(reachable, to != Status::Pending, "{to:?}");
        }
        for end in [Status::Delivered, Status::Cancelled, Status::PaymentFailed] {
            for to in Status::ALL {
                assert!(
                    !ACTORS.iter().any(|it| may(end, to, *it)),
                    "{end:?} to {to:?}"
                );
            }
        }
    }

    #[test]
    fn names_are_the_same_on_the_wire() {
        for status in Status::ALL {
            assert_eq!(serde_json::json!(status), status.as_str());
        }
        for state in RETURN_STATES {
            assert_eq!(serde_json::json!(state), state.as_str());
        }
    }
}
