//! What visitors look for.

use language::Language;
use money::{Currency, Money};
use sqlx::PgExecutor;

use crate::{
    error::CatalogError,
    product::{Item, image_url},
    search::{Cell, Position, Search},
};

/// One product more than the page has, so that the caller sees whether there is a next page.
pub(crate) async fn page(
    db: impl PgExecutor<'_>,
    search: &Search,
    categories: Option<&[String]>,
) -> Result<Vec<(Item, Position)>, CatalogError> {
    let after = search.after.as_ref();
    let rows = sqlx::query!(
        r#"select id, slug, name as "name!", price, currency as "currency: Currency", available,
                  category, sort_number as "sort_number!", sort_text as "sort_text!"
           from (
               select p.id, p.slug, p.price, p.currency, p.category, s.available,
                      case when $1 then p.name_fr else p.name end as name,
                      case $2
                          when 'relevance' then -coalesce(hit.score, 0)::bigint
                          when 'price_asc' then p.price
                          when 'price_desc' then -p.price
                          when 'newest' then -(extract(epoch from p.created_at) * 1000000)::bigint
                          else 0
                      end as sort_number,
                      case
                          when $2 not in ('relevance', 'name') then ''
                          when $1 then p.sort_name_fr
                          else p.sort_name
                      end as sort_text
               from products p
               join stock s on s.product_id = p.id
               left join search_products($3) hit on hit.product_id = p.id
               where p.retired_at is null
                 and ($3::text is null or hit.product_id is not null)
                 and ($4::text[] is null or p.category = any($4))
                 and p.price >= coalesce($5, p.price)
                 and p.price <= coalesce($6, p.price)
                 and (not $7 or s.available > 0)
                 and (not $8 or p.featured)
           ) found
           where $9::bigint is null or (sort_number, sort_text, id) > ($9, $10::text, $11::uuid)
           order by sort_number, sort_text, id
           limit $12"#,
        search.language == Language::Fr,
        search.sort.as_str(),
        search.q.as_deref(),
        categories,
        search.min_price,
        search.max_price,
        search.in_stock,
        search.featured,
        after.map(|it| it.number),
        after.map(|it| it.text.as_str()),
        after.map(|it| it.id),
        i64::from(search.limit) + 1,
    )
    .fetch_all(db)
    .await?;
    let found = rows.into_iter().map(|row| {
        let item = Item {
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
        };
        let position = Position {
            number: row.sort_number,
            text: row.sort_text,
            id: row.id,
        };
        (item, position)
    });
    Ok(found.collect())
}

/// The products that match the words and are featured if they must be, counted by what facets need to
/// know.
pub(crate) async fn cells(
    db: impl PgExecutor<'_>,
    search: &Search,
    bands: &[i64],
) -> Result<Vec<Cell>, CatalogError> {
    let cells = sqlx::query_as!(
        Cell,
        r#"select p.category,
                  width_bucket(p.price, $2::bigint[]) as "band!",
                  p.price between coalesce($3, p.price) and coalesce($4, p.price) as "price_passes!",
                  s.available > 0 as "available!",
                  count(*) as "count!"
           from products p
           join stock s on s.product_id = p.id
           left join search_products($1) hit on hit.product_id = p.id
           where p.retired_at is null
             and ($1::text is null or hit.product_id is not null)
             and (not $5 or p.featured)
           group by 1, 2, 3, 4"#,
        search.q.as_deref(),
        bands,
        search.min_price,
        search.max_price,
        search.featured,
    )
    .fetch_all(db)
    .await?;
    Ok(cells)
}
