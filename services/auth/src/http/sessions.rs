//! Where a user is signed in.

use actix_web::{HttpResponse, delete, get, web};
use identity::Caller;
use problem::{Details, Problem};
use uuid::Uuid;

use super::Items;
use crate::{
    Auth,
    revocation::Reason,
    session::{self, Session},
};

/// Lists the sessions, the newest first.
#[utoipa::path(
    tag = "public",
    responses(
        (status = OK, body = Items<Session>),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/auth/me/sessions")]
pub(super) async fn list(
    auth: web::Data<Auth>,
    caller: Caller,
) -> Result<web::Json<Items<Session>>, Problem> {
    let items = session::list(&auth, caller.user, caller.session).await?;
    Ok(web::Json(Items { items }))
}

/// Ends one session.
#[utoipa::path(
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/auth/me/sessions/{id}")]
pub(super) async fn end(
    auth: web::Data<Auth>,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    session::end(&auth, caller.user, *id, Reason::SignedOut).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends all sessions, this one too.
#[utoipa::path(
    tag = "public",
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/auth/me/sessions")]
pub(super) async fn end_all(
    auth: web::Data<Auth>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    session::end_all(&auth, caller.user, Reason::SignedOutEverywhere).await?;
    Ok(HttpResponse::NoContent().finish())
}
