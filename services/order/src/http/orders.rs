//! What customers do with their orders.

use std::{future::Ready, future::ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev::Payload, get, http::StatusCode, post, web,
};
use identity::Caller;
use problem::{Details, Problem, Valid};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::paging::{Page, limit, one_more};
use crate::{
    State, checkout, fulfilment,
    order::{Checkout, Detail, Order},
    store,
};

/// The client's own name for a request, by which a repeated one is known.
pub(crate) struct IdempotencyKey(String);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key(request))
    }
}

fn key(request: &HttpRequest) -> Result<IdempotencyKey, Problem> {
    let Some(value) = request.headers().get("Idempotency-Key") else {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency-key-missing",
            "The header Idempotency-Key is missing",
        ));
    };
    let visible = value.as_bytes().iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(key) if visible && (1..=200).contains(&key.len()) => Ok(IdempotencyKey(key.to_owned())),
        _ => Err(Problem::invalid(
            "Idempotency-Key must be 1 to 200 visible ASCII characters",
        )),
    }
}

/// Which page of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct History {
    /// How many, 1 to 100; 20 where nothing is said.
    limit: Option<u8>,
    /// Where the page before ended.
    cursor: Option<Uuid>,
}

/// Orders what is in the cart.
///
/// A request that is sent again with the same key gets the answer of the first one and changes nothing.
/// 201 and 402 are final for a key, and so is 422 `unknown-payment-method`; after 409 and 503 the same
/// request should be sent again with the same key.
#[utoipa::path(
    tag = "public",
    params(("Idempotency-Key" = String, Header, description = "1 to 200 visible ASCII characters, drawn anew for each checkout.")),
    request_body = Checkout,
    responses(
        (status = CREATED, description = "The order, paid.", body = Order),
        (status = BAD_REQUEST, description = "`idempotency-key-missing`", body = Details, content_type = "application/problem+json"),
        (status = UNAUTHORIZED, body = Details, content_type = "application/problem+json"),
        (status = PAYMENT_REQUIRED, description = "`payment-declined`, with the gateway's code in `errors`.", body = Details, content_type = "application/problem+json"),
        (status = CONFLICT, description = "`out-of-stock`, with the products in `errors`, or `checkout-in-progress`.", body = Details, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "`idempotency-key-reused`, `cart-empty`, `cart-too-large`, `unknown-product`, `unknown-payment-method` or `invalid`.", body = Details, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, description = "`outcome-unknown` or `unavailable`: send it again with the same key.", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders")]
pub(crate) async fn check_out(
    caller: Caller,
    key: IdempotencyKey,
    state: web::Data<State>,
    checkout: Valid<Checkout>,
) -> Result<HttpResponse, Problem> {
    let order = checkout::check_out(&state, caller.user, &key.0, &checkout).await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/orders/{}", order.id)))
        .json(order))
}

/// The caller's orders, newest first.
#[utoipa::path(
    tag = "public",
    params(History),
    responses(
        (status = OK, body = Page<Order>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders")]
pub(crate) async fn list(
    caller: Caller,
    state: web::Data<State>,
    page: web::Query<History>,
) -> Result<web::Json<Page<Order>>, Problem> {
    let limit = limit(page.limit)?;
    let records =
        store::orders::of_user(&state.pool, caller.user, page.cursor, one_more(limit)).await?;
    let orders = fulfilment::all_with_lines(&state, &records).await?;
    Ok(web::Json(Page::of(orders, limit, |it| it.id)))
}

/// One of the caller's orders, with all that happened to it.
#[utoipa::path(
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Detail),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/{id}")]
pub(crate) async fn show(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<Detail>, Problem> {
    let record = fulfilment::record(&state, *id, Some(caller.user)).await?;
    Ok(web::Json(fulfilment::detail(&state, &record).await?))
}

/// Calls an order off that is paid and not packed yet.
#[utoipa::path(
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Order),
        (status = CONFLICT, description = "`not-cancellable`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/{id}/cancel")]
pub(crate) async fn cancel(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<Order>, Problem> {
    Ok(web::Json(
        fulfilment::cancel(&state, caller.user, *id).await?,
    ))
}
