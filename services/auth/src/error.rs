//! What can go wrong with accounts and tokens, and how clients see it.

use std::time::Duration;

use actix_web::http::StatusCode;
use problem::Problem;

/// A failure in terms of accounts; nothing here knows of HTTP, and no text holds an address or a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("the e-mail address has an account")]
    EmailTaken,
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    #[error("the current password is wrong")]
    WrongPassword,
    #[error("the password contains the e-mail address")]
    WeakPassword,
    #[error("the session has ended")]
    SessionEnded,
    #[error("no such session")]
    NoSuchSession,
    #[error("no such address")]
    NoSuchAddress,
    #[error("the address book is full")]
    TooManyAddresses,
    #[error("too many attempts")]
    TooManyAttempts(Duration),
    #[error("too many passwords wait to be hashed")]
    HashingQueueFull,
    #[error("the service or its secret is unknown")]
    InvalidClient,
    #[error("the service may not ask for this")]
    NotGranted,
    #[error("the newest signing key does not sign yet")]
    RotationPending,
    #[error("no signing key is active")]
    NoSigningKey,
    #[error("a password could not be hashed")]
    Hashing(#[source] argon2::password_hash::Error),
    #[error("a password was not hashed")]
    HashingStopped(#[from] tokio::task::JoinError),
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
    #[error("a cryptographic operation failed")]
    Crypto(#[from] aws_lc_rs::error::Unspecified),
    #[error("signing key {0} cannot be opened with KEY_ENCRYPTION_KEY")]
    SealedKey(String),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let says = |status, slug, title| Problem::new(status, slug, title);
        match error {
            AuthError::EmailTaken => says(StatusCode::CONFLICT, "email-taken", "E-mail taken"),
            AuthError::InvalidCredentials => says(
                StatusCode::UNAUTHORIZED,
                "invalid-credentials",
                "Wrong e-mail or password",
            ),
            AuthError::WrongPassword => {
                says(StatusCode::FORBIDDEN, "wrong-password", "Wrong password")
            }
            AuthError::WeakPassword => says(
                StatusCode::UNPROCESSABLE_ENTITY,
                "weak-password",
                "Weak password",
            )
            .detail("a password must not contain the e-mail address"),
            AuthError::SessionEnded => says(
                StatusCode::UNAUTHORIZED,
                "session-ended",
                "The session has ended",
            ),
            AuthError::NoSuchSession | AuthError::NoSuchAddress => Problem::not_found(),
            AuthError::TooManyAddresses => says(
                StatusCode::CONFLICT,
                "too-many-addresses",
                "The address book is full",
            ),
            AuthError::TooManyAttempts(wait) => says(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-attempts",
                "Too many attempts",
            )
            // `Retry-After` is in whole seconds: rounded up, or the client comes too early.
            .retry_after(wait + Duration::from_millis(999)),
            AuthError::HashingQueueFull => Problem::unavailable(error),
            AuthError::InvalidClient => says(
                StatusCode::UNAUTHORIZED,
                "invalid-client",
                "Unknown service or wrong secret",
            ),
            AuthError::NotGranted => Problem::forbidden(),
            AuthError::RotationPending => says(
                StatusCode::CONFLICT,
                "rotation-pending",
                "A new key is about to sign",
            ),
            AuthError::Database(sqlx::Error::PoolTimedOut) => Problem::unavailable(error),
            AuthError::NoSigningKey
            | AuthError::Hashing(_)
            | AuthError::HashingStopped(_)
            | AuthError::Signing(_)
            | AuthError::Crypto(_)
            | AuthError::SealedKey(_)
            | AuthError::Database(_) => Problem::internal(error),
        }
    }
}
