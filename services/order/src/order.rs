//! What orders and returns are made of.

use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use garde::Validate;
use money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::life::{ActorKind, ReturnState, Status};

/// A cart with more lines than this is not ordered.
pub(crate) const LINES_AT_MOST: usize = 100;

/// What a client asks for; what is bought, and at which price, is none of its business.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkout {
    /// What to pay with, from `POST /api/payments/methods`.
    #[garde(skip)]
    pub(crate) payment_method_id: Uuid,
    /// Where to send it.
    #[garde(dive)]
    pub(crate) shipping_address: Address,
}

/// A postal address.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    /// Who receives it.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    pub(crate) name: String,
    /// Street and number.
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    pub(crate) line1: String,
    /// Floor, company, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200), inner(custom(printable)))]
    pub(crate) line2: Option<String>,
    /// The town.
    #[garde(length(chars, min = 1, max = 100), custom(printable))]
    pub(crate) city: String,
    /// In the form of the country.
    #[garde(length(chars, min = 1, max = 20), custom(printable))]
    pub(crate) postal_code: String,
    /// ISO 3166-1 alpha-2, as in `FR`.
    #[garde(custom(country_code))]
    pub(crate) country: String,
}

pub(crate) fn printable(text: &str, _: &()) -> garde::Result {
    if text.chars().any(char::is_control) {
        Err(garde::Error::new("must not hold control characters"))
    } else {
        Ok(())
    }
}

fn country_code(code: &str, _: &()) -> garde::Result {
    if code.len() == 2 && code.bytes().all(|it| it.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err(garde::Error::new("must be two capital letters"))
    }
}

impl Checkout {
    /// What a key is bound to: the SHA-256 of the request in one canonical form, so that neither white
    /// space nor the order of fields makes a difference.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        let Address {
            name,
            line1,
            line2,
            city,
            postal_code,
            country,
        } = &self.shipping_address;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(self.payment_method_id.as_bytes());
        // Absent and empty differ by the mark, and a separator that no field may hold keeps fields apart.
        let line2 = line2.as_ref().map(|it| format!("={it}"));
        let line2 = line2.as_deref().unwrap_or_default();
        for field in [name, line1, line2, city, postal_code, country] {
            context.update(field.as_bytes());
            context.update(&[0]);
        }
        context.finish().as_ref().to_vec()
    }
}

/// The namespace of reservation ids, drawn once for this shop.
const RESERVATIONS: Uuid = Uuid::from_u128(0x6f1d_3c0e_8a55_4b0b_9c37_2e9d_52a7_41f0);

/// The reservation of a checkout: always the same for a user and a key, so that a repeated or resumed
/// checkout finds what it reserved before.
pub(crate) fn reservation_id(user: Uuid, key: &str) -> Uuid {
    let mut name = user.as_bytes().to_vec();
    name.extend_from_slice(key.as_bytes());
    Uuid::new_v5(&RESERVATIONS, &name)
}

/// Why an order was never paid.
#[derive(Clone, Copy, Debug, Eq, PartialEq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum Failure {
    Declined,
    UnknownPaymentMethod,
    Expired,
}

impl Failure {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::UnknownPaymentMethod => "unknown_payment_method",
            Self::Expired => "expired",
        }
    }
}

/// An order as it is stored, without its lines.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) user_id: Uuid,
    pub(crate) request_fingerprint: Vec<u8>,
    pub(crate) status: Status,
    pub(crate) failure: Option<Failure>,
    pub(crate) decline_code: Option<String>,
    pub(crate) total_amount: i64,
    pub(crate) refunded_amount: i64,
    pub(crate) currency: Currency,
    pub(crate) payment_method_id: Uuid,
    pub(crate) shipping_address: Json<Address>,
    pub(crate) reservation_id: Uuid,
    pub(crate) reserved_until: DateTime<Utc>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) carrier: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Record {
    pub(crate) fn total(&self) -> Money {
        self.money(self.total_amount)
    }

    pub(crate) fn money(&self, amount: i64) -> Money {
        Money {
            amount,
            currency: self.currency,
        }
    }

    /// From when on paying is not tried any more: early enough that a payment begun before it still finds
    /// its stock reserved.
    pub(crate) fn give_up_at(&self) -> DateTime<Utc> {
        let reserved = self.reserved_until - self.created_at;
        let margin = (reserved / 4).clamp(TimeDelta::zero(), TimeDelta::seconds(60));
        self.reserved_until - margin
    }
}

/// An order that is about to be recorded.
#[derive(Debug)]
pub(crate) struct NewOrder<'a> {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) key: &'a str,
    pub(crate) fingerprint: &'a [u8],
    pub(crate) checkout: &'a Checkout,
    pub(crate) reservation_id: Uuid,
    pub(crate) reserved_until: DateTime<Utc>,
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Money,
}

