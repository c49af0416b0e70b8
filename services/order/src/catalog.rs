//! The catalog service, as far as a checkout needs it: stock.

use chrono::{DateTime, Utc};
use money::Money;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upstream::{Error, Upstream};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cart::Item;

/// Stock that is held for an order, at the prices that count.
#[derive(Debug, Deserialize)]
pub(crate) struct Reservation {
    pub(crate) state: ReservationState,
    #[serde(default)]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) lines: Vec<ReservedLine>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReservationState {
    Reserved,
    /// Committed, released, or a state that this service need not know.
    #[serde(other)]
    Over,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReservedLine {
    pub(crate) product_id: Uuid,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) name_fr: Option<String>,
    pub(crate) quantity: i32,
    pub(crate) unit_price: Money,
}

/// Why units go back on the shelf.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RestockReason {
    /// They came back from a customer.
    Return,
    /// They were never sent.
    Cancellation,
}

/// Takes the stock of all items or of none.
pub(crate) async fn reserve(
    catalog: &Upstream,
    id: Uuid,
    items: &[Item],
) -> Result<Reservation, Error> {
    let path = format!("/internal/reservations/{id}");
    catalog.put(&path, &json!({ "lines": items })).await
}

/// Makes a reservation a sale.
pub(crate) async fn commit(catalog: &Upstream, id: Uuid) -> Result<(), Error> {
    let path = format!("/internal/reservations/{id}/commit");
    let _: Value = catalog.post(&path, &json!({})).await?;
    Ok(())
}

/// Gives up a reservation.
pub(crate) async fn release(catalog: &Upstream, id: Uuid) -> Result<(), Error> {
    let path = format!("/internal/reservations/{id}/release");
    let _: Value = catalog.post(&path, &json!({})).await?;
    Ok(())
}

/// Puts units back on the shelf, once for each `id`.
pub(crate) async fn restock(
    catalog: &Upstream,
    id: Uuid,
    reason: RestockReason,
    items: &[Item],
) -> Result<(), Error> {
    let path = format!("/internal/restocks/{id}");
    let body = json!({ "reason": reason, "lines": items });
    let _: Value = catalog.put(&path, &body).await?;
    Ok(())
}
