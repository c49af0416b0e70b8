//! The checkout: reserve, record, pay, confirm (DESIGN section 4).
//!
//! Nothing here holds a lock or a transaction across a call. What keeps it right are three things in the
//! database: one order for a user and a key, a status that only ever changes by a conditional update, and
//! an outbox that is written together with the change.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use money::Money;
use uuid::Uuid;

use crate::{
    State, cart,
    catalog::{self, Reservation, ReservationState},
    error::OrderError,
    fulfilment::{self, Change},
    life::Status,
    order::{self, Actor, Checkout, Failure, Line, NewOrder, Order, Record},
    outbox::Message,
    payment::{self, Outcome},
    store,
};

/// For how long one party may drive a pending order before others may. The longest call takes ten
/// seconds; one that outlives its lease does no harm, because every change is conditional.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// How long a request waits for the one that drives its order.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Turns the user's cart into an order, once for each `key`.
pub(crate) async fn check_out(
    state: &State,
    user: Uuid,
    key: &str,
    checkout: &Checkout,
) -> Result<Order, OrderError> {
    let result = order_for(state, user, key, checkout).await;
    state.measures.checkout(&result);
    result
}

async fn order_for(
    state: &State,
    user: Uuid,
    key: &str,
    checkout: &Checkout,
) -> Result<Order, OrderError> {
    let started = Instant::now();
    let fingerprint = checkout.fingerprint();
    let placed = match store::orders::by_key(&state.pool, user, key).await? {
        Some(record) => Placed::Before(record),
        None => place(state, user, key, checkout, &fingerprint).await?,
    };
    // From here on the order is recorded: what goes wrong now says nothing about how it ends.
    match placed {
        Placed::Now(record) => {
            let driven = drive(state, &record).await.map_err(unknown)?;
            state.measures.placed(started.elapsed(), driven.paying);
            answer(state, driven.record).await.map_err(unknown)
        }
        Placed::Before(record) if record.request_fingerprint != fingerprint => {
            Err(OrderError::KeyReused)
        }
        Placed::Before(record) => {
            let record = ended(state, record).await.map_err(unknown)?;
            answer(state, record).await.map_err(unknown)
        }
    }
}

/// A failure of ours after the order was recorded must not read as the order's.
fn unknown(error: OrderError) -> OrderError {
    match error {
        OrderError::Database(error) => OrderError::OutcomeUnknown(Some(error.into())),
        other => other,
    }
}

enum Placed {
    /// By this request, which drives it.
    Now(Record),
    /// By an earlier request or a twin.
    Before(Record),
}

/// Reserves the stock and records the order, which this request then holds.
async fn place(
    state: &State,
    user: Uuid,
    key: &str,
    checkout: &Checkout,
    fingerprint: &[u8],
) -> Result<Placed, OrderError> {
    let reservation_id = order::reservation_id(user, key);
    let reserved = match reserve(state, user, reservation_id).await {
        Ok(reserved) => reserved,
        // A twin may have been faster: then the cart is empty and the reservation over because the order
        // is made.
        Err(refused) => {
            return match store::orders::by_key(&state.pool, user, key).await? {
                Some(record) => Ok(Placed::Before(record)),
                None => Err(refused),
            };
        }
    };
    let new = NewOrder {
        id: Uuid::now_v7(),
        user_id: user,
        key,
        fingerprint,
        checkout,
        reservation_id,
        reserved_until: reserved.until,
        lines: reserved.lines,
        total: reserved.total,
    };
    if record(state, &new).await? {
        let record = store::orders::find(&state.pool, new.id, None).await?;
        return record.map(Placed::Now).ok_or(OrderError::NoSuchOrder);
    }
    store::orders::by_key(&state.pool, user, key)
        .await?
        .map(Placed::Before)
        .ok_or(OrderError::NoSuchOrder)
}

/// Stock that is held, with the catalog's prices and their sum.
struct Reserved {
    until: DateTime<Utc>,
    lines: Vec<Line>,
    total: Money,
}

