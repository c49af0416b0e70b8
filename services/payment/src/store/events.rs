//! What acquirers told us.

use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{error::PaymentError, webhook::Event};

/// An event that is due.
pub(crate) struct Claimed {
    pub(crate) gateway: String,
    pub(crate) id: String,
    pub(crate) reference: Option<Uuid>,
}

/// False if it was told before.
pub(crate) async fn insert_event(
    db: impl PgExecutor<'_>,
    gateway: &str,
    event: &Event,
) -> Result<bool, PaymentError> {
    let inserted = sqlx::query!(
        "insert into webhook_events (gateway, id, kind, reference) values ($1, $2, $3, $4)
        on conflict (gateway, id) do nothing",
        gateway,
        event.id,
        event.kind,
        event.reference,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// An event that is due; the next turn comes after twice the time, five minutes at most.
pub(crate) async fn claim_event(db: impl PgExecutor<'_>) -> Result<Option<Claimed>, PaymentError> {
    let claimed = sqlx::query_as!(
        Claimed,
        "update webhook_events
        set attempts = least(attempts + 1, 1000),
            due_at = now() + make_interval(secs => least(power(2, least(attempts + 1, 10)), 300))
        where (gateway, id) = (
            select gateway, id from webhook_events
            where processed_at is null and due_at <= now()
            order by due_at
            limit 1
            for update skip locked
        )
        returning gateway, id, reference",
    )
    .fetch_optional(db)
    .await?;
    Ok(claimed)
}

pub(crate) async fn event_processed(
    db: impl PgExecutor<'_>,
    gateway: &str,
    id: &str,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "update webhook_events set processed_at = now()
        where gateway = $1 and id = $2 and processed_at is null",
        gateway,
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Thirty days are far longer than an acquirer tries to tell of an event, and than looking into one again helps.
pub(crate) async fn forget_events(db: impl PgExecutor<'_>) -> Result<(), PaymentError> {
    sqlx::query!("delete from webhook_events where received_at < now() - interval '30 days'")
        .execute(db)
        .await?;
    Ok(())
}
