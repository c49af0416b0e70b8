//! A user's own address book.

use actix_web::{HttpResponse, delete, get, post, put, web};
use identity::Caller;
use problem::{Details, Problem, Valid};
use uuid::Uuid;

use super::Items;
use crate::{
    Auth,
    address::{self, Address, Lines},
    store,
};

/// Shows the address book.
#[utoipa::path(
    operation_id = "list_addresses",
    tag = "public",
    responses(
        (status = OK, body = Items<Address>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/auth/me/addresses")]
pub(super) async fn list(
    auth: web::Data<Auth>,
    caller: Caller,
) -> Result<web::Json<Items<Address>>, Problem> {
    let items = store::addresses::list(&auth.db, caller.user).await?;
    Ok(web::Json(Items { items }))
}

/// Adds an address; a book holds twenty.
#[utoipa::path(
    tag = "public",
    request_body = Lines,
    responses(
        (status = CREATED, body = Address),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "too-many-addresses, invalid"),
    ),
)]
#[post("/api/auth/me/addresses")]
pub(super) async fn add(
    auth: web::Data<Auth>,
    caller: Caller,
    lines: Valid<Lines>,
) -> Result<HttpResponse, Problem> {
    let address = address::add(&auth, caller.user, &lines).await?;
    Ok(HttpResponse::Created().json(address))
}

/// Replaces an address.
#[utoipa::path(
    tag = "public",
    params(("id" = Uuid, Path)),
    request_body = Lines,
    responses(
        (status = OK, body = Address),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[put("/api/auth/me/addresses/{id}")]
pub(super) async fn replace(
    auth: web::Data<Auth>,
    caller: Caller,
    id: web::Path<Uuid>,
    lines: Valid<Lines>,
) -> Result<web::Json<Address>, Problem> {
    let address = store::addresses::replace(&auth.db, caller.user, *id, &lines).await?;
    Ok(web::Json(address))
}

/// Removes an address.
#[utoipa::path(
    operation_id = "delete_address",
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/auth/me/addresses/{id}")]
pub(super) async fn delete(
    auth: web::Data<Auth>,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    store::addresses::delete(&auth.db, caller.user, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
