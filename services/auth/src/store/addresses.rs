//! Address books. Every statement names the user: nobody reaches another's.

use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    address::{Address, Lines},
    error::AuthError,
};

pub(crate) async fn count(db: impl PgExecutor<'_>, user: Uuid) -> Result<i64, AuthError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from addresses where user_id = $1"#,
        user
    );
    Ok(count.fetch_one(db).await?)
}

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    user: Uuid,
    lines: &Lines,
) -> Result<Address, AuthError> {
    sqlx::query!(
        "insert into addresses (id, user_id, name, line1, line2, city, postal_code, country)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        user,
        lines.name,
        lines.line1,
        lines.line2,
        lines.city,
        lines.postal_code,
        lines.country,
    )
    .execute(db)
    .await?;
    Ok(Address {
        id,
        lines: lines.clone(),
    })
}

/// The whole book, the oldest entry first.
pub(crate) async fn list(db: impl PgExecutor<'_>, user: Uuid) -> Result<Vec<Address>, AuthError> {
    let rows = sqlx::query!(
        "select id, name, line1, line2, city, postal_code, country
         from addresses
         where user_id = $1
         order by created_at, id",
        user
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Address {
            id: row.id,
            lines: Lines {
                name: row.name,
                line1: row.line1,
                line2: row.line2,
                city: row.city,
                postal_code: row.postal_code,
                country: row.country,
            },
        })
        .collect())
}

pub(crate) async fn replace(
    db: impl PgExecutor<'_>,
    user: Uuid,
    id: Uuid,
    lines: &Lines,
) -> Result<Address, AuthError> {
    let done = sqlx::query!(
        "update addresses
         set name = $3, line1 = $4, line2 = $5, city = $6, postal_code = $7, country = $8
         where user_id = $1 and id = $2",
        user,
        id,
        lines.name,
        lines.line1,
        lines.line2,
        lines.city,
        lines.postal_code,
        lines.country,
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 {
        return Err(AuthError::NoSuchAddress);
    }
    Ok(Address {
        id,
        lines: lines.clone(),
    })
}

pub(crate) async fn delete(db: impl PgExecutor<'_>, user: Uuid, id: Uuid) -> Result<(), AuthError> {
    let done = sqlx::query!(
        "delete from addresses where user_id = $1 and id = $2",
        user,
        id
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 {
        return Err(AuthError::NoSuchAddress);
    }
    Ok(())
}
