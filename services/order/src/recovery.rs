//! Brings orders to an end that a crash or a silent payment service left pending.

use chassis::Progress;
use tokio::task::JoinSet;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    State,
    checkout::{self, LEASE},
    error::OrderError,
    store,
};

const BATCH: i64 = 8;

/// Takes the pending orders that are due and drives each as a request would.
pub(crate) async fn run_once(state: State) -> anyhow::Result<Progress> {
    let due = store::orders::hold_due(&state.pool, LEASE, BATCH).await?;
    if due.is_empty() {
        return Ok(Progress::Idle);
    }
    let mut orders = JoinSet::new();
    for order in due {
        let state = state.clone();
        let attended = async move { (order, finish(&state, order).await) };
        orders.spawn(attended.instrument(telemetry::work("order", "recover", None)));
    }
    while let Some(joined) = orders.join_next().await {
        // An order that failed is due again when its lease ends.
        let (order, result) = joined?;
        if let Err(error) = result {
            tracing::warn!(%order, error = format!("{:#}", anyhow::Error::new(error)), "an order stays pending");
        }
    }
    Ok(Progress::More)
}

async fn finish(state: &State, order: Uuid) -> Result<(), OrderError> {
    let record = store::orders::find(&state.pool, order, None)
        .await?
        .ok_or(OrderError::NoSuchOrder)?;
    let driven = checkout::drive(state, &record).await?;
    tracing::info!(%order, status = driven.record.status.as_str(), "attended to a pending order");
    Ok(())
}
