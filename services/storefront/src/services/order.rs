//! Orders and returns, as customers and as staff see them; what was sold; audits.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use money::Money;
use serde::{Deserialize, Serialize};
use upstream::{Call, Error, Method, Upstream, header};
use uuid::Uuid;

use super::{Listed, auth::Lines};

/// The order service.
#[derive(Clone)]
pub(crate) struct Orders {
    upstream: Upstream,
    /// The same with more patience.
    checkout: Upstream,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    /// As in `C-2026-000123`.
    pub(crate) number: String,
    pub(crate) status: Status,
    pub(crate) total: Money,
    pub(crate) refunded: Money,
    pub(crate) lines: Vec<Line>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) carrier: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Pending,
    Confirmed,
    Packed,
    Shipped,
    Delivered,
    Cancelled,
    PaymentFailed,
}

impl Status {
    pub(crate) const ALL: [Self; 7] = [
        Self::Pending,
        Self::Confirmed,
        Self::Packed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
        Self::PaymentFailed,
    ];

    /// As in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::PaymentFailed => "payment_failed",
        }
    }
}

/// A product that was bought.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) product_id: Uuid,
    pub(crate) name: String,
    pub(crate) name_fr: Option<String>,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    pub(crate) line_total: Money,
}

/// An order and all that is known of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Detail {
    #[serde(flatten)]
    pub(crate) order: Order,
    pub(crate) shipping_address: Lines,
    /// Oldest first.
    pub(crate) timeline: Vec<Event>,
    /// Oldest first.
    pub(crate) returns: Vec<Return>,
}

/// Something that happened to an order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: DateTime<Utc>,
    /// A status of the order, or of a return with `return_` before it.
    pub(crate) kind: String,
    /// `customer`, `staff` or `system`.
    pub(crate) actor: String,
    pub(crate) note: Option<String>,
}

/// Goods that come back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Return {
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) state: ReturnState,
    pub(crate) reason: String,
    pub(crate) refusal: Option<String>,
    pub(crate) refund: Money,
    pub(crate) lines: Vec<ReturnLine>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Where a return is in its life.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnState {
    Requested,
    Approved,
    Refused,
    Received,
    Refunded,
}

impl ReturnState {
    pub(crate) const ALL: [Self; 5] = [
        Self::Requested,
        Self::Approved,
        Self::Refused,
        Self::Received,
        Self::Refunded,
    ];

    /// As in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Received => "received",
            Self::Refunded => "refunded",
        }
    }
}

/// A product that comes back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReturnLine {
    pub(crate) product_id: Uuid,
    pub(crate) name: String,
    pub(crate) quantity: i64,
}

/// What to send back.
#[derive(Debug, Serialize)]
pub(crate) struct NewReturn {
    pub(crate) lines: Vec<ReturnedItem>,
    pub(crate) reason: String,
}

/// So many units of a product.
#[derive(Debug, Serialize)]
pub(crate) struct ReturnedItem {
    pub(crate) product_id: Uuid,
    pub(crate) quantity: i64,
}

/// Which orders staff look for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct OrderSearch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// Which returns staff look for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct ReturnSearch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// How the shop is doing.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) by_status: BTreeMap<Status, i64>,
    /// By state, as in the API.
    pub(crate) returns_by_state: BTreeMap<String, i64>,
    /// Oldest first; the last is today.
    pub(crate) days: Vec<Day>,
}

/// A day's business.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    pub(crate) orders: i64,
    pub(crate) sales: Money,
    pub(crate) refunds: i64,
    pub(crate) refunded: Money,
}

/// Whether the shop kept its promises at some moment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Audit {
    pub(crate) finished_at: DateTime<Utc>,
    pub(crate) clean: bool,
    pub(crate) version: String,
    pub(crate) invariants: Vec<Invariant>,
}

/// What became of one promise.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Invariant {
    /// As in `I1`.
    pub(crate) name: String,
    pub(crate) promise: String,
    pub(crate) checked: i64,
    pub(crate) violations: i64,
    #[serde(default)]
    pub(crate) examples: Vec<String>,
}

/// What staff do to an order or a return.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Pack,
    Deliver,
}

impl Orders {
    pub(crate) fn new(upstream: Upstream, checkout: Upstream) -> Self {
        Self { upstream, checkout }
    }

