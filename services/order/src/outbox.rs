//! What other services must be told once a change of ours is committed.
//!
//! Delivery is at least once, and every receiver takes the same message twice without harm. Of one order,
//! a receiver hears the messages in the order in which they were written. Nothing is ever dropped: a
//! message that cannot be delivered is tried again for ever, and shows in `outbox_pending`.

use std::{sync::Arc, time::Duration};

use chassis::Progress;
use money::Money;
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, task::JoinSet};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use crate::{
    State,
    cart::{self, Item},
    catalog::{self, RestockReason},
    error::OrderError,
    fulfilment::{self, Change},
    life::{ReturnState, Status},
    order::Actor,
    payment, store,
};

/// Something another service must be told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Message {
    /// The order is paid: what was reserved is sold.
    CommitReservation { reservation_id: Uuid },
    /// The order will never be paid: what was reserved is free.
    ReleaseReservation { reservation_id: Uuid },
    /// These units are for sale again.
    Restock {
        id: Uuid,
        reason: RestockReason,
        items: Vec<Item>,
    },
    /// These items are bought and need not stay in the cart.
    ClearCart { user_id: Uuid, items: Vec<Item> },
    /// Whatever was taken for the order goes back.
    CancelPayment,
    /// This much goes back for a return.
    Refund { return_id: Uuid, amount: Money },
}

/// Who is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Receiver {
    Catalog,
    Cart,
    Payment,
}

/// Wakes the workers right after a commit, so that they need not wait for their next look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell {
    catalog: Arc<Notify>,
    cart: Arc<Notify>,
    payment: Arc<Notify>,
}

/// A message under way to its receiver, held by this worker for a while.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) id: i64,
    pub(crate) order_id: Uuid,
    pub(crate) attempts: i32,
    /// Of the request that wrote it.
    pub(crate) traceparent: Option<String>,
    pub(crate) message: Message,
}

impl Message {
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::CommitReservation { .. } => "commit_reservation",
            Self::ReleaseReservation { .. } => "release_reservation",
            Self::Restock { .. } => "restock",
            Self::ClearCart { .. } => "clear_cart",
            Self::CancelPayment => "cancel_payment",
            Self::Refund { .. } => "refund",
        }
    }

    pub(crate) const fn receiver(&self) -> Receiver {
        match self {
            Self::CommitReservation { .. }
            | Self::ReleaseReservation { .. }
            | Self::Restock { .. } => Receiver::Catalog,
            Self::ClearCart { .. } => Receiver::Cart,
            Self::CancelPayment | Self::Refund { .. } => Receiver::Payment,
        }
    }
}

impl Receiver {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Cart => "cart",
            Self::Payment => "payment",
        }
    }
}

impl Bell {
    pub(crate) fn of(&self, receiver: Receiver) -> Arc<Notify> {
        match receiver {
            Receiver::Catalog => self.catalog.clone(),
            Receiver::Cart => self.cart.clone(),
            Receiver::Payment => self.payment.clone(),
        }
    }

    pub(crate) fn ring(&self, messages: &[Message]) {
        for message in messages {
            self.of(message.receiver()).notify_one();
        }
    }
}

/// Messages delivered side by side.
const BATCH: i64 = 16;
/// After this a message whose worker died is taken up by another.
const LEASE: Duration = Duration::from_secs(15);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Delivers what is due to `receiver`.
pub(crate) async fn run_once(state: State, receiver: Receiver) -> anyhow::Result<Progress> {
    let due = store::outbox::hold_due(&state.pool, receiver, LEASE, BATCH).await?;
    if due.is_empty() {
        return Ok(Progress::Idle);
    }
    let mut deliveries = JoinSet::new();
    for envelope in due {
        let state = state.clone();
        let span = span(&envelope);
        let delivery = async move { (envelope.id, deliver(&state, &envelope).await) };
        deliveries.spawn(delivery.instrument(span));
    }
    while let Some(joined) = deliveries.join_next().await {
        // A message whose delivery could not be noted is delivered again when its lease ends.
        let (message, result) = joined?;
        if let Err(error) = result {
            let error = format!("{:#}", anyhow::Error::new(error));
            tracing::warn!(message, error, "a delivery could not be noted");
        }
    }
    Ok(Progress::More)
}

/// A request may be long over when its message is delivered, so the delivery is a trace of its own.
fn span(envelope: &Envelope) -> Span {
    let name = format!("deliver {}", envelope.message.kind());
    telemetry::work("order", &name, envelope.traceparent.as_deref())
}

