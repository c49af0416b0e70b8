//! The outbox.

use std::time::Duration;

use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::orders::interval;
use crate::{
    error::OrderError,
    outbox::{Envelope, Message, Receiver},
};

/// To be called under the order's lock, so that ids tell the order of an order's messages. They remember the
/// request that writes them.
pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    order: Uuid,
    messages: &[Message],
) -> Result<(), OrderError> {
    let receivers: Vec<_> = messages.iter().map(|it| it.receiver().as_str()).collect();
    let kinds: Vec<_> = messages.iter().map(Message::kind).collect();
    let payloads: Vec<_> = messages.iter().map(Json).collect();
    sqlx::query!(
        "insert into outbox (order_id, receiver, kind, payload, traceparent)
         select $1, receiver, kind, payload, $5
         from unnest($2::text[], $3::text[], $4::jsonb[])
              with ordinality as message (receiver, kind, payload, position)
         order by position",
        order,
        receivers as _,
        kinds as _,
        payloads as _,
        telemetry::traceparent(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes messages that are due and that no earlier one of the same order to the same receiver precedes.
pub(crate) async fn hold_due(
    db: impl PgExecutor<'_>,
    receiver: Receiver,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Envelope>, OrderError> {
    let rows = sqlx::query!(
        r#"update outbox set attend_at = now() + $2, attempts = attempts + 1
           where id in (
               select id from outbox as due
               where receiver = $1 and attend_at <= now()
                 and not exists (
                     select from outbox as earlier
                     where earlier.order_id = due.order_id and earlier.receiver = due.receiver
                       and earlier.id < due.id
                 )
               order by attend_at
               limit $3
               for update skip locked
           )
           returning id, order_id, attempts, traceparent, payload as "payload: Json<Message>""#,
        receiver.as_str(),
        interval(lease),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Envelope {
            id: row.id,
            order_id: row.order_id,
            attempts: row.attempts,
            traceparent: row.traceparent,
            message: row.payload.0,
        })
        .collect())
}

pub(crate) async fn postpone(
    db: impl PgExecutor<'_>,
    id: i64,
    wait: Duration,
) -> Result<(), OrderError> {
    sqlx::query!(
        "update outbox set attend_at = now() + $2 where id = $1",
        id,
        interval(wait),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False if it is gone already.
pub(crate) async fn delete(db: impl PgExecutor<'_>, id: i64) -> Result<bool, OrderError> {
    let deleted = sqlx::query!("delete from outbox where id = $1", id)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Takes back what would be said of an order whose goods turned out not to be there.
pub(crate) async fn delete_of_unsold(
    db: impl PgExecutor<'_>,
    order: Uuid,
) -> Result<(), OrderError> {
    sqlx::query!(
        "delete from outbox
         where order_id = $1 and kind in ('commit_reservation', 'clear_cart', 'restock')",
        order,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the catalog has heard that the order is sold.
pub(crate) async fn stock_is_taken(
    db: impl PgExecutor<'_>,
    order: Uuid,
) -> Result<bool, OrderError> {
    Ok(sqlx::query_scalar!(
        r#"select not exists (
               select from outbox where order_id = $1 and kind = 'commit_reservation'
           ) as "taken!""#,
        order,
    )
    .fetch_one(db)
    .await?)
}

/// What is still to be done, for the gauges.
pub(crate) struct Backlog {
    pub(crate) outbox_rows: i64,
    pub(crate) outbox_oldest_seconds: f64,
    pub(crate) orders_pending: i64,
    pub(crate) orders_pending_oldest_seconds: f64,
}

pub(crate) async fn backlog(db: impl PgExecutor<'_>) -> Result<Backlog, OrderError> {
    Ok(sqlx::query_as!(
        Backlog,
        r#"select (select count(*) from outbox) as "outbox_rows!",
                  (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from outbox)
                      as "outbox_oldest_seconds!",
                  (select count(*) from orders where status = 'pending') as "orders_pending!",
                  (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8
                   from orders where status = 'pending') as "orders_pending_oldest_seconds!""#,
    )
    .fetch_one(db)
    .await?)
}
