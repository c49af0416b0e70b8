//! What a product is: as visitors see it, as staff keep it, as the other services ask for it.

use chrono::{DateTime, Utc};
use money::{Currency, Money};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{category::Step, drawing, error::CatalogError};

/// What the shop sells in. One currency, so that a cart always has one total.
pub(crate) const CURRENCY: Currency = Currency::Eur;
/// The highest price, in minor units: a hundred lines of a thousand such units still have a sum.
const HIGHEST_PRICE: i64 = 100_000_000;

/// A product in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) price: Money,
    /// Units that can be bought now.
    pub(crate) available: i64,
    pub(crate) image_url: String,
    /// The slug of its category.
    pub(crate) category: String,
}

/// A product on a page of its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price: Money,
    /// Units that can be bought now.
    pub(crate) available: i64,
    pub(crate) image_url: String,
    /// The slug of its category.
    pub(crate) category: String,
    /// The way to its category, from the root.
    pub(crate) category_path: Vec<Step>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A product as staff keep it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Record {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    /// The slug of its category.
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) description: String,
    pub(crate) description_fr: String,
    pub(crate) price: Money,
    /// Units on the shelf.
    pub(crate) available: i64,
    /// Units held by checkouts under way.
    pub(crate) reserved: i64,
    /// Units sold so far.
    pub(crate) sold: i64,
    pub(crate) image_url: String,
    /// Whether the home page shows it.
    pub(crate) featured: bool,
    /// When it was taken out of the shop; null while it is sold.
    pub(crate) retired_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A product as the other services need it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quote {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) price: Money,
    /// Units that can be bought now.
    pub(crate) available: i64,
    pub(crate) image_url: String,
    /// Whether it is sold; false after it was retired.
    pub(crate) active: bool,
}

/// A product to be added.
#[derive(Debug, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProduct {
    /// Names it in URLs, for good: small letters, digits and single hyphens.
    #[garde(length(min = 1, max = 80), pattern(r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub(crate) slug: String,
    /// The slug of its category.
    #[garde(length(min = 1, max = 80))]
    pub(crate) category: String,
    #[garde(length(chars, min = 1, max = 200), custom(not_blank))]
    pub(crate) name: String,
    #[garde(length(chars, min = 1, max = 200), custom(not_blank))]
    pub(crate) name_fr: String,
    #[garde(length(chars, max = 4000))]
    pub(crate) description: String,
    #[garde(length(chars, max = 4000))]
    pub(crate) description_fr: String,
    #[garde(custom(sound_price))]
    pub(crate) price: Money,
    /// Units on the shelf to begin with.
    #[garde(range(min = 0, max = 100_000))]
    #[serde(default)]
    pub(crate) available: i64,
    /// True shows it on the home page.
    #[garde(skip)]
    #[serde(default)]
    pub(crate) featured: bool,
}

/// What is to change of a product: what is absent stays. Nothing of a product can be null.
#[derive(Debug, Default, Deserialize, ToSchema, garde::Validate)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Change {
    #[garde(inner(length(min = 1, max = 80)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) category: Option<String>,
    #[garde(inner(length(chars, min = 1, max = 200), custom(not_blank)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) name: Option<String>,
    #[garde(inner(length(chars, min = 1, max = 200), custom(not_blank)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) name_fr: Option<String>,
    #[garde(inner(length(chars, max = 4000)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) description: Option<String>,
    #[garde(inner(length(chars, max = 4000)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) description_fr: Option<String>,
    #[garde(inner(custom(sound_price)))]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) price: Option<Money>,
    /// True shows it on the home page, false does not.
    #[garde(skip)]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) featured: Option<bool>,
    /// True takes it out of the shop, false puts it back.
    #[garde(skip)]
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) retired: Option<bool>,
}

/// Makes null an error where absent is none.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn not_blank(text: &str, _: &()) -> garde::Result {
    if text.trim().is_empty() {
        return Err(garde::Error::new("must not be blank"));
    }
    Ok(())
}

fn sound_price(price: &Money, _: &()) -> garde::Result {
    if price.currency != CURRENCY {
        return Err(garde::Error::new(format!("this shop sells in {CURRENCY}")));
    }
    if !(1..=HIGHEST_PRICE).contains(&price.amount) {
        return Err(garde::Error::new(format!("must be 1 to {HIGHEST_PRICE}")));
    }
    Ok(())
}

/// Where a product's picture is. It may be kept for ever, hence the edition.
pub(crate) fn image_url(slug: &str) -> String {
    format!("/api/catalog/images/{slug}.svg?v={}", drawing::EDITION)
}

/// The ids of `?ids=ID,ID`.
pub(crate) fn parse_ids(ids: &str) -> Result<Vec<Uuid>, CatalogError> {
    const MOST: usize = 100;
    let ids: Vec<Uuid> = ids
        .split(',')
        .filter(|it| !it.is_empty())
        .take(MOST + 1)
        .map(|it| {
            it.parse().map_err(|_not_an_id| {
                CatalogError::invalid("ids", "must be ids, with commas between")
            })
        })
        .collect::<Result<_, _>>()?;
    if ids.len() > MOST {
        return Err(CatalogError::invalid("ids", "at most 100"));
    }
    Ok(ids)
}
