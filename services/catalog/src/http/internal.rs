//! What the other services ask; `docs/reference/contracts.md` says what each call promises.

use actix_web::{get, post, put, web};
use identity::{Peer, Scope};
use problem::{Details, Problem, Valid};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    metrics::StockMetrics,
    product::{Quote, parse_ids},
    reservation::{self, Reservation, Restock, Ttl, Wanted},
    store,
};

/// Which products to quote.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QuotesQuery {
    /// At most 100 ids, with commas between.
    ids: String,
}

/// Products as the other services need them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Quotes {
    items: Vec<Quote>,
}

/// A body with nothing in it.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What was put back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Restocked {
    id: Uuid,
}

/// Prices and availability. Unknown ids are left out. Needs a service token for `products`.
#[utoipa::path(
    tag = "internal",
    params(QuotesQuery),
    responses(
        (status = OK, body = Quotes),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/internal/products")]
pub(super) async fn products(
    peer: Peer,
    db: web::Data<PgPool>,
    query: web::Query<QuotesQuery>,
) -> Result<web::Json<Quotes>, Problem> {
    peer.require(Scope::Products)?;
    let ids = parse_ids(&query.ids)?;
    let items = store::products::quotes(db.get_ref(), &ids).await?;
    Ok(web::Json(Quotes { items }))
}

/// Takes the stock of all lines or of none. Needs a service token for `stock`.
#[utoipa::path(
    tag = "internal",
    params(("id" = Uuid, Path)),
    request_body = Wanted,
    responses(
        (status = OK, body = Reservation),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[put("/internal/reservations/{id}")]
pub(super) async fn reserve(
    peer: Peer,
    db: web::Data<PgPool>,
    metrics: web::Data<StockMetrics>,
    ttl: web::Data<Ttl>,
    id: web::Path<Uuid>,
    wanted: Valid<Wanted>,
) -> Result<web::Json<Reservation>, Problem> {
    peer.require(Scope::Stock)?;
    let result = reservation::reserve(&db, *id, &wanted.lines, **ttl).await;
    metrics.observe("reserved", &result);
    Ok(web::Json(result?))
}

/// Sells what is reserved. Needs a service token for `stock`.
#[utoipa::path(
    tag = "internal",
    params(("id" = Uuid, Path)),
    request_body = Nothing,
    responses(
        (status = OK, body = Reservation),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/internal/reservations/{id}/commit")]
pub(super) async fn commit(
    peer: Peer,
    db: web::Data<PgPool>,
    metrics: web::Data<StockMetrics>,
    id: web::Path<Uuid>,
    _: Valid<Nothing>,
) -> Result<web::Json<Reservation>, Problem> {
    peer.require(Scope::Stock)?;
    let result = reservation::commit(&db, *id).await;
    metrics.observe("committed", &result);
    Ok(web::Json(result?))
}

/// Gives units back. Needs a service token for `stock`.
#[utoipa::path(
    tag = "internal",
    params(("id" = Uuid, Path)),
    request_body = Nothing,
    responses(
        (status = OK, body = Reservation),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/internal/reservations/{id}/release")]
pub(super) async fn release(
    peer: Peer,
    db: web::Data<PgPool>,
    metrics: web::Data<StockMetrics>,
    id: web::Path<Uuid>,
    _: Valid<Nothing>,
) -> Result<web::Json<Reservation>, Problem> {
    peer.require(Scope::Stock)?;
    let result = reservation::release(&db, *id).await;
    metrics.observe("released", &result);
    Ok(web::Json(result?))
}

/// Puts units of a return or a cancellation back on the shelf, once for each id. Needs a service token
/// for `stock`.
#[utoipa::path(
    tag = "internal",
    params(("id" = Uuid, Path)),
    request_body = Restock,
    responses(
        (status = OK, body = Restocked),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[put("/internal/restocks/{id}")]
pub(super) async fn restock(
    peer: Peer,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
    restock: Valid<Restock>,
) -> Result<web::Json<Restocked>, Problem> {
    peer.require(Scope::Stock)?;
    reservation::restock(&db, *id, &restock).await?;
    Ok(web::Json(Restocked { id: *id }))
}