/// A product that was bought.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// The product.
    pub(crate) product_id: Uuid,
    /// Its name when it was bought.
    pub(crate) name: String,
    /// Its French name when it was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name_fr: Option<String>,
    /// How many.
    pub(crate) quantity: i32,
    /// The price of one when it was bought.
    pub(crate) unit_price: Money,
    /// The price of all.
    pub(crate) line_total: Money,
}

/// The price of `quantity` pieces.
pub(crate) fn price(unit: Money, quantity: i32) -> Result<Money, MoneyError> {
    // Quantities are positive: the store and the routes see to it.
    unit.times(quantity.unsigned_abs())
}

/// An order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Order {
    /// Its id.
    pub(crate) id: Uuid,
    /// What people call it, as in `C-2026-000123`.
    pub(crate) number: String,
    /// Where it is in its life.
    pub(crate) status: Status,
    /// What it costs.
    pub(crate) total: Money,
    /// How much of that has been given back.
    pub(crate) refunded: Money,
    /// What was bought.
    pub(crate) lines: Vec<Line>,
    /// What the carrier calls the parcel, once it is shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking_number: Option<String>,
    /// Who carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<String>,
    /// When it was placed.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
}

impl Order {
    pub(crate) fn of(record: &Record, lines: Vec<Line>) -> Self {
        Self {
            id: record.id,
            number: record.number.clone(),
            status: record.status,
            total: record.total(),
            refunded: record.money(record.refunded_amount),
            lines,
            tracking_number: record.tracking_number.clone(),
            carrier: record.carrier.clone(),
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// An order and all that is known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    /// The order.
    #[serde(flatten)]
    pub(crate) order: Order,
    /// Where it goes.
    pub(crate) shipping_address: Address,
    /// What happened, oldest first.
    pub(crate) timeline: Vec<Event>,
    /// What the customer sent or wants to send back, oldest first.
    pub(crate) returns: Vec<Return>,
}

/// What staff see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OfUser<T> {
    /// Whose it is.
    pub(crate) user_id: Uuid,
    /// What it is.
    #[serde(flatten)]
    pub(crate) order: T,
}

/// Something that happened to an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Event {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// What: a status of the order, or of a return with `return_` before it.
    pub(crate) kind: String,
    /// By whom.
    pub(crate) actor: ActorKind,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// Who does something, and who that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor {
    pub(crate) kind: ActorKind,
    pub(crate) id: Option<Uuid>,
}

impl Actor {
    /// The shop itself.
    pub(crate) const SYSTEM: Self = Self {
        kind: ActorKind::System,
        id: None,
    };

    pub(crate) const fn customer(id: Uuid) -> Self {
        Self {
            kind: ActorKind::Customer,
            id: Some(id),
        }
    }

    pub(crate) const fn staff(id: Uuid) -> Self {
        Self {
            kind: ActorKind::Staff,
            id: Some(id),
        }
    }
}

/// What a customer wants to send back.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReturn {
    /// Which products, and how many of each.
    #[garde(length(min = 1, max = 100), dive)]
    pub(crate) lines: Vec<ReturnedItem>,
    /// Why.
    #[garde(length(chars, min = 1, max = 500), custom(printable))]
    pub(crate) reason: String,
}

/// A quantity of a product that was bought.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnedItem {
    /// The product.
    #[garde(skip)]
    pub(crate) product_id: Uuid,
    /// How many.
    #[garde(range(min = 1, max = 1_000_000))]
    pub(crate) quantity: i32,
}

/// Why staff refuse a return.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    /// In words for the customer.
    #[garde(length(chars, min = 1, max = 500), custom(printable))]
    pub(crate) reason: String,
}

/// What staff know of a parcel.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shipment {
    /// What the carrier calls it.
    #[garde(length(chars, min = 1, max = 64), custom(printable))]
    pub(crate) tracking_number: String,
    /// Who carries it.
    #[garde(length(chars, min = 1, max = 64), inner(custom(printable)))]
    pub(crate) carrier: Option<String>,
}

/// Goods that come back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Return {
    /// Its id.
    pub(crate) id: Uuid,
    /// Of which order.
    pub(crate) order_id: Uuid,
    /// Where it is in its life.
    pub(crate) state: ReturnState,
    /// Why, in the customer's words.
    pub(crate) reason: String,
    /// Why not, in the shop's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<String>,
    /// What is given back for it.
    pub(crate) refund: Money,
    /// What comes back.
    pub(crate) lines: Vec<ReturnLine>,
    /// When it was asked for.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
}

/// A product that comes back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReturnLine {
    /// The product.
    pub(crate) product_id: Uuid,
    /// Its name when it was bought.
    pub(crate) name: String,
    /// How many come back.
    pub(crate) quantity: i32,
    /// The price of one when it was bought.
    pub(crate) unit_price: Money,
}
