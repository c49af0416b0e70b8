//! Units that come and go other than by a sale.

use chassis::violates;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    error::CatalogError,
    reservation::Restock,
    stock::{FEW, Level, Movement, Reason, StockChange, Summary},
};

/// Changes what is on the shelf and writes the movement; none where there are too few units, or no
/// such product.
pub(crate) async fn change(
    db: impl PgExecutor<'_>,
    product: Uuid,
    change: &StockChange,
    by: Uuid,
) -> Result<Option<Level>, CatalogError> {
    let level = sqlx::query_as!(
        Level,
        "with changed as (
             update stock set available = available + $2
             where product_id = $1 and available + $2 >= 0
             returning product_id, available, reserved, sold
         ), movement as (
             insert into stock_movements (id, product_id, delta, reason, note, by)
             select $3, product_id, $2, $4, $5, $6 from changed
         )
         select product_id, available, reserved, sold from changed",
        product,
        change.delta,
        Uuid::now_v7(),
        Reason::from(change.reason) as _,
        change.note,
        by,
    )
    .fetch_optional(db)
    .await?;
    Ok(level)
}

/// Where the units of a product are.
pub(crate) async fn level(
    db: impl PgExecutor<'_>,
    product: Uuid,
) -> Result<Option<Level>, CatalogError> {
    let level = sqlx::query_as!(
        Level,
        "select product_id, available, reserved, sold from stock where product_id = $1",
        product,
    )
    .fetch_optional(db)
    .await?;
    Ok(level)
}

/// The shop in numbers.
pub(crate) async fn summary(db: impl PgExecutor<'_>) -> Result<Summary, CatalogError> {
    let summary = sqlx::query_as!(
        Summary,
        r#"select count(*) filter (where p.retired_at is null) as "products!",
                  count(p.retired_at) as "retired!",
                  count(*) filter (where p.retired_at is null and s.available = 0)
                      as "out_of_stock!",
                  count(*) filter (where p.retired_at is null and s.available between 1 and $1)
                      as "low_stock!",
                  coalesce(sum(s.available), 0)::bigint as "units_available!",
                  coalesce(sum(s.reserved), 0)::bigint as "units_reserved!",
                  coalesce(sum(s.sold), 0)::bigint as "units_sold!"
           from products p
           join stock s on s.product_id = p.id"#,
        FEW,
    )
    .fetch_one(db)
    .await?;
    Ok(summary)
}

/// The movements of a product, the latest first.
pub(crate) async fn movements(
    db: impl PgExecutor<'_>,
    product: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Movement>, CatalogError> {
    let movements = sqlx::query_as!(
        Movement,
        r#"select id, delta, reason as "reason: Reason", note, at, by, source_id
           from stock_movements
           where product_id = $1 and ($2::uuid is null or id < $2)
           order by id desc
           limit $3"#,
        product,
        before,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(movements)
}

/// Puts units back on the shelf, unless a restock of this id has done so.
pub(crate) async fn restock(
    db: impl PgExecutor<'_>,
    id: Uuid,
    restock: &Restock,
) -> Result<(), CatalogError> {
    let (products, quantities): (Vec<Uuid>, Vec<i64>) = restock
        .lines
        .iter()
        .map(|it| (it.product_id, it.quantity))
        .unzip();
    let movements: Vec<Uuid> = products.iter().map(|_| Uuid::now_v7()).collect();
    sqlx::query!(
        "with restock as (
             insert into restocks (id, reason) values ($1, $2)
             on conflict (id) do nothing
             returning id, reason
         ), line as (
             select r.id as restock_id, r.reason, l.product_id, l.quantity, l.movement_id
             from restock r
             cross join unnest($3::uuid[], $4::bigint[], $5::uuid[])
                 as l (product_id, quantity, movement_id)
         ), locked as (
             select s.product_id, l.quantity
             from line l
             join stock s on s.product_id = l.product_id
             order by s.product_id
             for update of s
         ), put_back as (
             update stock s set available = s.available + l.quantity
             from locked l
             where s.product_id = l.product_id
         )
         insert into stock_movements (id, product_id, delta, reason, source_id)
         select movement_id, product_id, quantity, reason, restock_id from line",
        id,
        Reason::from(restock.reason) as _,
        &products,
        &quantities,
        &movements,
    )
    .execute(db)
    .await
    .map_err(|error| {
        if violates(&error, "stock_movements_product_id_fkey") {
            CatalogError::UnknownProduct(Vec::new())
        } else {
            error.into()
        }
    })?;
    Ok(())
}
