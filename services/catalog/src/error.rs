//! What can go wrong in the catalog, and how clients see it.

use actix_web::http::StatusCode;
use problem::{FieldError, Problem};

/// A failure in catalog terms; nothing here knows of HTTP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("no such product")]
    NoSuchProduct,
    #[error("no such reservation")]
    NoSuchReservation,
    #[error("no category {0}")]
    UnknownCategory(String),
    #[error("the slug {0} is taken")]
    SlugTaken(String),
    #[error("there are not that many units on the shelf")]
    InsufficientStock,
    /// Which lines ask for more than there is.
    #[error("too few units are left")]
    OutOfStock(Vec<usize>),
    /// Which lines name a product that is not sold; empty where that is not known.
    #[error("a line names a product that is not sold here")]
    UnknownProduct(Vec<usize>),
    #[error("the reservation was released")]
    Released,
    #[error("the reservation was committed")]
    Committed,
    #[error("the cursor belongs to another list")]
    BadCursor,
    #[error("{field}: {detail}")]
    Invalid { field: String, detail: String },
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl CatalogError {
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        let detail = error.to_string();
        match error {
            CatalogError::NoSuchProduct | CatalogError::NoSuchReservation => {
                Problem::not_found().detail(detail)
            }
            CatalogError::UnknownCategory(_) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown-category",
                "Unknown category",
            )
            .detail(detail),
            CatalogError::SlugTaken(_) => {
                Problem::new(StatusCode::CONFLICT, "slug-taken", "Slug taken").detail(detail)
            }
            CatalogError::InsufficientStock => Problem::new(
                StatusCode::CONFLICT,
                "insufficient-stock",
                "Insufficient stock",
            )
            .detail(detail),
            CatalogError::OutOfStock(at) => {
                Problem::new(StatusCode::CONFLICT, "out-of-stock", "Out of stock")
                    .detail(detail)
                    .fields(lines(&at, "too few units are left"))
            }
            CatalogError::UnknownProduct(at) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown-product",
                "Unknown product",
            )
            .detail(detail)
            .fields(lines(&at, "not sold here")),
            CatalogError::Released => Problem::new(
                StatusCode::CONFLICT,
                "released",
                "The reservation was released",
            ),
            CatalogError::Committed => Problem::new(
                StatusCode::CONFLICT,
                "committed",
                "The reservation was committed",
            ),
            CatalogError::BadCursor => {
                Problem::new(StatusCode::BAD_REQUEST, "bad-cursor", "Bad cursor").detail(detail)
            }
            CatalogError::Invalid { field, detail } => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "Invalid request",
            )
            .fields(vec![FieldError { field, detail }]),
            CatalogError::Database(_) => Problem::internal(error),
        }
    }
}

fn lines(at: &[usize], detail: &str) -> Vec<FieldError> {
    at.iter()
        .map(|index| FieldError {
            field: format!("lines[{index}]"),
            detail: detail.to_owned(),
        })
        .collect()
}