async fn reserve(state: &State, user: Uuid, id: Uuid) -> Result<Reserved, OrderError> {
    let items = cart::read(&state.upstreams.cart, user).await?;
    if items.is_empty() {
        return Err(OrderError::CartEmpty);
    }
    if items.len() > order::LINES_AT_MOST {
        return Err(OrderError::CartTooLarge);
    }
    match catalog::reserve(&state.upstreams.catalog, id, &items).await {
        Ok(reservation) if reservation.state == ReservationState::Reserved => priced(reservation),
        Ok(_over) => Err(OrderError::KeySpent),
        Err(error) if error.is("released") => Err(OrderError::KeySpent),
        Err(error) if error.is("unknown-product") => Err(OrderError::UnknownProduct),
        Err(error) if error.is("out-of-stock") => {
            let fields = error.refusal().map(|it| it.errors.as_slice());
            Err(OrderError::OutOfStock(short(
                &items,
                fields.unwrap_or_default(),
            )))
        }
        Err(error) => Err(error.into()),
    }
}

/// The catalog names lines by their place in the call; the client knows products.
fn short(items: &[cart::Item], errors: &[problem::FieldError]) -> Vec<(Uuid, String)> {
    let product = |field: &str| {
        let (_, rest) = field.split_once("lines[")?;
        let (index, _) = rest.split_once(']')?;
        let item = items.get(index.parse::<usize>().ok()?)?;
        Some(item.product_id)
    };
    errors
        .iter()
        .filter_map(|it| Some((product(&it.field)?, it.detail.clone())))
        .collect()
}

fn priced(reservation: Reservation) -> Result<Reserved, OrderError> {
    let Some(first) = reservation.lines.first() else {
        return Err(OrderError::CartEmpty);
    };
    let mut total = Money::zero(first.unit_price.currency);
    let mut lines = Vec::with_capacity(reservation.lines.len());
    for line in reservation.lines {
        let line_total = order::price(line.unit_price, line.quantity)?;
        total = total.plus(line_total)?;
        lines.push(Line {
            product_id: line.product_id,
            name: line.name,
            name_fr: line.name_fr,
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total,
        });
    }
    Ok(Reserved {
        until: reservation.expires_at.unwrap_or_else(Utc::now),
        lines,
        total,
    })
}

