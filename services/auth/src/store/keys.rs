//! Signing keys.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::{
    error::AuthError,
    keys::{Newest, StoredKey},
};

/// The advisory lock of the keys.
const LOCK: i64 = 2;

/// Only one replica at a time makes a key, until the transaction ends.
pub(crate) async fn lock(db: impl PgExecutor<'_>) -> Result<(), AuthError> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(db)
        .await?;
    Ok(())
}

pub(crate) async fn newest(db: impl PgExecutor<'_>) -> Result<Option<Newest>, AuthError> {
    let newest = sqlx::query_as!(
        Newest,
        "select created_at, active_from from signing_keys where retired_at is null",
    );
    Ok(newest.fetch_optional(db).await?)
}

pub(crate) async fn retire_newest(
    db: impl PgExecutor<'_>,
    at: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "update signing_keys set retired_at = $1 where retired_at is null",
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    key: &StoredKey,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "insert into signing_keys (id, public_key, sealed_private_key, created_at, active_from)
         values ($1, $2, $3, $4, $5)",
        key.id,
        key.public_key,
        key.sealed_private_key,
        now,
        key.active_from,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All keys but those that retired before `retired_since`.
pub(crate) async fn published(
    db: impl PgExecutor<'_>,
    retired_since: DateTime<Utc>,
) -> Result<Vec<StoredKey>, AuthError> {
    let keys = sqlx::query_as!(
        StoredKey,
        "select id, public_key, sealed_private_key, active_from
         from signing_keys
         where retired_at is null or retired_at >= $1",
        retired_since,
    );
    Ok(keys.fetch_all(db).await?)
}

pub(crate) async fn delete_retired_before(
    db: impl PgExecutor<'_>,
    retired_since: DateTime<Utc>,
) -> Result<(), AuthError> {
    sqlx::query!(
        "delete from signing_keys where retired_at < $1",
        retired_since
    )
    .execute(db)
    .await?;
    Ok(())
}
