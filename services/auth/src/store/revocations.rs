//! The revocation feed.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::error::AuthError;

/// One row of the feed.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) session_id: Uuid,
    pub(crate) until: DateTime<Utc>,
}

/// The advisory lock of the feed.
const LOCK: i64 = 1;

/// Makes the order of commits the order of numbers, until the transaction ends. A follower that has seen
/// number 7 never asks for 6 again, so 6 must not become visible after 7.
pub(crate) async fn lock(db: impl PgExecutor<'_>) -> Result<(), AuthError> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(db)
        .await?;
    Ok(())
}

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    sessions: &[Uuid],
    until: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "insert into revocations (session_id, until) select session, $2 from unnest($1::uuid[]) session",
        sessions,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A page of those that matter still.
pub(crate) async fn after(
    db: impl PgExecutor<'_>,
    after: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, AuthError> {
    let rows = sqlx::query_as!(
        Row,
        "select seq, session_id, until
         from revocations
         where seq > $1 and until > $2
         order by seq
         limit 500",
        after,
        now,
    );
    Ok(rows.fetch_all(db).await?)
}

pub(crate) async fn delete_over(
    db: impl PgExecutor<'_>,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!("delete from revocations where until < $1", now)
        .execute(db)
        .await?;
    Ok(())
}
