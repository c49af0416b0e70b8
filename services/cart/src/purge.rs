//! What is forgotten: guests' carts that nobody came back for, and orders that will not be mentioned
//! again.

use chassis::Progress;
use chrono::{TimeDelta, Utc};
use sqlx::PgPool;

use crate::store;

/// The order service gives up repeating itself long before.
const CLEARED_TTL: TimeDelta = TimeDelta::days(30);

/// Deletes a batch of guests' carts that have not changed for so many days, and of rows that made
/// repeated clears harmless.
pub async fn purge(pool: &PgPool, guest_cart_ttl_days: u16) -> anyhow::Result<Progress> {
    let now = Utc::now();
    let ttl = TimeDelta::days(guest_cart_ttl_days.into());
    let carts = store::purge_guests(pool, now - ttl).await?;
    let cleared = store::purge_cleared(pool, now - CLEARED_TTL).await?;
    if carts == 0 && cleared == 0 {
        return Ok(Progress::Idle);
    }
    tracing::info!(carts, cleared, "forgot guests' carts and cleared orders");
    Ok(Progress::More)
}
