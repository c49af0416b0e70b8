//! What can go wrong with a cart, and how clients see it.

use std::time::Duration;

use actix_web::http::StatusCode;
use money::MoneyError;
use problem::Problem;

use crate::cart::LINES_LIMIT;

/// A failure in the cart's terms; nothing here knows of HTTP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CartError {
    #[error("the product does not exist, or is no longer sold")]
    NoSuchProduct,
    #[error("{available} available")]
    InsufficientStock { available: i32 },
    #[error("a cart holds at most {LINES_LIMIT} different products")]
    CartFull,
    #[error("the product is priced in another currency than the rest of the cart")]
    CurrencyMismatch,
    #[error("the catalog does not answer")]
    CatalogUnavailable(#[source] upstream::Error),
    #[error("the cart cannot be added up")]
    Money(#[from] MoneyError),
    #[error("the system's random numbers failed")]
    Random,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<CartError> for Problem {
    fn from(error: CartError) -> Self {
        let detail = error.to_string();
        match error {
            CartError::NoSuchProduct => {
                Self::new(StatusCode::NOT_FOUND, "no-such-product", "No such product")
                    .detail(detail)
            }
            CartError::InsufficientStock { .. } => Self::new(
                StatusCode::CONFLICT,
                "insufficient-stock",
                "Not enough in stock",
            )
            .detail(detail),
            CartError::CartFull => {
                Self::new(StatusCode::CONFLICT, "cart-full", "The cart is full").detail(detail)
            }
            CartError::CurrencyMismatch => Self::new(
                StatusCode::CONFLICT,
                "currency-mismatch",
                "Currencies do not mix",
            )
            .detail(detail),
            CartError::CatalogUnavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "catalog-unavailable",
                "Prices cannot be looked up at the moment",
            )
            .retry_after(Duration::from_secs(2))
            .because(error),
            CartError::Database(sqlx::Error::PoolTimedOut) => Self::unavailable(error),
            CartError::Money(_) | CartError::Random | CartError::Database(_) => {
                Self::internal(error)
            }
        }
    }
}
