//! I4: what came of a product is available, reserved or sold, and none of that is below zero.

use anyhow::Context as _;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Audited, Verdict, facts::Facts};

#[derive(FromRow)]
struct Product {
    product_id: Uuid,
    slug: String,
    available: i64,
    reserved: i64,
    sold: i64,
    /// The sum of its movements.
    came: i64,
    /// In the lines of reservations that are open, and of those that are committed.
    reserved_lines: i64,
    sold_lines: i64,
}

/// One statement and so one moment, also in a shop that is open.
const PRODUCTS: &str = "
    with movements as (
        select product_id, sum(delta)::bigint as came from stock_movements group by product_id
    ), lines as (
        select l.product_id,
               sum(l.quantity) filter (where r.state = 'reserved')::bigint as reserved,
               sum(l.quantity) filter (where r.state = 'committed')::bigint as sold
        from reservation_lines l
        join reservations r on r.id = l.reservation_id
        group by l.product_id
    )
    select s.product_id, p.slug, s.available, s.reserved, s.sold,
           coalesce(m.came, 0) as came,
           coalesce(l.reserved, 0) as reserved_lines,
           coalesce(l.sold, 0) as sold_lines
    from stock s
    join products p on p.id = s.product_id
    left join movements m on m.product_id = s.product_id
    left join lines l on l.product_id = s.product_id
    order by s.product_id
";

pub(super) async fn check(databases: &Audited, facts: &Facts) -> anyhow::Result<Verdict> {
    let products: Vec<Product> = sqlx::query_as(PRODUCTS)
        .fetch_all(&databases.catalog)
        .await
        .context("cannot read the stock in the catalog service's database")?;

    let mut verdict = Verdict::new("I4", "every unit is available, reserved or sold")
        .checked("products", products.len())
        .checked("reservations", facts.reservations.len());
    for product in products {
        let row = format!("product {} ({})", product.product_id, product.slug);
        let Product {
            available,
            reserved,
            sold,
            came,
            reserved_lines,
            sold_lines,
            ..
        } = product;
        if available < 0 || reserved < 0 || sold < 0 {
            verdict.broken(
                &row,
                "nothing is below zero",
                format_args!("available {available}, reserved {reserved}, sold {sold}"),
            );
        }
        if available + reserved + sold != came {
            verdict.broken(
                &row,
                "what came is somewhere",
                format_args!(
                    "came {came}, available {available} + reserved {reserved} + sold {sold} = {}",
                    available + reserved + sold
                ),
            );
        }
        if reserved != reserved_lines {
            verdict.broken(
                &row,
                "what is reserved is in open reservations",
                format_args!("reserved {reserved}, in reservations {reserved_lines}"),
            );
        }
        if sold != sold_lines {
            verdict.broken(
                &row,
                "what is sold is in committed reservations",
                format_args!("sold {sold}, in reservations {sold_lines}"),
            );
        }
    }
    Ok(verdict)
}