    /// Orders what is in the cart. The same key again is the same order.
    pub(crate) async fn check_out(
        &self,
        token: &str,
        key: Uuid,
        method: Uuid,
        address: &Lines,
    ) -> Result<Order, Error> {
        let body = serde_json::json!({
            "payment_method_id": method,
            "shipping_address": address,
        });
        self.checkout
            .request(Method::POST, "/api/orders")
            .bearer(token)
            .header(
                header::HeaderName::from_static("idempotency-key"),
                &key.to_string(),
            )
            .json(&body)
            .send()
            .await
    }

    pub(crate) async fn history(
        &self,
        token: &str,
        cursor: Option<&str>,
    ) -> Result<Listed<Order>, Error> {
        let call = self.call(token, Method::GET, "/api/orders");
        let cursor = cursor.map(|it| ("cursor", it));
        call.query(&cursor.as_slice()).send().await
    }

    pub(crate) async fn order(&self, token: &str, id: Uuid) -> Result<Detail, Error> {
        let path = format!("/api/orders/{id}");
        self.call(token, Method::GET, &path).send().await
    }

    pub(crate) async fn cancel(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/orders/{id}/cancel");
        self.call(token, Method::POST, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn request_return(
        &self,
        token: &str,
        id: Uuid,
        new: &NewReturn,
    ) -> Result<(), Error> {
        let path = format!("/api/orders/{id}/returns");
        let call = self.call(token, Method::POST, &path);
        call.json(new).send_for_nothing().await
    }

    /// Everybody's orders, for staff.
    pub(crate) async fn all(
        &self,
        token: &str,
        search: &OrderSearch,
    ) -> Result<Listed<Order>, Error> {
        let call = self.call(token, Method::GET, "/api/orders/admin");
        call.query(search).send().await
    }

    /// Anybody's order, for staff.
    pub(crate) async fn any(&self, token: &str, id: Uuid) -> Result<Detail, Error> {
        let path = format!("/api/orders/admin/{id}");
        self.call(token, Method::GET, &path).send().await
    }

    pub(crate) async fn fulfil(&self, token: &str, id: Uuid, deed: Deed) -> Result<(), Error> {
        let verb = match deed {
            Deed::Pack => "pack",
            Deed::Deliver => "deliver",
        };
        let path = format!("/api/orders/admin/{id}/{verb}");
        self.call(token, Method::POST, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn ship(
        &self,
        token: &str,
        id: Uuid,
        tracking_number: &str,
        carrier: Option<&str>,
    ) -> Result<(), Error> {
        let path = format!("/api/orders/admin/{id}/ship");
        let body = serde_json::json!({ "tracking_number": tracking_number, "carrier": carrier });
        let call = self.call(token, Method::POST, &path);
        call.json(&body).send_for_nothing().await
    }

    /// Everybody's returns, for staff.
    pub(crate) async fn returns(
        &self,
        token: &str,
        search: &ReturnSearch,
    ) -> Result<Listed<Return>, Error> {
        let call = self.call(token, Method::GET, "/api/orders/admin/returns");
        call.query(search).send().await
    }

    pub(crate) async fn approve_return(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/orders/admin/returns/{id}/approve");
        self.call(token, Method::POST, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn receive_return(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/orders/admin/returns/{id}/receive");
        self.call(token, Method::POST, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn refuse_return(
        &self,
        token: &str,
        id: Uuid,
        reason: &str,
    ) -> Result<(), Error> {
        let path = format!("/api/orders/admin/returns/{id}/refuse");
        let call = self.call(token, Method::POST, &path);
        call.json(&serde_json::json!({ "reason": reason }))
            .send_for_nothing()
            .await
    }

    /// How the shop has been doing; days are those of `zone` (an IANA name).
    pub(crate) async fn summary(
        &self,
        token: &str,
        zone: &str,
        days: u8,
    ) -> Result<Summary, Error> {
        let call = self.call(token, Method::GET, "/api/orders/admin/summary");
        call.query(&[("zone", zone)])
            .query(&[("days", days)])
            .send()
            .await
    }

    /// The last audit that was recorded.
    pub(crate) async fn last_audit(&self, token: &str) -> Result<Option<Audit>, Error> {
        let call = self.call(token, Method::GET, "/api/orders/admin/audits");
        let found: Listed<Audit> = call.query(&[("limit", 1)]).send().await?;
        Ok(found.items.into_iter().next())
    }

    fn call(&self, token: &str, method: Method, path: &str) -> Call<'_> {
        self.upstream.request(method, path).bearer(token)
    }
}
