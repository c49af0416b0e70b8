//! What this service asks of the catalog.

use std::{collections::HashMap, time::Duration};

use money::Money;
use serde::Deserialize;
use telemetry::Metrics;
use upstream::{Credentials, Upstream};
use url::Url;
use uuid::Uuid;

/// A cart is shown with remembered prices rather than late.
const DEADLINE: Duration = Duration::from_secs(2);

/// The catalog service.
pub(crate) struct Catalog(Upstream);

/// A product as it is sold today.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) price: Money,
    pub(crate) available: i32,
    pub(crate) image_url: Option<String>,
    pub(crate) active: bool,
}

/// What the catalog said of the products that it was asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listings(HashMap<Uuid, Listing>);

/// What the catalog said of one product.
#[derive(Clone, Debug)]
pub(crate) enum Listing {
    Sold(Product),
    /// Retired, or unknown.
    Gone,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Product>,
}

impl Catalog {
    pub(crate) fn new(
        url: Url,
        credentials: &Credentials,
        metrics: &Metrics,
    ) -> anyhow::Result<Self> {
        let auth = credentials.auth()?.guarded(metrics)?;
        let token = credentials.token(&auth, "cart", "catalog", "products");
        let catalog = Upstream::new("catalog", url, DEADLINE)?.guarded(metrics)?;
        Ok(Self(catalog.with_token(token)))
    }

    /// Prices and availability of these products, in one call; none where there is nothing to ask.
    pub(crate) async fn listings(&self, ids: &[Uuid]) -> Result<Listings, upstream::Error> {
        let mut asked: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        asked.sort_unstable();
        asked.dedup();
        if asked.is_empty() {
            return Ok(Listings::default());
        }
        let path = format!("/internal/products?ids={}", asked.join(","));
        let page: Page = self.0.get(&path).await?;
        Ok(Listings::of(ids, page.items))
    }

    /// As [`Catalog::listings`]; nothing is known of any product while the catalog does not answer.
    pub(crate) async fn listings_if_up(&self, ids: &[Uuid]) -> Listings {
        self.listings(ids).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the cart is shown with remembered prices");
            Listings::default()
        })
    }
}

impl Listings {
    pub(crate) fn of(asked: &[Uuid], answered: Vec<Product>) -> Self {
        let mut listings: HashMap<_, _> = asked.iter().map(|id| (*id, Listing::Gone)).collect();
        for product in answered.into_iter().filter(|it| it.active) {
            listings.insert(product.id, Listing::Sold(product));
        }
        Self(listings)
    }

    /// None where the catalog was not asked, or did not answer.
    pub(crate) fn get(&self, product: Uuid) -> Option<&Listing> {
        self.0.get(&product)
    }

    /// How many units can be bought; none where that is not known.
    pub(crate) fn available(&self, product: Uuid) -> Option<i32> {
        self.get(product).map(|it| match it {
            Listing::Sold(product) => product.available,
            Listing::Gone => 0,
        })
    }
}
