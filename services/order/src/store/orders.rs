//! Orders, their lines and their events.

use std::time::Duration;

use money::{Currency, Money};
use sqlx::{PgConnection, PgExecutor, postgres::types::PgInterval, types::Json};
use uuid::Uuid;

use crate::{
    error::OrderError,
    fulfilment::Change,
    life::{ActorKind, Status},
    order::{Actor, Address, Event, Failure, Line, NewOrder, Record},
};

/// `select` of whole orders; one list of columns for all of them.
macro_rules! select_orders {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Record,
            r#"select id, number, user_id, request_fingerprint, status as "status: Status",
                      failure as "failure: Failure", decline_code, total_amount, refunded_amount,
                      currency as "currency: Currency", payment_method_id,
                      shipping_address as "shipping_address: Json<Address>", reservation_id,
                      reserved_until, tracking_number, carrier, created_at, updated_at
               from orders "# + $rest,
            $($argument),*
        )
    };
}

/// An order; where a user is named, only if it is that user's.
pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    id: Uuid,
    user: Option<Uuid>,
) -> Result<Option<Record>, OrderError> {
    Ok(select_orders!(
        "where id = $1 and ($2::uuid is null or user_id = $2)",
        id,
        user
    )
    .fetch_optional(db)
    .await?)
}

pub(crate) async fn by_key(
    db: impl PgExecutor<'_>,
    user: Uuid,
    key: &str,
) -> Result<Option<Record>, OrderError> {
    Ok(
        select_orders!("where user_id = $1 and idempotency_key = $2", user, key)
            .fetch_optional(db)
            .await?,
    )
}

