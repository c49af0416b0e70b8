//! Sending things back, by line.

use std::collections::{HashMap, HashSet};

use money::Money;
use uuid::Uuid;

use crate::{
    State,
    cart::Item,
    catalog::RestockReason,
    error::OrderError,
    fulfilment,
    life::{ReturnState, Status},
    order::{self, Actor, NewReturn, Refusal, Return},
    outbox::Message,
    store,
};

/// Asks to send something back: at most what was bought, less what is on its way back already.
pub(crate) async fn request(
    state: &State,
    user: Uuid,
    id: Uuid,
    new: &NewReturn,
) -> Result<Return, OrderError> {
    let mut named = HashSet::new();
    if let Some(twice) = new.lines.iter().find(|it| !named.insert(it.product_id)) {
        return Err(OrderError::NamedTwice(twice.product_id));
    }

    let mut transaction = state.pool.begin().await?;
    // Two requests at once must not both count on the same units.
    let status = store::orders::lock(&mut *transaction, id, Some(user))
        .await?
        .ok_or(OrderError::NoSuchOrder)?;
    if status != Status::Delivered {
        return Err(OrderError::NotReturnable(status));
    }
    let bought = store::orders::lines(&mut *transaction, &[id]).await?;
    let bought: HashMap<_, _> = bought
        .into_iter()
        .map(|(_, line)| (line.product_id, line))
        .collect();
    let returned: HashMap<_, _> = store::returns::quantities(&mut *transaction, id)
        .await?
        .into_iter()
        .collect();

    let mut refund: Option<Money> = None;
    for item in &new.lines {
        let product = item.product_id;
        let line = bought
            .get(&product)
            .ok_or(OrderError::NotInOrder(product))?;
        let left = i64::from(line.quantity) - returned.get(&product).copied().unwrap_or(0);
        if i64::from(item.quantity) > left {
            return Err(OrderError::ReturnExceedsPurchase { product, left });
        }
        let price = order::price(line.unit_price, item.quantity)?;
        refund = Some(match refund {
            Some(sum) => sum.plus(price)?,
            None => price,
        });
    }
    // The route lets no return without lines through.
    let refund = refund.ok_or(OrderError::NoSuchReturn)?;

    let return_id = Uuid::now_v7();
    store::returns::insert(&mut *transaction, return_id, id, &new.reason, refund).await?;
    store::returns::insert_lines(&mut *transaction, return_id, id, &new.lines).await?;
    let kind = "return_requested";
    store::orders::insert_event(&mut *transaction, id, kind, Actor::customer(user), None).await?;
    transaction.commit().await?;
    find(state, return_id).await
}

/// Agrees to a return.
pub(crate) async fn approve(state: &State, staff: Uuid, id: Uuid) -> Result<Return, OrderError> {
    decide(state, staff, id, ReturnState::Approved, None).await
}

/// Does not agree to a return; what it would have returned can be asked for again.
pub(crate) async fn refuse(
    state: &State,
    staff: Uuid,
    id: Uuid,
    refusal: &Refusal,
) -> Result<Return, OrderError> {
    decide(
        state,
        staff,
        id,
        ReturnState::Refused,
        Some(&refusal.reason),
    )
    .await
}

async fn decide(
    state: &State,
    staff: Uuid,
    id: Uuid,
    to: ReturnState,
    refusal: Option<&str>,
) -> Result<Return, OrderError> {
    let mut transaction = state.pool.begin().await?;
    let actor = Actor::staff(staff);
    let changed =
        fulfilment::apply_return(&mut transaction, id, to, actor, refusal, refusal).await?;
    transaction.commit().await?;
    let found = find(state, id).await?;
    match changed {
        Some(_) => Ok(found),
        None => Err(OrderError::ReturnNotThere(found.state)),
    }
}

/// Notes that the goods are back: they are for sale again, and the money goes back.
pub(crate) async fn receive(state: &State, staff: Uuid, id: Uuid) -> Result<Return, OrderError> {
    let found = find(state, id).await?;
    let mut transaction = state.pool.begin().await?;
    // Messages of an order are written under its lock, so that their ids tell their order.
    store::orders::lock(&mut *transaction, found.order_id, None).await?;
    let to = ReturnState::Received;
    let actor = Actor::staff(staff);
    let changed = fulfilment::apply_return(&mut transaction, id, to, actor, None, None).await?;
    if changed.is_none() {
        drop(transaction);
        return Err(OrderError::ReturnNotThere(find(state, id).await?.state));
    }
    let items = found.lines.iter().map(|it| Item {
        product_id: it.product_id,
        quantity: it.quantity,
    });
    let restock = Message::Restock {
        id,
        reason: RestockReason::Return,
        items: items.collect(),
    };
    let refund = Message::Refund {
        return_id: id,
        amount: found.refund,
    };
    let messages = [restock, refund];
    store::outbox::insert(&mut *transaction, found.order_id, &messages).await?;
    transaction.commit().await?;
    state.outbox.ring(&messages);
    find(state, id).await
}

async fn find(state: &State, id: Uuid) -> Result<Return, OrderError> {
    store::returns::find(&state.pool, id)
        .await?
        .ok_or(OrderError::NoSuchReturn)
}
