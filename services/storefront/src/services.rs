//! The other services, each behind a narrow client of its own: only the calls that pages need, and of each
//! answer only what they show.

pub(crate) mod auth;
pub(crate) mod cart;
pub(crate) mod catalog;
pub(crate) mod health;
pub(crate) mod order;
pub(crate) mod payment;

use std::time::Duration;

use telemetry::Metrics;
use upstream::Upstream;
use url::Url;

use crate::config::Addresses;

/// All of them.
pub(crate) struct Services {
    pub(crate) auth: auth::Auth,
    pub(crate) catalog: catalog::Catalog,
    pub(crate) cart: cart::Carts,
    pub(crate) payment: payment::Payments,
    pub(crate) order: order::Orders,
    pub(crate) health: health::Health,
}

/// How long a page waits for what it shows.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a checkout may take: longer than the order service waits for the payment (ten seconds). With
/// the ten seconds that a page waits for a twin, it is within the thirty that a proxy waits for the page.
const CHECKOUT: Duration = Duration::from_secs(15);

impl Services {
    pub(crate) fn new(addresses: &Addresses, metrics: &Metrics) -> anyhow::Result<Self> {
        let service = |name, url: &Url| {
            anyhow::Ok(Upstream::new(name, url.clone(), PATIENCE)?.guarded(metrics)?)
        };
        let payment = service("payment", &addresses.payment_url)?;
        let order = service("order", &addresses.order_url)?;
        Ok(Self {
            auth: auth::Auth::new(service("auth", &addresses.auth_url)?),
            catalog: catalog::Catalog::new(service("catalog", &addresses.catalog_url)?),
            cart: cart::Carts::new(service("cart", &addresses.cart_url)?),
            payment: payment::Payments::new(payment.clone(), payment.with_deadline(CHECKOUT)),
            order: order::Orders::new(order.clone(), order.with_deadline(CHECKOUT)),
            health: health::Health::new(addresses)?,
        })
    }
}

/// A page of a list.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page begins; none on the last, and in lists that have only one.
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
}
