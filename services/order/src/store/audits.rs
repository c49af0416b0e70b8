//! Audits.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use crate::{
    audits::{Audit, NewAudit, Verdict},
    error::OrderError,
};

/// Nothing happens where the id is there already.
pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    new: &NewAudit,
) -> Result<(), OrderError> {
    sqlx::query!(
        "insert into audits (id, finished_at, clean, version, report)
         values ($1, $2, $3, $4, $5)
         on conflict on constraint audits_pkey do nothing",
        id,
        new.finished_at,
        new.clean,
        new.version,
        Json(&new.invariants) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn recorded_at(
    db: impl PgExecutor<'_>,
    id: Uuid,
) -> Result<DateTime<Utc>, OrderError> {
    Ok(
        sqlx::query_scalar!("select recorded_at from audits where id = $1", id)
            .fetch_one(db)
            .await?,
    )
}

/// Deletes what is older than the last so many.
pub(crate) async fn forget_all_but(db: impl PgExecutor<'_>, kept: i64) -> Result<(), OrderError> {
    sqlx::query!(
        "delete from audits where id in (
             select id from audits order by recorded_at desc, id desc offset $1
         )",
        kept,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Newest first.
pub(crate) async fn last(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<Audit>, OrderError> {
    Ok(sqlx::query_as!(
        Audit,
        r#"select id, recorded_at, finished_at, clean, version,
                  report as "invariants: Json<Vec<Verdict>>"
           from audits order by recorded_at desc, id desc limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await?)
}
