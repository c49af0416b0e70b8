//! What can go wrong with an order, and how clients see it.

use std::time::Duration;

use actix_web::http::StatusCode;
use money::MoneyError;
use problem::{FieldError, Problem};
use uuid::Uuid;

use crate::life::{ReturnState, Status};

/// A failure in the shop's terms; nothing here knows of HTTP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrderError {
    #[error("no such order")]
    NoSuchOrder,
    #[error("no such return")]
    NoSuchReturn,
    #[error("the cart is empty")]
    CartEmpty,
    #[error("the cart has more than {} lines", crate::order::LINES_AT_MOST)]
    CartTooLarge,
    /// Which products, and what the catalog says of each.
    #[error("out of stock")]
    OutOfStock(Vec<(Uuid, String)>),
    #[error("a product in the cart is not sold any more")]
    UnknownProduct,
    #[error("the key was used with another body")]
    KeyReused,
    #[error("the key was used for a checkout that is over")]
    KeySpent,
    #[error("the same checkout is under way")]
    CheckoutInProgress,
    #[error("the card was declined ({code}); order {order} is closed")]
    Declined { order: Uuid, code: String },
    #[error(
        "the payment was not completed in time; order {order} is closed, and whatever was charged is returned"
    )]
    Expired { order: Uuid },
    #[error("no such payment method; order {order} is closed and nothing was charged")]
    UnknownPaymentMethod { order: Uuid },
    #[error("whether the order is paid is not known yet")]
    OutcomeUnknown(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    #[error("the order is {}", .0.as_str())]
    NotCancellable(Status),
    #[error("the order is {}", .0.as_str())]
    OrderNotThere(Status),
    #[error("the return is {}", .0.as_str())]
    ReturnNotThere(ReturnState),
    #[error("the stock of the order is being taken")]
    StockNotSettled,
    #[error("the order is {}", .0.as_str())]
    NotReturnable(Status),
    #[error("product {0} is not part of the order")]
    NotInOrder(Uuid),
    #[error("product {0} is named twice")]
    NamedTwice(Uuid),
    #[error("zone is no time zone that is known here; one is named as in Europe/Paris")]
    UnknownZone,
    #[error("of product {product} only {left} can still be returned")]
    ReturnExceedsPurchase { product: Uuid, left: i64 },
    #[error(transparent)]
    Upstream(#[from] upstream::Error),
    #[error("the sum cannot be computed")]
    Money(#[from] MoneyError),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// When to ask again about something that is under way.
const SOON: Duration = Duration::from_secs(2);

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let detail = error.to_string();
        let conflict = |slug, title| Problem::new(StatusCode::CONFLICT, slug, title);
        let unprocessable =
            |slug, title| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, slug, title);
        let unpaid = || {
            Problem::new(
                StatusCode::PAYMENT_REQUIRED,
                "payment-declined",
                "The payment was declined",
            )
        };
        match error {
            OrderError::NoSuchOrder | OrderError::NoSuchReturn => Problem::not_found(),
            OrderError::CartEmpty => unprocessable("cart-empty", "The cart is empty"),
            OrderError::CartTooLarge => {
                unprocessable("cart-too-large", "The cart is too large").detail(detail)
            }
            OrderError::OutOfStock(products) => conflict("out-of-stock", "Out of stock")
                .detail("nothing was ordered; change the cart and try again")
                .fields(products.into_iter().map(field).collect()),
            OrderError::UnknownProduct => {
                unprocessable("unknown-product", "Unknown product").detail(detail)
            }
            OrderError::KeyReused | OrderError::KeySpent => unprocessable(
                "idempotency-key-reused",
                "The idempotency key was used before",
            )
            .detail(format!("{detail}; a new checkout needs a new key")),
            OrderError::CheckoutInProgress => {
                conflict("checkout-in-progress", "The same checkout is under way")
                    .detail("send the same request with the same key again to learn how it ended")
                    .retry_after(SOON)
            }
            OrderError::Declined { code, .. } => unpaid()
                .detail(format!("{detail}; a new attempt needs a new key"))
                .fields(vec![FieldError {
                    field: "payment_method_id".to_owned(),
                    detail: code,
                }]),
            OrderError::Expired { .. } => {
                unpaid().detail(format!("{detail}; a new attempt needs a new key"))
            }
            OrderError::UnknownPaymentMethod { .. } => {
                unprocessable("unknown-payment-method", "Unknown payment method")
                    .detail(format!("{detail}; a new attempt needs a new key"))
            }
            OrderError::OutcomeUnknown(cause) => {
                let problem = Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "outcome-unknown",
                    "The outcome is not known yet",
                )
                .detail("the order is recorded and is being finished; send the same request with the same key again to learn how it ended")
                .retry_after(SOON);
                match cause {
                    Some(cause) => problem.because(cause),
                    None => problem,
                }
            }
            OrderError::NotCancellable(_) => {
                conflict("not-cancellable", "The order cannot be cancelled").detail(detail)
            }
            OrderError::OrderNotThere(_) | OrderError::ReturnNotThere(_) => {
                conflict("not-allowed-now", "Not possible in this state").detail(detail)
            }
            OrderError::StockNotSettled => {
                conflict("stock-not-settled", "The stock is not taken yet")
                    .detail(detail)
                    .retry_after(SOON)
            }
            OrderError::NotReturnable(_) => {
                conflict("not-returnable", "The order cannot be returned").detail(detail)
            }
            OrderError::NotInOrder(_) | OrderError::NamedTwice(_) | OrderError::UnknownZone => {
                Problem::invalid(detail)
            }
            OrderError::ReturnExceedsPurchase { .. } => {
                conflict("return-exceeds-purchase", "More than was bought").detail(detail)
            }
            // Nothing is recorded yet where a call ends a request; the same key can simply be sent again.
            OrderError::Upstream(error) => Problem::unavailable(error),
            OrderError::Money(_) | OrderError::Database(_) => Problem::internal(error),
        }
    }
}

fn field((product, detail): (Uuid, String)) -> FieldError {
    FieldError {
        field: product.to_string(),
        detail,
    }
}
