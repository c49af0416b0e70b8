//! What is on the shelf, and what staff may do to it.
//!
//! Per product, `available + reserved + sold` is at every moment the sum of its movements (I4): sales
//! move units between the three, and everything else writes a movement in the same statement.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why units came or went other than by a sale.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub(crate) enum Reason {
    /// What a product began with.
    Initial,
    /// Delivered by a supplier.
    Restock,
    /// Counted again, broken or lost.
    Adjustment,
    /// Brought back by a customer.
    Return,
    /// Of an order that was cancelled.
    Cancellation,
}

/// The reasons that staff may give.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StaffReason {
    /// Delivered by a supplier.
    Restock,
    /// Counted again, broken or lost.
    Adjustment,
    /// Brought back by a customer, without an order.
    Return,
}

/// The reasons that the order service may give.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RestockReason {
    /// Sent back by the customer.
    Return,
    /// Cancelled before it was sent.
    Cancellation,
}

impl From<StaffReason> for Reason {
    fn from(reason: StaffReason) -> Self {
        match reason {
            StaffReason::Restock => Self::Restock,
            StaffReason::Adjustment => Self::Adjustment,
            StaffReason::Return => Self::Return,
        }
    }
}

impl From<RestockReason> for Reason {
    fn from(reason: RestockReason) -> Self {
        match reason {
            RestockReason::Return => Self::Return,
            RestockReason::Cancellation => Self::Cancellation,
        }
    }
}

/// Units that staff put on the shelf or take off it.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockChange {
    /// How many; negative takes them off.
    #[garde(range(min = -100_000, max = 100_000), custom(not_zero))]
    pub(crate) delta: i64,
    #[garde(skip)]
    pub(crate) reason: StaffReason,
    #[garde(length(chars, max = 500))]
    #[serde(default)]
    pub(crate) note: Option<String>,
}

fn not_zero(delta: &i64, _: &()) -> garde::Result {
    if *delta == 0 {
        return Err(garde::Error::new("must not be zero"));
    }
    Ok(())
}

/// Where the units of a product are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Level {
    pub(crate) product_id: Uuid,
    /// On the shelf.
    pub(crate) available: i64,
    /// Held by checkouts under way.
    pub(crate) reserved: i64,
    /// Sold so far.
    pub(crate) sold: i64,
}

/// How many units at most are few.
pub(crate) const FEW: i64 = 5;

/// How a product runs short.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shortage {
    /// Nothing is left on the shelf.
    Out,
    /// One to five units are left.
    Low,
}

impl Shortage {
    /// The fewest and the most units that are on the shelf then.
    pub(crate) fn units(self) -> (i64, i64) {
        match self {
            Self::Out => (0, 0),
            Self::Low => (1, FEW),
        }
    }
}

/// The shop in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Summary {
    /// Products that are sold.
    pub(crate) products: i64,
    /// Products that were taken out of the shop.
    pub(crate) retired: i64,
    /// Products that are sold, with nothing left on the shelf.
    pub(crate) out_of_stock: i64,
    /// Products that are sold, with one to five units left.
    pub(crate) low_stock: i64,
    /// Units on the shelf; this and what follows counts retired products too.
    pub(crate) units_available: i64,
    /// Units held by checkouts under way.
    pub(crate) units_reserved: i64,
    /// Units sold so far.
    pub(crate) units_sold: i64,
}

/// A change of the stock other than a sale.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Movement {
    pub(crate) id: Uuid,
    pub(crate) delta: i64,
    pub(crate) reason: Reason,
    pub(crate) note: Option<String>,
    pub(crate) at: DateTime<Utc>,
    /// The member of staff; null where it was no person.
    pub(crate) by: Option<Uuid>,
    /// The return or cancellation that it belongs to.
    pub(crate) source_id: Option<Uuid>,
}
