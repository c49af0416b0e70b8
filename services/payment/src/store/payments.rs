//! Payments.

use money::{Currency, Money};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    error::PaymentError,
    payment::{Intent, Payment, Status},
};

/// Stores what is to be paid, unless the order has a payment already or the method is not that user's.
///
/// The method is locked, so that its deletion comes either before this or after it is visible: a second
/// request that no longer finds the method is certain to find the payment.
pub(crate) async fn insert_payment(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    intent: &Intent,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "insert into payments (order_id, user_id, payment_method_id, gateway_token, amount, currency)
        select $1, user_id, id, gateway_token, $4, $5
        from payment_methods
        where id = $3 and user_id = $2
        for key share
        on conflict (order_id) do nothing",
        order_id,
        intent.user_id,
        intent.payment_method_id,
        intent.amount.amount,
        intent.amount.currency as Currency,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers that an order without a payment was cancelled.
pub(crate) async fn insert_tombstone(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<bool, PaymentError> {
    let inserted = sqlx::query!(
        "insert into payments (order_id, amount, currency, status)
        values ($1, 0, 'EUR', 'cancelled')
        on conflict (order_id) do nothing",
        order_id,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// `select` of whole payments; one list of columns for all of them.
macro_rules! select_payments {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Payment,
            r#"select order_id, user_id, payment_method_id, gateway_token, amount,
                currency as "currency: Currency", status as "status: Status", charge, captured, refunded,
                decline_code
            from payments "# + $rest,
            $($argument),*
        )
    };
}

pub(crate) async fn payment(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<Option<Payment>, PaymentError> {
    let payment = select_payments!("where order_id = $1", order_id)
        .fetch_optional(db)
        .await?;
    Ok(payment)
}

/// The payment of an order, or of a refund.
pub(crate) async fn payment_of(
    db: impl PgExecutor<'_>,
    reference: Uuid,
) -> Result<Option<Payment>, PaymentError> {
    let payment = select_payments!(
        "where order_id = $1 or order_id = (select order_id from refunds where id = $1)",
        reference
    )
    .fetch_optional(db)
    .await?;
    Ok(payment)
}

pub(crate) async fn authorised(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    charge: &str,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "update payments set status = 'authorised', charge = $2, updated_at = now()
        where order_id = $1 and status = 'pending'",
        order_id,
        charge,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn captured(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "update payments set status = 'captured', captured = amount, updated_at = now()
        where order_id = $1 and status = 'authorised'",
        order_id,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// `from` is the status that was asked in: pending or authorised.
pub(crate) async fn declined(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    from: Status,
    code: &str,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "update payments set status = 'declined', decline_code = $3, updated_at = now()
        where order_id = $1 and status = $2",
        order_id,
        from as Status,
        code,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// From here on nobody reports a capture. The request that decided this has ten seconds before the worker
/// takes over. A declined payment has nothing at the gateway, and goes the same way all the same.
pub(crate) async fn start_cancelling(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "update payments
        set status = 'cancelling', attempts = 0, due_at = now() + interval '10 seconds', updated_at = now()
        where order_id = $1 and status in ('pending', 'authorised', 'captured', 'declined')",
        order_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records a capture that the gateway told of when it was too late to void it.
pub(crate) async fn found_captured(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
    charge: &str,
    amount: Money,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "update payments set charge = $2, captured = $3, updated_at = now()
        where order_id = $1 and status = 'cancelling' and captured = 0 and currency = $4",
        order_id,
        charge,
        amount.amount,
        amount.currency as Currency,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Only where everything has been given back.
pub(crate) async fn cancelled(
    db: impl PgExecutor<'_>,
    order_id: Uuid,
) -> Result<bool, PaymentError> {
    let updated = sqlx::query!(
        "update payments set status = 'cancelled', updated_at = now()
        where order_id = $1 and status = 'cancelling' and captured = refunded
        and not exists (select from refunds where order_id = $1 and status = 'pending')",
        order_id,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// A payment whose cancellation is due; the next turn comes after twice the time, five minutes at most.
pub(crate) async fn claim_cancelling(
    db: impl PgExecutor<'_>,
) -> Result<Option<Uuid>, PaymentError> {
    let claimed = sqlx::query_scalar!(
        "update payments
        set attempts = least(attempts + 1, 1000),
            due_at = now() + make_interval(secs => least(power(2, least(attempts + 1, 10)), 300))
        where order_id = (
            select order_id from payments
            where status = 'cancelling' and due_at <= now()
            order by due_at
            limit 1
            for update skip locked
        )
        returning order_id",
    )
    .fetch_optional(db)
    .await?;
    Ok(claimed)
}
