//! All of the cart service's SQL.
//!
//! Every function takes an executor, so that a caller can put several into one transaction.

use chrono::{DateTime, Utc};
use money::{Currency, Money};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::{
    cart::Line,
    catalog::Product,
    shopper::{Shopper, TokenHash},
};

/// A cart's row.
pub(crate) struct Stored {
    pub(crate) id: Uuid,
    pub(crate) version: i64,
}

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(crate) async fn find(db: impl PgExecutor<'_>, shopper: &Shopper) -> Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        "select id, version from carts where user_id = $1 or token_hash = $2",
        shopper.user(),
        shopper.token_hash(),
    )
    .fetch_optional(db)
    .await
}

/// Locks the shopper's cart until the end of the transaction, and counts a change.
pub(crate) async fn touch(db: impl PgExecutor<'_>, shopper: &Shopper) -> Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        "update carts set version = version + 1, updated_at = now()
         where user_id = $1 or token_hash = $2
         returning id, version",
        shopper.user(),
        shopper.token_hash(),
    )
    .fetch_optional(db)
    .await
}

/// As [`touch`], for a member, whose cart is made if need be.
pub(crate) async fn open_member(db: &mut PgConnection, user: Uuid) -> Result<Stored> {
    sqlx::query_as!(
        Stored,
        "insert into carts (id, user_id) values ($1, $2)
         on conflict on constraint carts_user_id_key
         do update set version = carts.version + 1, updated_at = now()
         returning id, version",
        Uuid::now_v7(),
        user,
    )
    .fetch_one(db)
    .await
}

pub(crate) async fn open_guest(db: &mut PgConnection, token: TokenHash) -> Result<Stored> {
    sqlx::query_as!(
        Stored,
        "insert into carts (id, token_hash) values ($1, $2) returning id, version",
        Uuid::now_v7(),
        token.as_bytes(),
    )
    .fetch_one(db)
    .await
}

/// In the order in which they were put in.
pub(crate) async fn lines(db: impl PgExecutor<'_>, cart: Uuid) -> Result<Vec<Line>> {
    sqlx::query!(
        r#"select product_id, quantity, slug, name, name_fr, image_url, price,
                  currency as "currency: Currency"
           from lines
           where cart_id = $1
           order by added_at, product_id"#,
        cart,
    )
    .map(|row| Line {
        product_id: row.product_id,
        quantity: row.quantity,
        slug: row.slug,
        name: row.name,
        name_fr: row.name_fr,
        image_url: row.image_url,
        price: Money {
            amount: row.price,
            currency: row.currency,
        },
    })
    .fetch_all(db)
    .await
}

/// Remembers the product as it is today.
pub(crate) async fn put_line(
    db: impl PgExecutor<'_>,
    cart: Uuid,
    product: &Product,
    quantity: i32,
) -> Result<()> {
    sqlx::query!(
        "insert into lines
             (cart_id, product_id, quantity, slug, name, name_fr, image_url, price, currency)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict on constraint lines_pkey do update set
             quantity = excluded.quantity, slug = excluded.slug, name = excluded.name,
             name_fr = excluded.name_fr, image_url = excluded.image_url, price = excluded.price,
             currency = excluded.currency",
        cart,
        product.id,
        quantity,
        product.slug,
        product.name,
        product.name_fr,
        product.image_url,
        product.price.amount,
        product.price.currency.to_string(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the line was there.
pub(crate) async fn set_quantity(
    db: impl PgExecutor<'_>,
    cart: Uuid,
    product: Uuid,
    quantity: i32,
) -> Result<bool> {
    let done = sqlx::query!(
        "update lines set quantity = $3 where cart_id = $1 and product_id = $2",
        cart,
        product,
        quantity,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn remove_line(db: impl PgExecutor<'_>, cart: Uuid, product: Uuid) -> Result<()> {
    sqlx::query!(
        "delete from lines where cart_id = $1 and product_id = $2",
        cart,
        product,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn remove_lines(db: impl PgExecutor<'_>, cart: Uuid) -> Result<()> {
    sqlx::query!("delete from lines where cart_id = $1", cart)
        .execute(db)
        .await?;
    Ok(())
}

/// Copies lines from one cart to another with new quantities. A line that is there already keeps the
/// price that its owner saw.
pub(crate) async fn move_lines(
    db: impl PgExecutor<'_>,
    from: Uuid,
    to: Uuid,
    quantities: &[(Uuid, i32)],
) -> Result<()> {
    let (products, quantities): (Vec<_>, Vec<_>) = quantities.iter().copied().unzip();
    sqlx::query!(
        "insert into lines
             (cart_id, product_id, quantity, slug, name, name_fr, image_url, price, currency, added_at)
         select $2, product_id, moved.quantity, slug, name, name_fr, image_url, price, currency, added_at
         from unnest($3::uuid[], $4::int[]) as moved (product_id, quantity)
         join lines using (product_id)
         where lines.cart_id = $1
         on conflict on constraint lines_pkey do update set quantity = excluded.quantity",
        from,
        to,
        &products,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn delete_cart(db: impl PgExecutor<'_>, cart: Uuid) -> Result<()> {
    sqlx::query!("delete from carts where id = $1", cart)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether this order has not been cleared before. A concurrent twin waits here for the first one's end.
pub(crate) async fn first_clear(db: impl PgExecutor<'_>, order: Uuid) -> Result<bool> {
    let done = sqlx::query!(
        "insert into cleared (order_id) values ($1) on conflict on constraint cleared_pkey do nothing",
        order,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes these quantities out; a line of which nothing is left goes.
pub(crate) async fn take_out(
    db: impl PgExecutor<'_>,
    cart: Uuid,
    bought: &[(Uuid, i32)],
) -> Result<()> {
    let (products, quantities): (Vec<_>, Vec<_>) = bought.iter().copied().unzip();
    sqlx::query!(
        "with bought as (
             select product_id, sum(quantity) as quantity
             from unnest($2::uuid[], $3::int[]) as it (product_id, quantity)
             group by product_id
         ), gone as (
             delete from lines using bought
             where cart_id = $1 and lines.product_id = bought.product_id
               and lines.quantity <= bought.quantity
         )
         update lines set quantity = lines.quantity - bought.quantity
         from bought
         where cart_id = $1 and lines.product_id = bought.product_id
           and lines.quantity > bought.quantity",
        cart,
        &products,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many were deleted; a batch at a time, and none that is being changed.
pub(crate) async fn purge_guests(
    db: impl PgExecutor<'_>,
    unchanged_since: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from carts where id in (
             select id from carts
             where token_hash is not null and updated_at < $1
             limit 500
             for update skip locked
         )",
        unchanged_since,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// How many were deleted, a batch at a time.
pub(crate) async fn purge_cleared(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "delete from cleared where order_id in (
             select order_id from cleared where cleared_at < $1 limit 500
         )",
        before,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
