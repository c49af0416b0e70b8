//! The public keys, and new ones.

use actix_web::{
    HttpResponse, get,
    http::header::{CacheControl, CacheDirective},
    post, web,
};
use identity::Staff;
use problem::{Details, Problem};

use crate::{
    Auth,
    keys::{KeySet, NewKey},
};

/// The keys that tokens are checked with: those that sign, those that will, and those whose last token
/// has not ended.
#[utoipa::path(tag = "public", responses((status = OK, body = KeySet)))]
#[get("/.well-known/jwks.json")]
pub(super) async fn jwks(auth: web::Data<Auth>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(60),
        ]))
        .json(auth.keys.published())
}

/// Makes a new signing key (staff). It is published at once and signs a little later; tokens of the one
/// before it stay good.
#[utoipa::path(
    tag = "public",
    responses(
        (status = ACCEPTED, body = NewKey),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "forbidden, rotation-pending"),
    ),
)]
#[post("/api/auth/admin/keys/rotate")]
pub(super) async fn rotate(auth: web::Data<Auth>, staff: Staff) -> Result<HttpResponse, Problem> {
    let key = auth.keys.rotate(&auth.db).await?;
    tracing::info!(by = %staff.0.user, "the signing key was rotated by hand");
    Ok(HttpResponse::Accepted().json(key))
}