async fn deliver(state: &State, envelope: &Envelope) -> Result<(), OrderError> {
    match send(state, envelope).await {
        Ok(()) => delivered(state, envelope).await,
        Err(error) if stock_is_gone(&envelope.message, &error) => {
            out_of_stock(state, envelope).await
        }
        Err(error) => {
            let order = envelope.order_id;
            let kind = envelope.message.kind();
            Span::current().record("otel.status_code", "ERROR");
            if error.refusal().is_some() {
                // Not to be expected, so a person should look; dropping it would be worse than asking again.
                tracing::error!(%order, kind, %error, "a message is refused");
            } else {
                tracing::warn!(%order, kind, %error, "a message is not delivered yet");
            }
            let wait = backoff(envelope.attempts);
            store::outbox::postpone(&state.pool, envelope.id, wait).await?;
            Ok(())
        }
    }
}

async fn send(state: &State, envelope: &Envelope) -> Result<(), upstream::Error> {
    let to = &state.upstreams;
    let order = envelope.order_id;
    match &envelope.message {
        Message::CommitReservation { reservation_id } => {
            catalog::commit(&to.catalog, *reservation_id).await
        }
        Message::ReleaseReservation { reservation_id } => {
            catalog::release(&to.catalog, *reservation_id).await
        }
        Message::Restock { id, reason, items } => {
            catalog::restock(&to.catalog, *id, *reason, items).await
        }
        Message::ClearCart { user_id, items } => {
            cart::clear(&to.cart, *user_id, order, items).await
        }
        Message::CancelPayment => payment::cancel(&to.payment, order).await,
        // The customer's own words stay here: they may be about a person.
        Message::Refund { return_id, amount } => {
            payment::refund(&to.payment, order, *return_id, *amount, "return").await
        }
    }
}

/// Notes a delivery together with what follows from it.
async fn delivered(state: &State, envelope: &Envelope) -> Result<(), OrderError> {
    let order = envelope.order_id;
    let mut transaction = state.pool.begin().await?;
    // The order before its returns, as everywhere.
    store::orders::lock(&mut *transaction, order, None).await?;
    let mut refunded = None;
    if store::outbox::delete(&mut *transaction, envelope.id).await? {
        match &envelope.message {
            Message::CancelPayment => {
                if let Some(amount) = store::orders::refund_all(&mut *transaction, order).await? {
                    let note = amount.to_string();
                    let kind = "refunded";
                    let note = Some(note.as_str());
                    store::orders::insert_event(
                        &mut *transaction,
                        order,
                        kind,
                        Actor::SYSTEM,
                        note,
                    )
                    .await?;
                    refunded = Some("cancellation");
                }
            }
            Message::Refund { return_id, amount } => {
                let to = ReturnState::Refunded;
                let note = amount.to_string();
                let actor = Actor::SYSTEM;
                if fulfilment::apply_return(
                    &mut transaction,
                    *return_id,
                    to,
                    actor,
                    Some(&note),
                    None,
                )
                .await?
                .is_some()
                {
                    store::orders::refund(&mut *transaction, order, amount.amount).await?;
                    refunded = Some("return");
                }
            }
            Message::CommitReservation { .. }
            | Message::ReleaseReservation { .. }
            | Message::Restock { .. }
            | Message::ClearCart { .. } => {}
        }
    }
    transaction.commit().await?;
    if let Some(reason) = refunded {
        state.measures.refunded(reason);
    }
    // What waited behind this message may go now.
    state.outbox.of(envelope.message.receiver()).notify_one();
    Ok(())
}

fn stock_is_gone(message: &Message, error: &upstream::Error) -> bool {
    matches!(message, Message::CommitReservation { .. }) && error.is("out-of-stock")
}

/// A paid order whose reservation expired and whose stock is gone: the shop cancels it and gives the
/// money back.
async fn out_of_stock(state: &State, envelope: &Envelope) -> Result<(), OrderError> {
    let order = envelope.order_id;
    let mut transaction = state.pool.begin().await?;
    let change = Change {
        note: Some("out of stock".to_owned()),
        ..Change::to(Status::Cancelled)
    };
    let messages = [Message::CancelPayment];
    if fulfilment::apply(&mut transaction, order, &change, Actor::SYSTEM).await? {
        store::outbox::insert(&mut *transaction, order, &messages).await?;
    }
    // The customer may have cancelled before: units that were never taken must not be put back.
    store::outbox::delete_of_unsold(&mut *transaction, order).await?;
    transaction.commit().await?;
    tracing::warn!(%order, "a paid order is cancelled: its stock is gone");
    state.outbox.ring(&messages);
    Ok(())
}

/// Doubles with every attempt, up to a cap. Rows fall due at times of their own, so no jitter is needed.
fn backoff(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 20)).unwrap_or(0);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_cap() {
        let waits: Vec<_> = (1..=5).map(|it| backoff(it).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200]);
        assert_eq!(backoff(9), LONGEST_WAIT);
        assert_eq!(backoff(i32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let message = Message::ReleaseReservation {
            reservation_id: Uuid::now_v7(),
        };
        let stored = serde_json::to_value(&message).unwrap();
        assert_eq!(stored["kind"], message.kind());
        let read: Message = serde_json::from_value(stored).unwrap();
        assert_eq!(format!("{read:?}"), format!("{message:?}"));
    }
}
