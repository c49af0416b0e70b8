//! What can go wrong with cards and money, and how clients see it.

use std::time::Duration;

use actix_web::http::StatusCode;
use chassis::violates;
use problem::{BODY_LIMIT, FieldError, Problem};

use crate::{card::Fault, gateway::Cause, method::MOST_METHODS};

/// A failure in payment terms; nothing here knows of HTTP, and nothing here holds anything of a card.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaymentError {
    #[error("the card cannot be a real one")]
    InvalidCard(Vec<Fault>),
    #[error("the gateway refused the card: {0}")]
    CardRefused(String),
    #[error("a user has at most {MOST_METHODS} payment methods")]
    TooManyMethods,
    #[error("no such payment method")]
    NoSuchMethod,
    #[error("the payment method is not one of this user's")]
    UnknownPaymentMethod,
    #[error("no such payment")]
    NoSuchPayment,
    #[error("the same id was used for something else before")]
    Mismatch,
    #[error("more than what is left of the capture")]
    RefundExceedsCapture,
    #[error("the gateway refused the refund: {0}")]
    RefundRefused(String),
    #[error("the signature is missing, not ours, or too old")]
    InvalidSignature,
    #[error("the event has no id, kind or object")]
    UnreadableEvent,
    #[error("at most {BODY_LIMIT} bytes")]
    EventTooLarge,
    #[error("the gateway did not answer")]
    GatewayUnavailable(#[source] Cause),
    #[error("whether the gateway did what was asked is unknown")]
    OutcomeUnknown(#[source] Cause),
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for PaymentError {
    fn from(error: sqlx::Error) -> Self {
        if violates(&error, "refunds_order_id_fkey") {
            Self::NoSuchPayment
        } else {
            Self::Database(error)
        }
    }
}

impl From<PaymentError> for Problem {
    fn from(error: PaymentError) -> Self {
        let detail = error.to_string();
        let refused = |slug, title| Self::new(StatusCode::CONFLICT, slug, title);
        match error {
            PaymentError::InvalidCard(faults) => invalid_card().fields(
                faults
                    .into_iter()
                    .map(|Fault { field, detail }| FieldError {
                        field: field.to_owned(),
                        detail: detail.to_owned(),
                    })
                    .collect(),
            ),
            PaymentError::CardRefused(_) => invalid_card().detail("the card was not accepted"),
            PaymentError::TooManyMethods => {
                refused("too-many-payment-methods", "Too many payment methods").detail(detail)
            }
            PaymentError::NoSuchMethod | PaymentError::NoSuchPayment => Self::not_found(),
            PaymentError::UnknownPaymentMethod => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown-payment-method",
                "Unknown payment method",
            ),
            PaymentError::Mismatch => {
                refused("payment-mismatch", "Not the same payment").detail(detail)
            }
            PaymentError::RefundExceedsCapture => {
                refused("refund-exceeds-capture", "The refund exceeds the capture").detail(detail)
            }
            PaymentError::RefundRefused(_) => {
                refused("refund-refused", "The refund was refused").detail(detail)
            }
            PaymentError::InvalidSignature => Self::new(
                StatusCode::BAD_REQUEST,
                "invalid-signature",
                "The signature is not good",
            )
            .detail(detail),
            PaymentError::UnreadableEvent => {
                Self::new(StatusCode::BAD_REQUEST, "malformed", "Malformed body").detail(detail)
            }
            PaymentError::EventTooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
            )
            .detail(detail),
            PaymentError::GatewayUnavailable(_) => Self::unavailable(error),
            PaymentError::OutcomeUnknown(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "outcome-unknown",
                "The outcome is not known yet",
            )
            .retry_after(Duration::from_secs(1))
            .because(error),
            PaymentError::Database(_) => Self::internal(error),
        }
    }
}

fn invalid_card() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid-card",
        "Invalid card",
    )
}