/// False if there is an order for this user and key already.
async fn record(state: &State, new: &NewOrder<'_>) -> Result<bool, OrderError> {
    let mut transaction = state.pool.begin().await?;
    if !store::orders::insert(&mut transaction, new, LEASE).await? {
        return Ok(false);
    }
    store::orders::insert_lines(&mut *transaction, new.id, &new.lines).await?;
    let customer = Actor::customer(new.user_id);
    store::orders::insert_event(&mut *transaction, new.id, "placed", customer, None).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Waits until it is known how the order ends, and drives it on if nobody else does.
async fn ended(state: &State, mut record: Record) -> Result<Record, OrderError> {
    let deadline = Instant::now() + PATIENCE;
    while record.status == Status::Pending {
        if store::orders::hold(&state.pool, record.id, LEASE).await? {
            return Ok(drive(state, &record).await?.record);
        }
        if Instant::now() >= deadline {
            return Err(OrderError::CheckoutInProgress);
        }
        tokio::time::sleep(LOOK_EVERY).await;
        record = found(state, record.id).await?;
    }
    Ok(record)
}

/// An order after an attempt to bring it to an end.
pub(crate) struct Driven {
    pub(crate) record: Record,
    /// How long the payment service took.
    pub(crate) paying: Duration,
}

/// Pays for a pending order that the caller holds, or gives it up if it is too late for that.
pub(crate) async fn drive(state: &State, record: &Record) -> Result<Driven, OrderError> {
    let mut paying = Duration::ZERO;
    if Utc::now() >= record.give_up_at() {
        fail(state, record, Failure::Expired, None).await?;
    } else {
        let started = Instant::now();
        let outcome = payment::pay(
            &state.upstreams.payment,
            record.id,
            record.user_id,
            record.payment_method_id,
            record.total(),
        )
        .await;
        paying = started.elapsed();
        conclude(state, record, outcome).await?;
    }
    // Another party may have been faster; what is stored now is the truth.
    let record = found(state, record.id).await?;
    Ok(Driven { record, paying })
}

async fn conclude(state: &State, record: &Record, outcome: Outcome) -> Result<(), OrderError> {
    let order = record.id;
    match outcome {
        Outcome::Captured(amount) if amount == record.total() => confirm(state, record).await,
        Outcome::Captured(amount) => {
            tracing::error!(%order, captured = %amount, total = %record.total(), "captured is not the total");
            store::orders::postpone(&state.pool, order).await?;
            Ok(())
        }
        Outcome::Declined(code) => fail(state, record, Failure::Declined, Some(&code)).await,
        Outcome::UnknownMethod => fail(state, record, Failure::UnknownPaymentMethod, None).await,
        // Only giving up cancels the payment of an order that is not paid.
        Outcome::Cancelled => fail(state, record, Failure::Expired, None).await,
        Outcome::Unknown(error) => {
            let error = error.map(|it| it.to_string()).unwrap_or_default();
            tracing::warn!(%order, error, "whether the order is paid is not known");
            store::orders::postpone(&state.pool, order).await?;
            Ok(())
        }
    }
}

async fn confirm(state: &State, record: &Record) -> Result<(), OrderError> {
    let mut transaction = state.pool.begin().await?;
    let change = Change::to(Status::Confirmed);
    if !fulfilment::apply(&mut transaction, record.id, &change, Actor::SYSTEM).await? {
        return Ok(());
    }
    let lines = store::orders::lines(&mut *transaction, &[record.id]).await?;
    let items = lines.iter().map(|(_, line)| item(line)).collect();
    let messages = [
        Message::CommitReservation {
            reservation_id: record.reservation_id,
        },
        Message::ClearCart {
            user_id: record.user_id,
            items,
        },
    ];
    store::outbox::insert(&mut *transaction, record.id, &messages).await?;
    transaction.commit().await?;
    state.outbox.ring(&messages);
    Ok(())
}

/// Ends an order that is not and never will be paid.
///
/// An order that is given up may have been charged all the same: its payment is cancelled after the
/// commit, not before it. The other way round, an order could be confirmed between the two.
async fn fail(
    state: &State,
    record: &Record,
    failure: Failure,
    decline_code: Option<&str>,
) -> Result<(), OrderError> {
    let change = Change {
        failure: Some(failure),
        decline_code,
        note: Some(decline_code.unwrap_or(failure.as_str()).to_owned()),
        ..Change::to(Status::PaymentFailed)
    };
    let mut transaction = state.pool.begin().await?;
    if !fulfilment::apply(&mut transaction, record.id, &change, Actor::SYSTEM).await? {
        return Ok(());
    }
    let mut messages = vec![Message::ReleaseReservation {
        reservation_id: record.reservation_id,
    }];
    if failure == Failure::Expired {
        messages.push(Message::CancelPayment);
    }
    store::outbox::insert(&mut *transaction, record.id, &messages).await?;
    transaction.commit().await?;
    state.outbox.ring(&messages);
    Ok(())
}

/// What a client is told of an order.
async fn answer(state: &State, record: Record) -> Result<Order, OrderError> {
    let order = record.id;
    match (record.status, record.failure) {
        (Status::Pending, _) => Err(OrderError::OutcomeUnknown(None)),
        (Status::PaymentFailed, Some(Failure::Declined)) => Err(OrderError::Declined {
            order,
            code: record.decline_code.unwrap_or_default(),
        }),
        (Status::PaymentFailed, Some(Failure::UnknownPaymentMethod)) => {
            Err(OrderError::UnknownPaymentMethod { order })
        }
        (Status::PaymentFailed, Some(Failure::Expired) | None) => {
            Err(OrderError::Expired { order })
        }
        (
            Status::Confirmed
            | Status::Packed
            | Status::Shipped
            | Status::Delivered
            | Status::Cancelled,
            _,
        ) => fulfilment::with_lines(state, &record).await,
    }
}

async fn found(state: &State, id: Uuid) -> Result<Record, OrderError> {
    store::orders::find(&state.pool, id, None)
        .await?
        .ok_or(OrderError::NoSuchOrder)
}

/// A line as other services know it.
pub(crate) fn item(line: &Line) -> cart::Item {
    cart::Item {
        product_id: line.product_id,
        quantity: line.quantity,
    }
}
