//! Fills an empty shop with what a French market hall sells, from `seed/shop.json`.

use std::{collections::HashMap, sync::LazyLock};

use anyhow::Context as _;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{drawing::Drawing, store};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shop {
    pub(crate) categories: Vec<SeedCategory>,
    pub(crate) products: Vec<SeedProduct>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedCategory {
    pub(crate) slug: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) name_fr: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedProduct {
    pub(crate) slug: String,
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) description: String,
    pub(crate) description_fr: String,
    /// In minor units.
    pub(crate) price: i64,
    pub(crate) stock: i64,
    /// Whether the home page shows it.
    #[serde(default)]
    pub(crate) featured: bool,
    pub(crate) drawing: Drawing,
}

impl SeedProduct {
    /// The same in every shop, so that scripts and lessons can name it.
    pub(crate) fn id(&self) -> Uuid {
        let name = format!("comptoir:product:{}", self.slug);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

/// A constant: it is compiled in and never changes while the process lives.
static SHOP: LazyLock<Result<Shop, serde_json::Error>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../seed/shop.json")));

static DRAWINGS: LazyLock<HashMap<&'static str, &'static SeedProduct>> = LazyLock::new(|| {
    let products = SHOP.as_ref().map(|it| it.products.as_slice());
    products
        .unwrap_or_default()
        .iter()
        .map(|it| (it.slug.as_str(), it))
        .collect()
});

/// The seed's product of that slug, which is drawn by hand.
pub(crate) fn product(slug: &str) -> Option<&'static SeedProduct> {
    DRAWINGS.get(slug).copied()
}

/// Fills the catalog if it is empty, and says whether it was.
pub async fn seed(pool: &PgPool) -> anyhow::Result<bool> {
    let shop = SHOP.as_ref().context("seed/shop.json is not a shop")?;
    let mut transaction = pool.begin().await?;
    // Two processes may start at once.
    store::seed::lock(&mut transaction).await?;
    if !store::seed::is_empty(&mut *transaction).await? {
        return Ok(false);
    }
    store::seed::insert_categories(&mut *transaction, &shop.categories).await?;
    store::seed::insert_products(&mut *transaction, &shop.products).await?;
    store::seed::insert_stock(&mut *transaction, &shop.products).await?;
    transaction.commit().await?;
    tracing::info!(
        products = shop.products.len(),
        "the catalog was empty and has been filled"
    );
    Ok(true)
}
