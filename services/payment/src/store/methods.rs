//! Payment methods.

use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    card::{Brand, Card},
    error::PaymentError,
    method::Method,
};

/// Makes the user's other additions wait until the transaction ends.
pub(crate) async fn lock_methods(db: impl PgExecutor<'_>, user: Uuid) -> Result<(), PaymentError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))",
        user
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn count_methods(
    db: impl PgExecutor<'_>,
    user: Uuid,
) -> Result<i64, PaymentError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from payment_methods where user_id = $1"#,
        user
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

pub(crate) async fn insert_method(
    db: impl PgExecutor<'_>,
    id: Uuid,
    user: Uuid,
    token: &str,
    card: &Card,
) -> Result<Method, PaymentError> {
    let method = sqlx::query_as!(
        Method,
        r#"insert into payment_methods (id, user_id, gateway_token, brand, last4, exp_month, exp_year)
        values ($1, $2, $3, $4, $5, $6, $7)
        returning id, brand as "brand: Brand", last4, exp_month, exp_year, created_at"#,
        id,
        user,
        token,
        card.brand as Brand,
        card.last4,
        card.exp_month,
        card.exp_year,
    )
    .fetch_one(db)
    .await?;
    Ok(method)
}

/// Newest first.
pub(crate) async fn methods_of(
    db: impl PgExecutor<'_>,
    user: Uuid,
) -> Result<Vec<Method>, PaymentError> {
    let methods = sqlx::query_as!(
        Method,
        r#"select id, brand as "brand: Brand", last4, exp_month, exp_year, created_at
        from payment_methods
        where user_id = $1
        order by id desc"#,
        user,
    )
    .fetch_all(db)
    .await?;
    Ok(methods)
}

pub(crate) async fn delete_method(
    db: impl PgExecutor<'_>,
    user: Uuid,
    id: Uuid,
) -> Result<(), PaymentError> {
    let deleted = sqlx::query!(
        "delete from payment_methods where id = $1 and user_id = $2",
        id,
        user
    )
    .execute(db)
    .await?;
    if deleted.rows_affected() == 0 {
        return Err(PaymentError::NoSuchMethod);
    }
    Ok(())
}