/// A user's orders, newest first.
pub(crate) async fn of_user(
    db: impl PgExecutor<'_>,
    user: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Record>, OrderError> {
    Ok(select_orders!(
        "where user_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        user,
        before,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// Everybody's orders, newest first.
pub(crate) async fn of_all(
    db: impl PgExecutor<'_>,
    status: Option<Status>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Record>, OrderError> {
    Ok(select_orders!(
        "where ($1::text is null or status = $1) and ($2::uuid is null or id < $2) order by id desc limit $3",
        status.map(Status::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// The order with a number, if it is one that [`of_all`] would list. In a statement of its own, for which
/// there is one good plan.
pub(crate) async fn by_number(
    db: impl PgExecutor<'_>,
    number: &str,
    status: Option<Status>,
    before: Option<Uuid>,
) -> Result<Vec<Record>, OrderError> {
    Ok(select_orders!(
        "where number = upper($1) and ($2::text is null or status = $2) and ($3::uuid is null or id < $3)",
        number,
        status.map(Status::as_str),
        before
    )
    .fetch_all(db)
    .await?)
}

/// False if the user has an order with this key already. The caller holds the new order for `lease`.
pub(crate) async fn insert(
    db: &mut PgConnection,
    new: &NewOrder<'_>,
    lease: Duration,
) -> Result<bool, OrderError> {
    let inserted = sqlx::query!(
        "insert into orders (id, user_id, idempotency_key, request_fingerprint, status, total_amount,
                             currency, payment_method_id, shipping_address, reservation_id,
                             reserved_until, held_until, attend_at)
         values ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, now() + $11, now() + $11)
         on conflict on constraint orders_user_key_once do nothing",
        new.id,
        new.user_id,
        new.key,
        new.fingerprint,
        new.total.amount,
        new.total.currency.to_string(),
        new.checkout.payment_method_id,
        Json(&new.checkout.shipping_address) as _,
        new.reservation_id,
        new.reserved_until,
        interval(lease),
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(crate) async fn insert_lines(
    db: impl PgExecutor<'_>,
    order: Uuid,
    lines: &[Line],
) -> Result<(), OrderError> {
    let products: Vec<_> = lines.iter().map(|it| it.product_id).collect();
    let names: Vec<_> = lines.iter().map(|it| it.name.clone()).collect();
    let french: Vec<_> = lines.iter().map(|it| it.name_fr.clone()).collect();
    let quantities: Vec<_> = lines.iter().map(|it| it.quantity).collect();
    let prices: Vec<_> = lines.iter().map(|it| it.unit_price.amount).collect();
    sqlx::query!(
        "insert into order_lines (order_id, product_id, position, name, name_fr, quantity, unit_price)
         select $1, product_id, position, name, name_fr, quantity, unit_price
         from unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::bigint[])
              with ordinality as line (product_id, name, name_fr, quantity, unit_price, position)",
        order,
        &products,
        &names,
        &french as _,
        &quantities,
        &prices,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The lines of these orders, each with the order that it belongs to.
pub(crate) async fn lines(
    db: impl PgExecutor<'_>,
    orders: &[Uuid],
) -> Result<Vec<(Uuid, Line)>, OrderError> {
    let rows = sqlx::query!(
        r#"select order_id, product_id, name, name_fr, quantity, unit_price,
                  currency as "currency: Currency"
           from order_lines join orders on orders.id = order_id
           where order_id = any($1)
           order by order_id, position"#,
        orders,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unit_price = Money {
                amount: row.unit_price,
                currency: row.currency,
            };
            let line = Line {
                product_id: row.product_id,
                name: row.name,
                name_fr: row.name_fr,
                quantity: row.quantity,
                unit_price,
                line_total: crate::order::price(unit_price, row.quantity)?,
            };
            Ok((row.order_id, line))
        })
        .collect()
}

/// Changes the status of an order that has one of the statuses `from`; false if it has another.
pub(crate) async fn change(
    db: impl PgExecutor<'_>,
    order: Uuid,
    from: &[&str],
    change: &Change<'_>,
) -> Result<bool, OrderError> {
    let changed = sqlx::query!(
        "update orders
         set status = $3,
             failure = coalesce($4, failure),
             decline_code = coalesce($5, decline_code),
             tracking_number = coalesce($6, tracking_number),
             carrier = coalesce($7, carrier),
             held_until = null,
             updated_at = now()
         where id = $1 and status = any($2)",
        order,
        from as _,
        change.to.as_str(),
        change.failure.map(Failure::as_str),
        change.decline_code,
        change.tracking_number,
        change.carrier,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Locks an order for the rest of the transaction; its status.
///
/// Weak enough to let others add rows that refer to the order, so that this lock takes part in no
/// deadlock with them.
pub(crate) async fn lock(
    db: impl PgExecutor<'_>,
    order: Uuid,
    user: Option<Uuid>,
) -> Result<Option<Status>, OrderError> {
    Ok(sqlx::query_scalar!(
        r#"select status as "status: Status" from orders
           where id = $1 and ($2::uuid is null or user_id = $2)
           for no key update"#,
        order,
        user,
    )
    .fetch_optional(db)
    .await?)
}

/// Takes the right to drive a pending order, unless somebody has it.
pub(crate) async fn hold(
    db: impl PgExecutor<'_>,
    order: Uuid,
    lease: Duration,
) -> Result<bool, OrderError> {
    let held = sqlx::query!(
        "update orders set held_until = now() + $2, attend_at = now() + $2
         where id = $1 and status = 'pending' and (held_until is null or held_until <= now())",
        order,
        interval(lease),
    )
    .execute(db)
    .await?;
    Ok(held.rows_affected() == 1)
}

/// The same for the pending orders that are due.
pub(crate) async fn hold_due(
    db: impl PgExecutor<'_>,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Uuid>, OrderError> {
    Ok(sqlx::query_scalar!(
        "update orders set held_until = now() + $1, attend_at = now() + $1
         where id in (
             select id from orders
             where status = 'pending' and attend_at <= now()
               and (held_until is null or held_until <= now())
             order by attend_at
             limit $2
             for update skip locked
         )
         returning id",
        interval(lease),
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Lets go of a pending order whose outcome is not known. The worker looks after it later and later, half
/// a minute at most; a request may at once.
pub(crate) async fn postpone(db: impl PgExecutor<'_>, order: Uuid) -> Result<(), OrderError> {
    sqlx::query!(
        "update orders
         set held_until = null, attempts = attempts + 1,
             attend_at = now() + least(interval '30 seconds', interval '1 second' * (1 << least(attempts, 5)))
         where id = $1 and status = 'pending'",
        order,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that all of a cancelled order has been given back; how much, or nothing if it was noted before
/// or the order was never paid.
pub(crate) async fn refund_all(
    db: impl PgExecutor<'_>,
    order: Uuid,
) -> Result<Option<Money>, OrderError> {
    let row = sqlx::query!(
        r#"update orders set refunded_amount = total_amount, updated_at = now()
           where id = $1 and status = 'cancelled' and refunded_amount < total_amount
           returning total_amount, currency as "currency: Currency""#,
        order,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|it| Money {
        amount: it.total_amount,
        currency: it.currency,
    }))
}

/// Notes that a part of an order has been given back.
pub(crate) async fn refund(
    db: impl PgExecutor<'_>,
    order: Uuid,
    amount: i64,
) -> Result<(), OrderError> {
    sqlx::query!(
        "update orders set refunded_amount = refunded_amount + $2, updated_at = now() where id = $1",
        order,
        amount,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_event(
    db: impl PgExecutor<'_>,
    order: Uuid,
    kind: &str,
    actor: Actor,
    note: Option<&str>,
) -> Result<(), OrderError> {
    // The clock, not the start of the transaction: a transaction may have waited for a lock.
    sqlx::query!(
        "insert into order_events (order_id, at, kind, actor, actor_id, note)
         values ($1, clock_timestamp(), $2, $3, $4, $5)",
        order,
        kind,
        actor.kind as _,
        actor.id,
        note,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What happened to an order, oldest first.
pub(crate) async fn events(db: impl PgExecutor<'_>, order: Uuid) -> Result<Vec<Event>, OrderError> {
    Ok(sqlx::query_as!(
        Event,
        r#"select at, kind, actor as "actor: ActorKind", note from order_events
           where order_id = $1 order by id"#,
        order,
    )
    .fetch_all(db)
    .await?)
}

/// Of a duration that is a constant of ours, never longer than a minute.
pub(super) fn interval(duration: Duration) -> PgInterval {
    PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
    }
}
