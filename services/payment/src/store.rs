//! All of the payment service's SQL; the sandbox acquirer has its own.
//!
//! Those that change a status answer whether it was they who did.

#![expect(
    clippy::as_conversions,
    reason = "the query macros are told the type of a parameter like that; nothing is converted"
)]

mod events;
mod methods;
mod payments;
mod refunds;

pub(crate) use events::{claim_event, event_processed, forget_events, insert_event};
pub(crate) use methods::{count_methods, delete_method, insert_method, lock_methods, methods_of};
pub(crate) use payments::{
    authorised, cancelled, captured, claim_cancelling, declined, found_captured, insert_payment,
    insert_tombstone, payment, payment_of, start_cancelling,
};
pub(crate) use refunds::{
    claim_refund, insert_refund, pending_refunds, refund, refunded, refused, reserve, reserve_rest,
};
