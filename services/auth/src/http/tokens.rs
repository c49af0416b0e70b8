//! Registering, and getting and giving back tokens.

use actix_web::{
    HttpResponse,
    http::header::{CacheControl, CacheDirective},
    post, web,
};
use identity::Caller;
use problem::{Details, Problem, Valid};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::client::Client;
use crate::{
    Auth,
    account::{self, Email, User},
    address::text,
    error::AuthError,
    password,
    revocation::Reason,
    session,
    token::Tokens,
};

/// A person who wants an account.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    #[garde(dive)]
    email: Email,
    #[garde(custom(chosen_password))]
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    password: SecretString,
    #[garde(custom(text(100)))]
    #[schema(max_length = 100)]
    name: String,
}

/// A person who wants to sign in.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    #[garde(dive)]
    email: Email,
    #[garde(custom(typed_password))]
    #[schema(value_type = String, format = Password, max_length = 128)]
    password: SecretString,
}

/// A session that is to go on.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    #[garde(custom(opaque_token))]
    #[schema(value_type = String, max_length = 100)]
    refresh_token: SecretString,
}

/// The rule for a password that is chosen now.
pub(super) fn chosen_password(password: &SecretString, (): &()) -> garde::Result {
    if password::LENGTH.contains(&password.expose_secret().chars().count()) {
        Ok(())
    } else {
        Err(garde::Error::new(format!(
            "must have {} to {} characters",
            password::LENGTH.start(),
            password::LENGTH.end()
        )))
    }
}

/// The rule for a password that is compared only.
pub(super) fn typed_password(password: &SecretString, (): &()) -> garde::Result {
    at_most(*password::LENGTH.end(), password)
}

fn opaque_token(token: &SecretString, (): &()) -> garde::Result {
    at_most(100, token)
}

fn at_most(most: usize, secret: &SecretString) -> garde::Result {
    if secret.expose_secret().chars().count() <= most {
        Ok(())
    } else {
        Err(garde::Error::new(format!("is longer than {most}")))
    }
}

/// Creates an account.
#[utoipa::path(
    tag = "public",
    request_body = Registration,
    responses(
        (status = CREATED, body = User),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "email-taken, weak-password, invalid, too-many-attempts"),
    ),
)]
#[post("/api/auth/register")]
pub(super) async fn register(
    auth: web::Data<Auth>,
    client: Client,
    body: Valid<Registration>,
) -> Result<HttpResponse, Problem> {
    let Valid(body) = body;
    auth.attempts.on_address(client.address)?;
    let user = account::register(&auth, &body.email, body.name.trim(), body.password).await?;
    Ok(HttpResponse::Created().json(user))
}

/// Exchanges a password for tokens.
#[utoipa::path(
    tag = "public",
    request_body = Login,
    responses(
        (status = OK, body = Tokens),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "invalid-credentials, too-many-attempts with Retry-After"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json",
            description = "unavailable with Retry-After"),
    ),
)]
#[post("/api/auth/login")]
pub(super) async fn login(
    auth: web::Data<Auth>,
    client: Client,
    body: Valid<Login>,
) -> Result<HttpResponse, Problem> {
    let Valid(body) = body;
    let result = async {
        auth.attempts.on_address(client.address)?;
        let user_agent = client.user_agent.as_deref();
        session::sign_in(&auth, &body.email, body.password, user_agent).await
    };
    let result = result.await;
    auth.metrics.signed_in(&result);
    Ok(secret(&result?))
}

/// Exchanges a refresh token, which is good for one use, for new tokens.
#[utoipa::path(
    tag = "public",
    request_body = Refresh,
    responses(
        (status = OK, body = Tokens),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "session-ended: unknown, ended, or used before, which ends the session"),
    ),
)]
#[post("/api/auth/refresh")]
pub(super) async fn refresh(
    auth: web::Data<Auth>,
    body: Valid<Refresh>,
) -> Result<HttpResponse, Problem> {
    let tokens = session::refresh(&auth, &body.refresh_token).await?;
    Ok(secret(&tokens))
}

/// Ends the session of the bearer's token.
#[utoipa::path(
    tag = "public",
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/auth/logout")]
pub(super) async fn logout(auth: web::Data<Auth>, caller: Caller) -> Result<HttpResponse, Problem> {
    match session::end(&auth, caller.user, caller.session, Reason::Logout).await {
        // It ended a moment ago, which is what was asked for.
        Ok(()) | Err(AuthError::NoSuchSession) => Ok(HttpResponse::NoContent().finish()),
        Err(error) => Err(error.into()),
    }
}

/// An answer that no cache may keep (RFC 6749, 5.1).
pub(super) fn secret(body: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(CacheControl(vec![CacheDirective::NoStore]))
        .json(body)
}
