//! What staff do with everybody's orders.

use actix_web::{get, post, web};
use identity::Staff;
use problem::{Details, Problem, Valid};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::paging::{Page, limit, one_more};
use crate::{
    State, fulfilment,
    life::{ReturnState, Status},
    order::{Detail, OfUser, Order, Record, Refusal, Return, Shipment},
    returns, store,
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Orders {
    /// Only those with this status.
    status: Option<Status>,
    /// Only the one with this number, as in `C-2026-000123`; at most 32 characters, in whatever case.
    number: Option<String>,
    /// How many, 1 to 100; 20 where nothing is said.
    limit: Option<u8>,
    /// Where the page before ended.
    cursor: Option<Uuid>,
}

/// Which returns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Returns {
    /// Only those in this state.
    state: Option<ReturnState>,
    /// Only those of this order.
    order: Option<Uuid>,
    /// How many, 1 to 100; 20 where nothing is said.
    limit: Option<u8>,
    /// Where the page before ended.
    cursor: Option<Uuid>,
}

/// Everybody's orders, newest first. Staff only.
#[utoipa::path(
    operation_id = "list_all",
    tag = "staff",
    params(Orders),
    responses(
        (status = OK, body = Page<OfUser<Order>>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/admin")]
pub(crate) async fn list(
    _: Staff,
    state: web::Data<State>,
    page: web::Query<Orders>,
) -> Result<web::Json<Page<OfUser<Order>>>, Problem> {
    let limit = limit(page.limit)?;
    let (pool, status, before) = (&state.pool, page.status, page.cursor);
    let records = match page.number.as_deref() {
        Some(number) => store::orders::by_number(pool, plain(number)?, status, before).await?,
        None => store::orders::of_all(pool, status, before, one_more(limit)).await?,
    };
    let orders = fulfilment::all_with_lines(&state, &records).await?;
    let of_users = records.iter().zip(orders).map(|(record, order)| OfUser {
        user_id: record.user_id,
        order,
    });
    Ok(web::Json(Page::of(of_users.collect(), limit, |it| {
        it.order.id
    })))
}

/// A number as somebody typed it.
fn plain(number: &str) -> Result<&str, Problem> {
    let number = number.trim();
    if number.chars().count() > 32 || number.chars().any(char::is_control) {
        return Err(Problem::invalid("number must be at most 32 characters"));
    }
    Ok(number)
}

/// One order, with all that happened to it. Staff only.
#[utoipa::path(
    operation_id = "show_any",
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = OfUser<Detail>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/admin/{id}")]
pub(crate) async fn show(
    _: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<OfUser<Detail>>, Problem> {
    let record = fulfilment::record(&state, *id, None).await?;
    detail(&state, record).await
}

/// Packs a paid order. Staff only.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = OfUser<Detail>),
        (status = CONFLICT, description = "`not-allowed-now`, or `stock-not-settled`: try again", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/{id}/pack")]
pub(crate) async fn pack(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<OfUser<Detail>>, Problem> {
    let record = fulfilment::pack(&state, staff.0.user, *id).await?;
    detail(&state, record).await
}

/// Hands a packed order to the carrier. Staff only.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    request_body = Shipment,
    responses(
        (status = OK, body = OfUser<Detail>),
        (status = CONFLICT, description = "`not-allowed-now`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/{id}/ship")]
pub(crate) async fn ship(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    shipment: Valid<Shipment>,
) -> Result<web::Json<OfUser<Detail>>, Problem> {
    let record = fulfilment::ship(&state, staff.0.user, *id, &shipment).await?;
    detail(&state, record).await
}

/// Notes that a shipped order has arrived. Staff only.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = OfUser<Detail>),
        (status = CONFLICT, description = "`not-allowed-now`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/{id}/deliver")]
pub(crate) async fn deliver(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<OfUser<Detail>>, Problem> {
    let record = fulfilment::deliver(&state, staff.0.user, *id).await?;
    detail(&state, record).await
}

async fn detail(state: &State, record: Record) -> Result<web::Json<OfUser<Detail>>, Problem> {
    Ok(web::Json(OfUser {
        user_id: record.user_id,
        order: fulfilment::detail(state, &record).await?,
    }))
}

/// Everybody's returns, newest first. Staff only.
#[utoipa::path(
    operation_id = "list_all_returns",
    tag = "staff",
    params(Returns),
    responses(
        (status = OK, body = Page<OfUser<Return>>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/admin/returns")]
pub(crate) async fn list_returns(
    _: Staff,
    state: web::Data<State>,
    page: web::Query<Returns>,
) -> Result<web::Json<Page<OfUser<Return>>>, Problem> {
    let limit = limit(page.limit)?;
    let (pool, more) = (&state.pool, one_more(limit));
    let found = match page.order {
        Some(order) => {
            store::returns::of_all_by_order(pool, order, page.state, page.cursor, more).await?
        }
        None => store::returns::of_all(pool, page.state, page.cursor, more).await?,
    };
    Ok(web::Json(Page::of(found, limit, |it| it.order.id)))
}

/// Agrees to a return. Staff only.
#[utoipa::path(
    operation_id = "approve_return",
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Return),
        (status = CONFLICT, description = "`not-allowed-now`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/returns/{id}/approve")]
pub(crate) async fn approve(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<Return>, Problem> {
    Ok(web::Json(
        returns::approve(&state, staff.0.user, *id).await?,
    ))
}

/// Does not agree to a return. Staff only.
#[utoipa::path(
    operation_id = "refuse_return",
    tag = "staff",
    params(("id" = Uuid, Path)),
    request_body = Refusal,
    responses(
        (status = OK, body = Return),
        (status = CONFLICT, description = "`not-allowed-now`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/returns/{id}/refuse")]
pub(crate) async fn refuse(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    refusal: Valid<Refusal>,
) -> Result<web::Json<Return>, Problem> {
    Ok(web::Json(
        returns::refuse(&state, staff.0.user, *id, &refusal).await?,
    ))
}

/// Notes that the goods of an approved return are back; the money follows. Staff only.
#[utoipa::path(
    operation_id = "receive_return",
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Return),
        (status = CONFLICT, description = "`not-allowed-now`", body = Details, content_type = "application/problem+json"),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/orders/admin/returns/{id}/receive")]
pub(crate) async fn receive(
    staff: Staff,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> Result<web::Json<Return>, Problem> {
    Ok(web::Json(
        returns::receive(&state, staff.0.user, *id).await?,
    ))
}
