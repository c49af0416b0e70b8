//! Products.

use chassis::violates;
use chrono::{DateTime, Utc};
use language::Language;
use money::{Currency, Money};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    error::CatalogError,
    product::{Change, Item, NewProduct, Quote, Record, image_url},
    stock::{Reason, Shortage},
};

/// A product in one language, before it knows its place in the tree.
pub(crate) struct Shown {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price: i64,
    pub(crate) currency: Currency,
    pub(crate) available: i64,
    pub(crate) category: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A product that is sold, by its slug.
pub(crate) async fn show(
    db: impl PgExecutor<'_>,
    slug: &str,
    language: Language,
) -> Result<Shown, CatalogError> {
    sqlx::query_as!(
        Shown,
        r#"select p.id, p.slug,
                  case when $2 then p.name_fr else p.name end as "name!",
                  case when $2 then p.description_fr else p.description end as "description!",
                  p.price, p.currency as "currency: Currency", s.available, p.category,
                  p.created_at, p.updated_at
           from products p
           join stock s on s.product_id = p.id
           where p.slug = $1 and p.retired_at is null"#,
        slug,
        language == Language::Fr,
    )
    .fetch_optional(db)
    .await?
    .ok_or(CatalogError::NoSuchProduct)
}

/// Products to look at after a product that is sold: those of its category, then those of the categories
/// with the same parent; what can be bought before what is sold out.
pub(crate) async fn related(
    db: impl PgExecutor<'_>,
    slug: &str,
    language: Language,
    limit: u16,
) -> Result<Vec<Item>, CatalogError> {
    // The product itself comes first, so that one without relatives is told from one that is not sold.
    let rows = sqlx::query!(
        r#"select p.id, p.slug, case when $2 then p.name_fr else p.name end as "name!", p.price,
                  p.currency as "currency: Currency", s.available, p.category
           from products this
           join categories home on home.slug = this.category
           join categories near on near.slug = home.slug or near.parent = home.parent
           join products p on p.category = near.slug
           join stock s on s.product_id = p.id
           where this.slug = $1 and this.retired_at is null and p.retired_at is null
           order by p.id <> this.id, p.category <> this.category, s.available = 0,
                    case when $2 then p.sort_name_fr else p.sort_name end, p.id
           limit $3"#,
        slug,
        language == Language::Fr,
        i64::from(limit) + 1,
    )
    .fetch_all(db)
    .await?;
    if rows.is_empty() {
        return Err(CatalogError::NoSuchProduct);
    }
    let items = rows.into_iter().skip(1).map(|row| Item {
        id: row.id,
        image_url: image_url(&row.slug),
        slug: row.slug,
        name: row.name,
        price: Money {
            amount: row.price,
            currency: row.currency,
        },
        available: row.available,
        category: row.category,
    });
    Ok(items.collect())
}

/// The name of a product, sold or retired: its picture outlives it.
pub(crate) async fn name(db: impl PgExecutor<'_>, slug: &str) -> Result<String, CatalogError> {
    sqlx::query_scalar!("select name from products where slug = $1", slug)
        .fetch_optional(db)
        .await?
        .ok_or(CatalogError::NoSuchProduct)
}

/// What the other services need to know of products, sold or retired, in the order of the ids.
pub(crate) async fn quotes(
    db: impl PgExecutor<'_>,
    ids: &[Uuid],
) -> Result<Vec<Quote>, CatalogError> {
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.name, p.name_fr, p.price, p.currency as "currency: Currency",
                  s.available, p.retired_at is null as "active!"
           from products p
           join stock s on s.product_id = p.id
           where p.id = any($1)
           order by p.id"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    let quotes = rows.into_iter().map(|row| Quote {
        id: row.id,
        image_url: image_url(&row.slug),
        slug: row.slug,
        name: row.name,
        name_fr: row.name_fr,
        price: Money {
            amount: row.price,
            currency: row.currency,
        },
        available: row.available,
        active: row.active,
    });
    Ok(quotes.collect())
}

/// Adds a product, its stock and, where it has any, the movement that brought it.
pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    new: &NewProduct,
    by: Uuid,
) -> Result<(), CatalogError> {
    sqlx::query!(
        "with product as (
             insert into products
                 (id, slug, category, name, name_fr, description, description_fr, price, currency,
                  featured)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             returning id
         ), shelf as (
             insert into stock (product_id, available) select id, $11 from product
         )
         insert into stock_movements (id, product_id, delta, reason, by)
         select $12, id, $11, $13, $14 from product where $11 <> 0",
        id,
        new.slug,
        new.category,
        new.name,
        new.name_fr,
        new.description,
        new.description_fr,
        new.price.amount,
        new.price.currency as _,
        new.featured,
        new.available,
        Uuid::now_v7(),
        Reason::Initial as _,
        by,
    )
    .execute(db)
    .await
    .map_err(|error| {
        if violates(&error, "products_slug_key") {
            CatalogError::SlugTaken(new.slug.clone())
        } else if violates(&error, "products_category_fkey") {
            CatalogError::UnknownCategory(new.category.clone())
        } else {
            error.into()
        }
    })?;
    Ok(())
}

