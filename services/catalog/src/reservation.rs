//! Promising units to one checkout and no other.
//!
//! A reservation is `reserved` until it is committed, released or over. Each use case is one short
//! transaction; the usual ones are one statement, so that the row of a product in demand is locked for
//! as long as the database needs and not for a round trip more. Rows of `stock` are always locked in
//! the order of their product ids, and a stored reservation before its stock, so that no two of these
//! wait for each other.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use money::Money;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{error::CatalogError, stock::RestockReason, store::reservations as store};

/// How long a reservation lasts, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ttl(pub(crate) u32);

/// What became of a reservation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub(crate) enum State {
    /// Units are held until it expires.
    Reserved,
    /// They are sold.
    Committed,
    /// They were given back.
    Released,
    /// It ended by itself, and the units are on the shelf again.
    Expired,
}

/// Units held for a checkout.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reservation {
    pub(crate) id: Uuid,
    pub(crate) state: State,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) lines: Vec<Line>,
}

/// Some units of one product, at the name and price at which they were promised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    pub(crate) product_id: Uuid,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
}

/// What a checkout wants.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// At most a hundred, each product once.
    #[garde(length(min = 1, max = 100), dive, custom(each_once))]
    pub(crate) lines: Vec<Quantity>,
}

/// Units that come back.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restock {
    /// Why they come back.
    #[garde(skip)]
    pub(crate) reason: RestockReason,
    /// At most a hundred, each product once.
    #[garde(length(min = 1, max = 100), dive, custom(each_once))]
    pub(crate) lines: Vec<Quantity>,
}

/// Some units of one product.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quantity {
    #[garde(skip)]
    pub(crate) product_id: Uuid,
    #[garde(range(min = 1, max = 1000))]
    pub(crate) quantity: i64,
}

fn each_once(lines: &[Quantity], _: &()) -> garde::Result {
    let mut seen = HashSet::new();
    if lines.iter().all(|it| seen.insert(it.product_id)) {
        Ok(())
    } else {
        Err(garde::Error::new("names a product twice"))
    }
}

/// Takes the stock of all lines or of none; see `docs/reference/contracts.md`.
pub(crate) async fn reserve(
    pool: &PgPool,
    id: Uuid,
    wanted: &[Quantity],
    ttl: Ttl,
) -> Result<Reservation, CatalogError> {
    again(async || {
        let attempt = store::reserve(pool, id, wanted, ttl, false).await?;
        if let Some(reservation) = attempt.reservation(id) {
            return Ok(reservation);
        }
        // Too little is left, or the id is known. It may be known only now: a twin of this call may have
        // taken the very units that this one missed.
        let mut transaction = pool.begin().await?;
        let Some(known) = store::lock(&mut transaction, id).await? else {
            return Err(attempt.refusal(wanted));
        };
        let reservation = match known {
            store::Known {
                state: State::Released,
                ..
            } => return Err(CatalogError::Released),
            store::Known {
                state: State::Committed,
                ..
            }
            | store::Known {
                state: State::Reserved,
                over: false,
            } => stored(&mut transaction, id).await?,
            store::Known { state, .. } => {
                if state == State::Reserved {
                    store::put_back(&mut transaction, id).await?;
                }
                store::forget_lines(&mut *transaction, id).await?;
                let attempt = store::reserve(&mut *transaction, id, wanted, ttl, true).await?;
                let Some(reservation) = attempt.reservation(id) else {
                    // What was forgotten is remembered, and the locks end before the answer: the sweep leaves
                    // out what somebody is at work on.
                    transaction.rollback().await?;
                    return Err(attempt.refusal(wanted));
                };
                reservation
            }
        };
        transaction.commit().await?;
        Ok(reservation)
    })
    .await
}

/// Sells what is reserved. Units of a reservation that ended in the meantime are taken again.
pub(crate) async fn commit(pool: &PgPool, id: Uuid) -> Result<Reservation, CatalogError> {
    again(async || {
        // One that is over and not swept yet still holds its units: giving them back and taking them
        // again comes to the same.
        if store::commit(pool, id).await? {
            return store::find(pool, id)
                .await?
                .ok_or(CatalogError::NoSuchReservation);
        }
        let mut transaction = pool.begin().await?;
        let known = store::lock(&mut transaction, id)
            .await?
            .ok_or(CatalogError::NoSuchReservation)?;
        match known.state {
            State::Released => return Err(CatalogError::Released),
            State::Committed => {}
            State::Reserved => {
                store::commit(&mut *transaction, id).await?;
            }
            State::Expired => {
                let short = store::lock_stock(&mut *transaction, id).await?;
                if !short.is_empty() {
                    return Err(CatalogError::OutOfStock(short));
                }
                store::sell(&mut *transaction, id).await?;
                store::set_state(&mut *transaction, id, State::Committed).await?;
            }
        }
        let reservation = stored(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(reservation)
    })
    .await
}

/// Gives units back. An id that is not known yet is remembered, so that a late [`reserve`] is refused.
pub(crate) async fn release(pool: &PgPool, id: Uuid) -> Result<Reservation, CatalogError> {
    again(async || {
        let mut transaction = pool.begin().await?;
        if !store::insert_released(&mut *transaction, id).await? {
            let known = store::lock(&mut transaction, id)
                .await?
                .ok_or(CatalogError::NoSuchReservation)?;
            match known.state {
                State::Committed => return Err(CatalogError::Committed),
                State::Released => {}
                State::Reserved => {
                    store::put_back(&mut transaction, id).await?;
                    store::set_state(&mut *transaction, id, State::Released).await?;
                }
                State::Expired => {
                    store::set_state(&mut *transaction, id, State::Released).await?;
                }
            }
        }
        let reservation = stored(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(reservation)
    })
    .await
}

/// Puts units back on the shelf, once for each id.
pub(crate) async fn restock(
    pool: &PgPool,
    id: Uuid,
    restock: &Restock,
) -> Result<(), CatalogError> {
    again(async || crate::store::stock::restock(pool, id, restock).await).await
}

/// Ends one batch of reservations that are over; says how many.
pub(crate) async fn expire(pool: &PgPool) -> Result<u64, CatalogError> {
    store::expire(pool).await
}

async fn stored(db: &mut PgConnection, id: Uuid) -> Result<Reservation, CatalogError> {
    store::find(db, id)
        .await?
        .ok_or(CatalogError::NoSuchReservation)
}

/// Runs `work` again where the database had to break a deadlock or a conflict of its own: nothing was
/// done, and a second time mostly succeeds.
async fn again<T>(work: impl AsyncFn() -> Result<T, CatalogError>) -> Result<T, CatalogError> {
    for _ in 0..2 {
        match work().await {
            Err(CatalogError::Database(error)) if was_broken_off(&error) => {
                tracing::info!(%error, "trying again");
            }
            done => return done,
        }
    }
    work().await
}

fn was_broken_off(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|it| it.code());
    matches!(code.as_deref(), Some("40P01" | "40001"))
}
