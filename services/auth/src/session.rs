//! Signing in, staying signed in, signing out.
//!
//! Whoever changes a user and its sessions locks the user first; whoever changes a session and its
//! refresh tokens locks the session first. That is the whole order of locks.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Auth,
    account::{self, Email},
    error::AuthError,
    revocation::{self, Reason},
    store,
    token::{self, RefreshToken, Tokens},
};

/// However much it is used, a session ends after this.
const LIFETIME: TimeDelta = TimeDelta::days(30);
/// A session that is not refreshed for so long has ended.
const IDLE: TimeDelta = TimeDelta::days(14);

/// Where a user is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    /// What signed in, shortened.
    pub(crate) user_agent: Option<String>,
    /// Whether it is the session of this request.
    pub(crate) current: bool,
}

/// Exchanges a password for tokens. Whether the address or the password was wrong is told by neither the
/// answer nor the time it takes.
pub(crate) async fn sign_in(
    auth: &Auth,
    email: &Email,
    password: SecretString,
    user_agent: Option<&str>,
) -> Result<Tokens, AuthError> {
    auth.attempts.on_account(email.as_str())?;
    let known = store::users::credentials(&auth.db, email).await?;
    let hash = known.as_ref().map(|it| it.password_hash.as_str());
    // No connection is held meanwhile: there are fewer of them than people who sign in.
    let right = auth.hashing.verify(password, hash).await?;
    let known = known
        .filter(|_| right)
        .ok_or(AuthError::InvalidCredentials)?;

    let mut transaction = auth.db.begin().await?;
    let tokens = begin(
        auth,
        &mut transaction,
        known.user_id,
        &known.password_hash,
        user_agent,
    )
    .await?
    .ok_or(AuthError::InvalidCredentials)?;
    transaction.commit().await?;
    Ok(tokens)
}

/// A new session for a user whose password was checked against `hash`; none if it has been changed since.
pub(crate) async fn begin(
    auth: &Auth,
    db: &mut PgConnection,
    user: Uuid,
    hash: &str,
    user_agent: Option<&str>,
) -> Result<Option<Tokens>, AuthError> {
    let Some(roles) = store::users::share_if_unchanged(&mut *db, user, hash).await? else {
        return Ok(None);
    };
    let session = Uuid::now_v7();
    let now = Utc::now();
    store::sessions::insert(&mut *db, session, user, user_agent, now, now + LIFETIME).await?;
    let refresh = RefreshToken::generate()?;
    store::sessions::insert_token(&mut *db, &refresh.hash(), session, now).await?;
    let roles = account::roles(&roles);
    let access = token::for_user(&auth.keys, user, session, roles, auth.access_token_ttl)?;
    Ok(Some(Tokens::new(access, &refresh)))
}

/// Exchanges a refresh token for new tokens.
///
/// One that was used before is in two hands, and nobody knows which are the owner's: the session ends
/// (RFC 9700, 4.14.2). A client that refreshes twice at once looks the same and is treated the same.
pub(crate) async fn refresh(auth: &Auth, used: &SecretString) -> Result<Tokens, AuthError> {
    let hash = token::hash(used);
    let now = Utc::now();
    let mut transaction = auth.db.begin().await?;
    let session = store::sessions::lock_by_token(&mut *transaction, &hash)
        .await?
        .filter(|it| it.ends_at > now && it.last_used_at + IDLE > now)
        .ok_or(AuthError::SessionEnded)?;

    if !store::sessions::use_token(&mut *transaction, &hash, now).await? {
        store::sessions::delete(&mut *transaction, session.user_id, session.id).await?;
        let reused = Reason::RefreshTokenReused;
        let revoked = revocation::record(&mut transaction, vec![session.id], reused).await?;
        transaction.commit().await?;
        revoked.apply(auth);
        tracing::warn!(session = %session.id, "a refresh token came twice; the session was ended");
        return Err(AuthError::SessionEnded);
    }

    let refresh = RefreshToken::generate()?;
    store::sessions::insert_token(&mut *transaction, &refresh.hash(), session.id, now).await?;
    store::sessions::touch(&mut *transaction, session.id, now).await?;
    let roles = store::users::roles(&mut *transaction, session.user_id).await?;
    let access = token::for_user(
        &auth.keys,
        session.user_id,
        session.id,
        account::roles(&roles),
        auth.access_token_ttl,
    )?;
    transaction.commit().await?;
    Ok(Tokens::new(access, &refresh))
}

/// Ends one session of a user.
pub(crate) async fn end(
    auth: &Auth,
    user: Uuid,
    session: Uuid,
    reason: Reason,
) -> Result<(), AuthError> {
    let mut transaction = auth.db.begin().await?;
    if !store::sessions::delete(&mut *transaction, user, session).await? {
        return Err(AuthError::NoSuchSession);
    }
    let revoked = revocation::record(&mut transaction, vec![session], reason).await?;
    transaction.commit().await?;
    revoked.apply(auth);
    Ok(())
}

/// Ends all sessions of a user.
pub(crate) async fn end_all(auth: &Auth, user: Uuid, reason: Reason) -> Result<(), AuthError> {
    let mut transaction = auth.db.begin().await?;
    let sessions = store::sessions::delete_all(&mut *transaction, user).await?;
    let revoked = revocation::record(&mut transaction, sessions, reason).await?;
    transaction.commit().await?;
    revoked.apply(auth);
    Ok(())
}

/// A user's sessions that have not ended, the newest first.
pub(crate) async fn list(
    auth: &Auth,
    user: Uuid,
    current: Uuid,
) -> Result<Vec<Session>, AuthError> {
    let now = Utc::now();
    store::sessions::list(&auth.db, user, current, now, now - IDLE).await
}

/// Forgets sessions that have ended by themselves, once their last access token has too: as long as there
/// may be one, signing out must find the session.
pub(crate) async fn purge(auth: &Auth) -> Result<(), AuthError> {
    let now = Utc::now() - token::LONGEST;
    store::sessions::delete_ended(&auth.db, now, now - IDLE).await?;
    store::revocations::delete_over(&auth.db, Utc::now()).await
}
