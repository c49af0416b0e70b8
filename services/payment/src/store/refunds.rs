//! Refunds.

use money::{Currency, Money};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    error::PaymentError,
    refund::{NewRefund, Refund, RefundStatus},
};

/// Stores the refund, unless its id is known. A twin waits here until the first has committed.
pub(crate) async fn insert_refund(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    refund_id: Uuid,
    new: &NewRefund,
) -> Result<bool, PaymentError> {
    let inserted = sqlx::query!(
        "insert into refunds (id, order_id, amount, reason, due_at)
        values ($1, $2, $3, $4, now() + interval '10 seconds')
        on conflict (id) do nothing",
        refund_id,
        order_id,
        new.amount.amount,
        new.reason,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Takes the amount out of what is left of the capture, if there is as much.
pub(crate) async fn reserve(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    amount: Money,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "update payments set refunded = refunded + $2, updated_at = now()
        where order_id = $1 and status = 'captured' and currency = $3 and refunded + $2 <= captured",
        order_id,
        amount.amount,
        amount.currency as Currency,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Makes one refund of all that is left of a payment that is being cancelled.
pub(crate) async fn reserve_rest(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    refund_id: Uuid,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "with rest as (
            select order_id, captured - refunded as amount
            from payments
            where order_id = $1 and status = 'cancelling' and refunded < captured
            for update
        ), reserved as (
            update payments set refunded = captured, updated_at = now()
            from rest
            where payments.order_id = rest.order_id
        )
        insert into refunds (id, order_id, amount, reason, due_at)
        select $2, order_id, amount, 'cancellation', now() + interval '10 seconds'
        from rest",
        order_id,
        refund_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn refund(
    db: impl PgExecutor<'_>,
    refund_id: Uuid,
) -> Result<Option<Refund>, PaymentError> {
    let refund = sqlx::query_as!(
        Refund,
        r#"select id, order_id, refunds.amount, currency as "currency: Currency", charge as "charge!",
            refunds.status as "status: RefundStatus", refusal_code
        from refunds join payments using (order_id)
        where id = $1"#,
        refund_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(refund)
}

pub(crate) async fn pending_refunds(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<Vec<Refund>, PaymentError> {
    let refunds = sqlx::query_as!(
        Refund,
        r#"select id, order_id, refunds.amount, currency as "currency: Currency", charge as "charge!",
            refunds.status as "status: RefundStatus", refusal_code
        from refunds join payments using (order_id)
        where order_id = $1 and refunds.status = 'pending'
        order by id"#,
        order_id,
    )
    .fetch_all(db)
    .await?;
    Ok(refunds)
}

pub(crate) async fn refunded(
    db: impl PgExecutor<'_>,
    refund_id: Uuid,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "update refunds set status = 'refunded', updated_at = now()
        where id = $1 and status = 'pending'",
        refund_id,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Ends the refund and puts its amount back to what is left of the capture.
pub(crate) async fn refused(
    db: impl PgExecutor<'_>,
    refund_id: Uuid,
    code: &str,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "with refused as (
            update refunds set status = 'refused', refusal_code = $2, updated_at = now()
            where id = $1 and status = 'pending'
            returning order_id, amount
        )
        update payments set refunded = refunded - refused.amount, updated_at = now()
        from refused
        where payments.order_id = refused.order_id",
        refund_id,
        code,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// A refund that is due; the next turn comes after twice the time, five minutes at most.
pub(crate) async fn claim_refund(db: impl PgExecutor<'_>) -> Result<Option<Uuid>, PaymentError> {
    let claimed = sqlx::query_scalar!(
        "update refunds
        set attempts = least(attempts + 1, 1000),
            due_at = now() + make_interval(secs => least(power(2, least(attempts + 1, 10)), 300))
        where id = (
            select id from refunds
            where status = 'pending' and due_at <= now()
            order by due_at
            limit 1
            for update skip locked
        )
        returning id",
    )
    .fetch_optional(db)
    .await?;
    Ok(claimed)
}