/// Changes what is not absent.
pub(crate) async fn update(
    db: impl PgExecutor<'_>,
    id: Uuid,
    change: &Change,
) -> Result<(), CatalogError> {
    let updated = sqlx::query!(
        "update products
         set category = coalesce($2, category),
             name = coalesce($3, name),
             name_fr = coalesce($4, name_fr),
             description = coalesce($5, description),
             description_fr = coalesce($6, description_fr),
             price = coalesce($7, price),
             currency = coalesce($8, currency),
             featured = coalesce($9, featured),
             retired_at = case when $10 then coalesce(retired_at, now())
                               when not $10 then null
                               else retired_at end,
             updated_at = now()
         where id = $1",
        id,
        change.category,
        change.name,
        change.name_fr,
        change.description,
        change.description_fr,
        change.price.map(|it| it.amount),
        change.price.map(|it| it.currency) as _,
        change.featured,
        change.retired,
    )
    .execute(db)
    .await
    .map_err(|error| match &change.category {
        Some(category) if violates(&error, "products_category_fkey") => {
            CatalogError::UnknownCategory(category.clone())
        }
        _ => error.into(),
    })?;
    if updated.rows_affected() == 0 {
        return Err(CatalogError::NoSuchProduct);
    }
    Ok(())
}

/// What staff see of products.
#[derive(Debug, Default)]
pub(crate) struct RecordFilter<'a> {
    pub(crate) id: Option<Uuid>,
    /// A part of a name or slug.
    pub(crate) q: Option<&'a str>,
    pub(crate) retired: Option<bool>,
    /// Leaves only products that are sold and run short like this.
    pub(crate) shortage: Option<Shortage>,
    pub(crate) after: Option<(DateTime<Utc>, Uuid)>,
    pub(crate) limit: i64,
}

/// Products as staff keep them, the latest first, retired ones too.
pub(crate) async fn records(
    db: impl PgExecutor<'_>,
    filter: RecordFilter<'_>,
) -> Result<Vec<Record>, CatalogError> {
    let units = filter.shortage.map(Shortage::units);
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.category, p.name, p.name_fr, p.description, p.description_fr,
                  p.price, p.currency as "currency: Currency", s.available, s.reserved, s.sold,
                  p.featured, p.retired_at, p.created_at, p.updated_at
           from products p
           join stock s on s.product_id = p.id
           where ($1::uuid is null or p.id = $1)
             and ($2::text is null or p.search_names like '%' || fold($2) || '%'
                  or strpos(p.slug, lower($2)) > 0)
             and ($3::boolean is null or (p.retired_at is not null) = $3)
             and ($4::bigint is null
                  or p.retired_at is null and s.available between $4 and $5::bigint)
             and ($6::timestamptz is null or (p.created_at, p.id) < ($6, $7::uuid))
           order by p.created_at desc, p.id desc
           limit $8"#,
        filter.id,
        filter.q,
        filter.retired,
        units.map(|(fewest, _)| fewest),
        units.map(|(_, most)| most),
        filter.after.map(|(at, _)| at),
        filter.after.map(|(_, id)| id),
        filter.limit,
    )
    .fetch_all(db)
    .await?;
    let records = rows.into_iter().map(|row| Record {
        id: row.id,
        image_url: image_url(&row.slug),
        slug: row.slug,
        category: row.category,
        name: row.name,
        name_fr: row.name_fr,
        description: row.description,
        description_fr: row.description_fr,
        price: Money {
            amount: row.price,
            currency: row.currency,
        },
        available: row.available,
        reserved: row.reserved,
        sold: row.sold,
        featured: row.featured,
        retired_at: row.retired_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    });
    Ok(records.collect())
}

/// One product as staff keep it.
pub(crate) async fn record(db: impl PgExecutor<'_>, id: Uuid) -> Result<Record, CatalogError> {
    let filter = RecordFilter {
        id: Some(id),
        limit: 1,
        ..RecordFilter::default()
    };
    records(db, filter)
        .await?
        .pop()
        .ok_or(CatalogError::NoSuchProduct)
}
