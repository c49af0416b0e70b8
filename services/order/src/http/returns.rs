//! What customers send back.

use actix_web::{HttpResponse, get, post, web};
use identity::Caller;
use problem::{Details, Problem, Valid};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    State, fulfilment,
    order::{NewReturn, Return},
    returns, store,
};

/// The returns of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Returns {
    /// Oldest first.
    items: Vec<Return>,
}

/// Asks to send back some of a delivered order.
#[utoipa::path(
    operation_id = "request_return",
    tag = "public",
    params(("id" = Uuid, Path)),
    request_body = NewReturn,
    responses(
        (status = CREATED, body = Return),
        (status = CONFLICT, description = "`not-returnable` or `return-exceeds-purchase`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/{id}/returns")]
pub(crate) async fn request(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    new: Valid<NewReturn>,
) -> Result<HttpResponse, Problem> {
    let requested = returns::request(&state, caller.user, *id, &new).await?;
    Ok(HttpResponse::Created().json(requested))
}

/// What the caller sent or wants to send back of an order.
#[utoipa::path(
    operation_id = "list_returns",
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Returns),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/{id}/returns")]
pub(crate) async fn list(
    caller: Caller,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<Returns>, Problem> {
    let record = fulfilment::record(&state, *id, Some(caller.user)).await?;
    let items = store::returns::of_order(&state.pool, record.id).await?;
    Ok(web::Json(Returns { items }))
}
