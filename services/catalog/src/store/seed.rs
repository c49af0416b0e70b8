//! What fills an empty shop.

use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::{
    error::CatalogError,
    product::CURRENCY,
    seed::{SeedCategory, SeedProduct},
};

/// Keeps everybody else from adding products until the transaction ends.
pub(crate) async fn lock(db: &mut PgConnection) -> Result<(), CatalogError> {
    sqlx::query!("lock table products in share row exclusive mode")
        .execute(db)
        .await?;
    Ok(())
}

pub(crate) async fn is_empty(db: impl PgExecutor<'_>) -> Result<bool, CatalogError> {
    let empty = sqlx::query_scalar!(
        r#"select not exists (select from products) and not exists (select from categories) as "empty!""#
    )
    .fetch_one(db)
    .await?;
    Ok(empty)
}

pub(crate) async fn insert_categories(
    db: impl PgExecutor<'_>,
    categories: &[SeedCategory],
) -> Result<(), CatalogError> {
    let slugs: Vec<&str> = categories.iter().map(|it| it.slug.as_str()).collect();
    let parents: Vec<Option<&str>> = categories.iter().map(|it| it.parent.as_deref()).collect();
    let names: Vec<&str> = categories.iter().map(|it| it.name.as_str()).collect();
    let names_fr: Vec<&str> = categories.iter().map(|it| it.name_fr.as_str()).collect();
    sqlx::query!(
        "insert into categories (slug, parent, name, name_fr, position)
         select slug, parent, name, name_fr, position::integer
         from unnest($1::text[], $2::text[], $3::text[], $4::text[])
             with ordinality as category (slug, parent, name, name_fr, position)",
        &slugs as _,
        &parents as _,
        &names as _,
        &names_fr as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Each product is a minute older than the one before, so that "newest" has an order.
pub(crate) async fn insert_products(
    db: impl PgExecutor<'_>,
    products: &[SeedProduct],
) -> Result<(), CatalogError> {
    let ids: Vec<Uuid> = products.iter().map(SeedProduct::id).collect();
    let prices: Vec<i64> = products.iter().map(|it| it.price).collect();
    let featured: Vec<bool> = products.iter().map(|it| it.featured).collect();
    let text = |of: fn(&SeedProduct) -> &String| -> Vec<&str> {
        products.iter().map(|it| of(it).as_str()).collect()
    };
    sqlx::query!(
        "insert into products (id, slug, category, name, name_fr, description, description_fr,
                               price, featured, currency, created_at, updated_at)
         select id, slug, category, name, name_fr, description, description_fr, price, featured, $10,
                now() - make_interval(mins => position::integer),
                now() - make_interval(mins => position::integer)
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::bigint[], $9::boolean[])
             with ordinality as product (id, slug, category, name, name_fr, description,
                                         description_fr, price, featured, position)",
        &ids,
        &text(|it| &it.slug) as _,
        &text(|it| &it.category) as _,
        &text(|it| &it.name) as _,
        &text(|it| &it.name_fr) as _,
        &text(|it| &it.description) as _,
        &text(|it| &it.description_fr) as _,
        &prices,
        &featured,
        CURRENCY as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_stock(
    db: impl PgExecutor<'_>,
    products: &[SeedProduct],
) -> Result<(), CatalogError> {
    let ids: Vec<Uuid> = products.iter().map(SeedProduct::id).collect();
    let units: Vec<i64> = products.iter().map(|it| it.stock).collect();
    let movements: Vec<Uuid> = products.iter().map(|_| Uuid::now_v7()).collect();
    sqlx::query!(
        "with line as (
             select product_id, units, movement_id
             from unnest($1::uuid[], $2::bigint[], $3::uuid[])
                 as line (product_id, units, movement_id)
         ), shelf as (
             insert into stock (product_id, available) select product_id, units from line
         )
         insert into stock_movements (id, product_id, delta, reason)
         select movement_id, product_id, units, 'initial' from line where units <> 0",
        &ids,
        &units,
        &movements,
    )
    .execute(db)
    .await?;
    Ok(())
}
