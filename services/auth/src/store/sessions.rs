//! Sessions and their refresh tokens.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{error::AuthError, session::Session};

/// What decides whether a session may go on.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
}

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    user: Uuid,
    user_agent: Option<&str>,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "insert into sessions (id, user_id, user_agent, created_at, last_used_at, ends_at)
         values ($1, $2, $3, $4, $4, $5)",
        id,
        user,
        user_agent,
        now,
        ends_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_token(
    db: impl PgExecutor<'_>,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "insert into refresh_tokens (hash, session_id, issued_at) values ($1, $2, $3)",
        hash,
        session,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The session that the token belongs to, used or not. Its row is what two uses at once wait at.
pub(crate) async fn lock_by_token(
    db: impl PgExecutor<'_>,
    hash: &[u8],
) -> Result<Option<Life>, AuthError> {
    let life = sqlx::query_as!(
        Life,
        "select id, user_id, last_used_at, ends_at
         from sessions
         where id = (select session_id from refresh_tokens where hash = $1)
         for update",
        hash,
    );
    Ok(life.fetch_optional(db).await?)
}

/// Whether this was the first use.
pub(crate) async fn use_token(
    db: impl PgExecutor<'_>,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, AuthError> {
    let done = sqlx::query!(
        "update refresh_tokens set used_at = $2 where hash = $1 and used_at is null",
        hash,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn touch(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "update sessions set last_used_at = $2 where id = $1",
        id,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A user's own sessions, and no more than anybody looks at.
pub(crate) async fn list(
    db: impl PgExecutor<'_>,
    user: Uuid,
    current: Uuid,
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<Vec<Session>, AuthError> {
    let sessions = sqlx::query_as!(
        Session,
        r#"select id, created_at, last_used_at, user_agent, id = $2 as "current!"
           from sessions
           where user_id = $1 and ends_at > $3 and last_used_at > $4
           order by created_at desc, id desc
           limit 100"#,
        user,
        current,
        now,
        idle_since,
    );
    Ok(sessions.fetch_all(db).await?)
}

/// Whether the user had such a session.
pub(crate) async fn delete(
    db: impl PgExecutor<'_>,
    user: Uuid,
    id: Uuid,
) -> Result<bool, AuthError> {
    let done = sqlx::query!(
        "delete from sessions where user_id = $1 and id = $2",
        user,
        id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes all sessions of a user and says which there were. They are locked in the order of their ids,
/// so that two who do this at once do not wait for each other.
pub(crate) async fn delete_all(
    db: impl PgExecutor<'_>,
    user: Uuid,
) -> Result<Vec<Uuid>, AuthError> {
    let deleted = sqlx::query_scalar!(
        "with ended as (select id from sessions where user_id = $1 order by id for update)
         delete from sessions using ended where sessions.id = ended.id
         returning sessions.id",
        user
    );
    Ok(deleted.fetch_all(db).await?)
}

/// Deletes sessions that ended before `ended_by`, or were last used before `idle_since`.
pub(crate) async fn delete_ended(
    db: impl PgExecutor<'_>,
    ended_by: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "delete from sessions
         where id in (select id from sessions
                      where ends_at < $1 or last_used_at < $2
                      order by id
                      for update skip locked)",
        ended_by,
        idle_since,
    )
    .execute(db)
    .await?;
    Ok(())
}
