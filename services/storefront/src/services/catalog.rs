//! Products, categories, stock.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use language::Language;
use moka::future::Cache;
use money::Money;
use serde::{Deserialize, Serialize};
use upstream::{Call, Error, Method, Upstream};
use uuid::Uuid;

use super::Listed;

/// The catalog service.
pub(crate) struct Catalog {
    upstream: Upstream,
    /// The tree of categories is around every page and hardly ever changes.
    categories: Cache<&'static str, Arc<Vec<Category>>>,
}

/// A category and what is under it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Category {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) children: Vec<Category>,
}

impl Category {
    /// Whether it is `slug`, or has it somewhere under it.
    pub(crate) fn holds(&self, slug: &str) -> bool {
        self.slug == slug || self.children.iter().any(|it| it.holds(slug))
    }
}

/// A step on the way to a category.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Step {
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// A product in a list.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) price: Money,
    pub(crate) available: i64,
    pub(crate) image_url: String,
    /// The slug of its category.
    #[serde(default)]
    pub(crate) category: String,
}

/// A product on a page of its own.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price: Money,
    pub(crate) available: i64,
    pub(crate) image_url: String,
    pub(crate) category_path: Vec<Step>,
}

/// What is looked for; what is absent is not asked.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Search {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    /// In minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_price: Option<i64>,
    /// In minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_stock: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) featured: Option<bool>,
    /// `relevance`, `name`, `price_asc`, `price_desc` or `newest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    /// On all pages.
    pub(crate) total: i64,
    pub(crate) next_cursor: Option<String>,
    pub(crate) facets: Facets,
}

/// How many products each further choice would leave.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Facets {
    pub(crate) categories: Vec<CategoryCount>,
    pub(crate) price_bands: Vec<BandCount>,
    pub(crate) in_stock: StockCount,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CategoryCount {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    pub(crate) count: i64,
}

/// In minor units; the last band has no end.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct BandCount {
    pub(crate) min: i64,
    pub(crate) max: Option<i64>,
    pub(crate) count: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StockCount {
    pub(crate) count: i64,
}

/// A product as staff keep it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) description: String,
    pub(crate) description_fr: String,
    pub(crate) price: Money,
    pub(crate) available: i64,
    pub(crate) reserved: i64,
    pub(crate) sold: i64,
    pub(crate) featured: bool,
    pub(crate) image_url: String,
    pub(crate) retired_at: Option<DateTime<Utc>>,
}

/// Which products staff look for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct RecordSearch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retired: Option<bool>,
    /// `out` or `low`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stock: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// A change of a product; what is absent stays.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ProductChange {
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) description: String,
    pub(crate) description_fr: String,
    pub(crate) price: Option<Money>,
    pub(crate) featured: bool,
    pub(crate) retired: bool,
}

/// Units that come or go other than by a sale.
#[derive(Debug, Serialize)]
pub(crate) struct StockChange {
    pub(crate) delta: i64,
    /// `restock`, `adjustment` or `return`.
    pub(crate) reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// Units that came or went.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Movement {
    pub(crate) delta: i64,
    pub(crate) reason: String,
    pub(crate) note: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// How the whole catalog stands.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) products: i64,
    pub(crate) out_of_stock: i64,
    pub(crate) low_stock: i64,
    pub(crate) units_available: i64,
    pub(crate) units_reserved: i64,
    pub(crate) units_sold: i64,
}

/// How long a tree of categories is believed.
const REMEMBER_CATEGORIES: Duration = Duration::from_secs(60);

impl Catalog {
    pub(crate) fn new(upstream: Upstream) -> Self {
        Self {
            upstream,
            categories: Cache::builder()
                .max_capacity(2)
                .time_to_live(REMEMBER_CATEGORIES)
                .build(),
        }
    }

    /// The tree of categories.
    pub(crate) async fn categories(
        &self,
        language: Language,
    ) -> Result<Arc<Vec<Category>>, Arc<Error>> {
        let ask = async {
            let call = self.read(language, "/api/catalog/categories");
            call.send().await.map(Arc::new)
        };
        self.categories.try_get_with(language.tag(), ask).await
    }

    /// The same, if it is known: for pages that say that the catalog does not answer.
    pub(crate) async fn known_categories(&self, language: Language) -> Arc<Vec<Category>> {
        let known = self.categories.get(language.tag()).await;
        known.unwrap_or_default()
    }

    pub(crate) async fn find(&self, language: Language, search: &Search) -> Result<Found, Error> {
        let call = self.read(language, "/api/catalog/products");
        call.query(search).send().await
    }

    pub(crate) async fn product(&self, language: Language, slug: &str) -> Result<Product, Error> {
        let path = format!("/api/catalog/products/{}", plain(slug));
        self.read(language, &path).send().await
    }

    /// Products that are looked at together with this one.
    pub(crate) async fn related(&self, language: Language, slug: &str) -> Result<Vec<Item>, Error> {
        let path = format!("/api/catalog/products/{}/related", plain(slug));
        let call = self.read(language, &path).query(&[("limit", 4)]);
        call.send::<Listed<Item>>().await.map(|it| it.items)
    }

    pub(crate) async fn records(
        &self,
        token: &str,
        search: &RecordSearch,
    ) -> Result<Listed<Record>, Error> {
        let call = self.staff(token, Method::GET, "/api/catalog/admin/products");
        call.query(search).send().await
    }

    pub(crate) async fn record(&self, token: &str, id: Uuid) -> Result<Record, Error> {
        let path = format!("/api/catalog/admin/products/{id}");
        self.staff(token, Method::GET, &path).send().await
    }

    pub(crate) async fn change(
        &self,
        token: &str,
        id: Uuid,
        change: &ProductChange,
    ) -> Result<Record, Error> {
        let path = format!("/api/catalog/admin/products/{id}");
        let call = self.staff(token, Method::PATCH, &path);
        call.json(change).send().await
    }

    /// Adds a product; its body is the API's.
    pub(crate) async fn create(
        &self,
        token: &str,
        new: &serde_json::Value,
    ) -> Result<Record, Error> {
        let call = self.staff(token, Method::POST, "/api/catalog/admin/products");
        call.json(new).send().await
    }

    pub(crate) async fn change_stock(
        &self,
        token: &str,
        id: Uuid,
        change: &StockChange,
    ) -> Result<(), Error> {
        let path = format!("/api/catalog/admin/products/{id}/stock");
        let call = self.staff(token, Method::POST, &path);
        call.json(change).send_for_nothing().await
    }

    pub(crate) async fn movements(&self, token: &str, id: Uuid) -> Result<Vec<Movement>, Error> {
        let path = format!("/api/catalog/admin/products/{id}/stock/movements");
        let call = self.staff(token, Method::GET, &path);
        call.send::<Listed<Movement>>().await.map(|it| it.items)
    }

    pub(crate) async fn summary(&self, token: &str) -> Result<Summary, Error> {
        let call = self.staff(token, Method::GET, "/api/catalog/admin/summary");
        call.send().await
    }

    fn read(&self, language: Language, path: &str) -> Call<'_> {
        let call = self.upstream.request(Method::GET, path);
        call.query(&[("lang", language.tag())])
    }

    fn staff(&self, token: &str, method: Method, path: &str) -> Call<'_> {
        self.upstream.request(method, path).bearer(token)
    }
}

/// A slug as it is, or one that no product has: what a visitor typed must not become another path.
fn plain(slug: &str) -> &str {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if !slug.is_empty() && slug.bytes().all(is_plain) {
        slug
    } else {
        "-"
    }
}
