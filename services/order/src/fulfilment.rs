//! What happens to an order once it is paid; every change of status of anything passes here.

use std::time::{Duration, Instant};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    catalog::RestockReason,
    checkout,
    error::OrderError,
    life::{self, ReturnState, Status},
    order::{Actor, Detail, Failure, Order, Record, Shipment},
    outbox::Message,
    store,
};

/// A change of status and what comes with it.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) to: Status,
    pub(crate) failure: Option<Failure>,
    pub(crate) decline_code: Option<&'a str>,
    pub(crate) tracking_number: Option<&'a str>,
    pub(crate) carrier: Option<&'a str>,
    /// For the timeline.
    pub(crate) note: Option<String>,
}

impl Change<'_> {
    pub(crate) const fn to(to: Status) -> Self {
        Self {
            to,
            failure: None,
            decline_code: None,
            tracking_number: None,
            carrier: None,
            note: None,
        }
    }
}

/// Changes an order's status and notes it, if its life allows that; false if it does not. Of several at
/// once exactly one wins, and it locks the order until its transaction ends.
pub(crate) async fn apply(
    transaction: &mut PgConnection,
    order: Uuid,
    change: &Change<'_>,
    actor: Actor,
) -> Result<bool, OrderError> {
    let from: Vec<_> = life::order_sources(change.to, actor.kind)
        .map(Status::as_str)
        .collect();
    if !store::orders::change(&mut *transaction, order, &from, change).await? {
        return Ok(false);
    }
    let kind = change.to.as_str();
    let note = change.note.as_deref();
    store::orders::insert_event(transaction, order, kind, actor, note).await?;
    Ok(true)
}

/// The same for a return; its order, if the return changed.
pub(crate) async fn apply_return(
    transaction: &mut PgConnection,
    id: Uuid,
    to: ReturnState,
    actor: Actor,
    note: Option<&str>,
    refusal: Option<&str>,
) -> Result<Option<Uuid>, OrderError> {
    let from: Vec<_> = life::return_sources(to, actor.kind)
        .map(ReturnState::as_str)
        .collect();
    let changed = store::returns::change(&mut *transaction, id, &from, to, refusal).await?;
    if let Some(order) = changed {
        let kind = format!("return_{}", to.as_str());
        store::orders::insert_event(transaction, order, &kind, actor, note).await?;
    }
    Ok(changed)
}

/// Calls an order off that is not packed yet: the money goes back, and the goods are for sale again.
pub(crate) async fn cancel(state: &State, user: Uuid, id: Uuid) -> Result<Order, OrderError> {
    let record = record(state, id, Some(user)).await?;
    let mut transaction = state.pool.begin().await?;
    let change = Change::to(Status::Cancelled);
    if !apply(&mut transaction, id, &change, Actor::customer(user)).await? {
        drop(transaction);
        let record = self::record(state, record.id, Some(user)).await?;
        return Err(OrderError::NotCancellable(record.status));
    }
    let lines = store::orders::lines(&mut *transaction, &[id]).await?;
    let restock = Message::Restock {
        id,
        reason: RestockReason::Cancellation,
        items: lines.iter().map(|(_, it)| checkout::item(it)).collect(),
    };
    let messages = [Message::CancelPayment, restock];
    store::outbox::insert(&mut *transaction, id, &messages).await?;
    transaction.commit().await?;
    state.outbox.ring(&messages);
    order(state, id, Some(user)).await
}

/// How long packing waits for the catalog to say that the stock of the order is taken.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Packs an order. Until its stock is taken it may still turn out that there is none, so that comes
/// first.
pub(crate) async fn pack(state: &State, staff: Uuid, id: Uuid) -> Result<Record, OrderError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut transaction = state.pool.begin().await?;
        let status = store::orders::lock(&mut *transaction, id, None)
            .await?
            .ok_or(OrderError::NoSuchOrder)?;
        if store::outbox::stock_is_taken(&mut *transaction, id).await? {
            let change = Change::to(Status::Packed);
            if !apply(&mut transaction, id, &change, Actor::staff(staff)).await? {
                return Err(OrderError::OrderNotThere(status));
            }
            transaction.commit().await?;
            return record(state, id, None).await;
        }
        // The lock must not be held while others need it to settle the stock.
        transaction.rollback().await?;
        if Instant::now() >= deadline {
            return Err(OrderError::StockNotSettled);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Hands an order to the carrier.
pub(crate) async fn ship(
    state: &State,
    staff: Uuid,
    id: Uuid,
    shipment: &Shipment,
) -> Result<Record, OrderError> {
    let number = shipment.tracking_number.as_str();
    let note = match &shipment.carrier {
        Some(carrier) => format!("{carrier} {number}"),
        None => number.to_owned(),
    };
    let change = Change {
        tracking_number: Some(number),
        carrier: shipment.carrier.as_deref(),
        note: Some(note),
        ..Change::to(Status::Shipped)
    };
    advance(state, staff, id, &change).await
}

/// Notes that an order has arrived.
pub(crate) async fn deliver(state: &State, staff: Uuid, id: Uuid) -> Result<Record, OrderError> {
    advance(state, staff, id, &Change::to(Status::Delivered)).await
}

async fn advance(
    state: &State,
    staff: Uuid,
    id: Uuid,
    change: &Change<'_>,
) -> Result<Record, OrderError> {
    let mut transaction = state.pool.begin().await?;
    let changed = apply(&mut transaction, id, change, Actor::staff(staff)).await?;
    transaction.commit().await?;
    let record = record(state, id, None).await?;
    if changed {
        Ok(record)
    } else {
        Err(OrderError::OrderNotThere(record.status))
    }
}

/// An order, if it is there and, where a user is named, that user's.
pub(crate) async fn record(
    state: &State,
    id: Uuid,
    user: Option<Uuid>,
) -> Result<Record, OrderError> {
    store::orders::find(&state.pool, id, user)
        .await?
        .ok_or(OrderError::NoSuchOrder)
}

async fn order(state: &State, id: Uuid, user: Option<Uuid>) -> Result<Order, OrderError> {
    let record = record(state, id, user).await?;
    with_lines(state, &record).await
}

pub(crate) async fn with_lines(state: &State, record: &Record) -> Result<Order, OrderError> {
    let lines = store::orders::lines(&state.pool, &[record.id]).await?;
    let lines = lines.into_iter().map(|(_, line)| line).collect();
    Ok(Order::of(record, lines))
}

/// An order with its timeline and its returns.
pub(crate) async fn detail(state: &State, record: &Record) -> Result<Detail, OrderError> {
    Ok(Detail {
        order: with_lines(state, record).await?,
        shipping_address: record.shipping_address.0.clone(),
        timeline: store::orders::events(&state.pool, record.id).await?,
        returns: store::returns::of_order(&state.pool, record.id).await?,
    })
}

/// Orders with their lines, in two statements however many they are.
pub(crate) async fn all_with_lines(
    state: &State,
    records: &[Record],
) -> Result<Vec<Order>, OrderError> {
    let ids: Vec<_> = records.iter().map(|it| it.id).collect();
    let lines = store::orders::lines(&state.pool, &ids).await?;
    let mut by_order = std::collections::HashMap::<_, Vec<_>>::new();
    for (order, line) in lines {
        by_order.entry(order).or_default().push(line);
    }
    Ok(records
        .iter()
        .map(|it| Order::of(it, by_order.remove(&it.id).unwrap_or_default()))
        .collect())
}
