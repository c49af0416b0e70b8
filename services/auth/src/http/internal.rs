//! What the other services ask of this one (`docs/reference/contracts.md`).

use actix_web::{HttpResponse, get, post, web};
use identity::{Peer, Revocations, Scope};
use problem::{Details, Problem, Valid};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::tokens::secret;
use crate::{
    Auth, grants, revocation,
    token::{self, AccessToken},
};

/// A service that wants to call another one.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientCredentials {
    #[garde(length(max = 40))]
    client_id: String,
    #[garde(custom(secret_length))]
    #[schema(value_type = String, format = Password, max_length = 1000)]
    client_secret: SecretString,
    #[garde(length(max = 40))]
    audience: String,
    #[garde(length(max = 40))]
    scope: String,
}

fn secret_length(secret: &SecretString, (): &()) -> garde::Result {
    if secret.expose_secret().len() <= 1000 {
        Ok(())
    } else {
        Err(garde::Error::new("is longer than 1000"))
    }
}

/// How far a follower has come.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// The `next` of the page before; 0 for the first.
    #[serde(default)]
    after: i64,
}

/// Exchanges a service's secret for a token, for one audience and one scope.
#[utoipa::path(
    tag = "internal",
    request_body = ClientCredentials,
    responses(
        (status = OK, body = AccessToken),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "invalid-client, forbidden"),
    ),
)]
// nosemgrep: internal-route-without-peer -- the client's secret in the body proves who calls
#[post("/internal/token")]
pub(super) async fn issue(
    auth: web::Data<Auth>,
    body: Valid<ClientCredentials>,
) -> Result<HttpResponse, Problem> {
    auth.clients
        .authenticate(&body.client_id, &body.client_secret)?;
    let scope = grants::granted(&body.client_id, &body.audience, &body.scope)?;
    let token = token::for_service(&auth.keys, &body.client_id, &body.audience, scope)?;
    Ok(secret(&token))
}

/// The sessions that ended before their access tokens, in the order in which they did (scope
/// `revocations`).
#[utoipa::path(
    tag = "internal",
    params(After),
    responses(
        (status = OK, body = Revocations),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/internal/revocations")]
pub(super) async fn revocations(
    auth: web::Data<Auth>,
    peer: Peer,
    query: web::Query<After>,
) -> Result<web::Json<Revocations>, Problem> {
    peer.require(Scope::Revocations)?;
    Ok(web::Json(revocation::page(&auth, query.after).await?))
}
