//! A user's own account.

use actix_web::{HttpResponse, delete, get, patch, put, web};
use identity::Caller;
use problem::{Details, Problem, Valid};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    client::Client,
    tokens::{chosen_password, secret, typed_password},
};
use crate::{
    Auth,
    account::{self, Changes, Email, User},
    address::text,
    token::Tokens,
};

/// What to change; the rest stays.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[garde(inner(custom(text(100))))]
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Needs `current_password`.
    #[garde(dive)]
    email: Option<Email>,
    #[garde(inner(custom(typed_password)))]
    #[schema(value_type = Option<String>, format = Password, max_length = 128)]
    current_password: Option<SecretString>,
}

/// A new password.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    #[garde(custom(typed_password))]
    #[schema(value_type = String, format = Password, max_length = 128)]
    current_password: SecretString,
    #[garde(custom(chosen_password))]
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    new_password: SecretString,
}

/// Shows the account.
#[utoipa::path(
    tag = "public",
    responses(
        (status = OK, body = User),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/auth/me")]
pub(super) async fn show(
    auth: web::Data<Auth>,
    caller: Caller,
) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(account::find(&auth, caller.user).await?))
}

/// Changes the name or the e-mail address.
#[utoipa::path(
    tag = "public",
    request_body = Change,
    responses(
        (status = OK, body = User),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "wrong-password, email-taken, invalid, too-many-attempts"),
    ),
)]
#[patch("/api/auth/me")]
pub(super) async fn change(
    auth: web::Data<Auth>,
    caller: Caller,
    body: Valid<Change>,
) -> Result<web::Json<User>, Problem> {
    let Valid(body) = body;
    let changes = Changes {
        name: body.name.map(|it| it.trim().to_owned()),
        email: body.email,
        current_password: body.current_password,
    };
    Ok(web::Json(
        account::change(&auth, caller.user, changes).await?,
    ))
}

/// Deletes the account and everything that this service keeps of it.
#[utoipa::path(
    tag = "public",
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/auth/me")]
pub(super) async fn delete(auth: web::Data<Auth>, caller: Caller) -> Result<HttpResponse, Problem> {
    account::delete(&auth, caller.user).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Changes the password and ends all sessions; the answer begins a new one.
#[utoipa::path(
    tag = "public",
    request_body = NewPassword,
    responses(
        (status = OK, body = Tokens),
        (status = "4XX", body = Details, content_type = "application/problem+json",
            description = "wrong-password, weak-password, invalid, too-many-attempts"),
    ),
)]
#[put("/api/auth/me/password")]
pub(super) async fn change_password(
    auth: web::Data<Auth>,
    caller: Caller,
    client: Client,
    body: Valid<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let Valid(body) = body;
    let tokens = account::change_password(
        &auth,
        caller.user,
        body.current_password,
        body.new_password,
        client.user_agent.as_deref(),
    )
    .await?;
    Ok(secret(&tokens))
}
