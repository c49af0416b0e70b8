//! Looking into a cart, and what changes one.
//!
//! The catalog is asked before the transaction or after it, never within. In a transaction the cart's row
//! is locked first, so changes of one cart follow one another.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    cart::{Contents, LINES_LIMIT},
    catalog::{Catalog, Listing, Listings},
    error::CartError,
    shopper::{GuestToken, Shopper},
    store::{self, Stored},
};

pub(crate) async fn read(db: &PgPool, shopper: &Shopper) -> Result<Contents, CartError> {
    // Two statements: a change between them makes the version too old for the lines, never too new.
    let Some(cart) = store::find(db, shopper).await? else {
        return Ok(Contents::default());
    };
    Ok(Contents {
        version: cart.version,
        lines: store::lines(db, cart.id).await?,
    })
}

/// A cart after a product was put in.
pub(crate) struct PutIn {
    pub(crate) contents: Contents,
    pub(crate) listings: Listings,
    /// Where the guest had no cart before.
    pub(crate) token: Option<GuestToken>,
}

/// Sets how many units of a product are in the cart.
pub(crate) async fn put(
    db: &PgPool,
    catalog: &Catalog,
    shopper: &Shopper,
    product_id: Uuid,
    quantity: i32,
) -> Result<PutIn, CartError> {
    let before = read(db, shopper).await?;
    let mut ids = before.product_ids();
    ids.push(product_id);
    let listings = match catalog.listings(&ids).await {
        Ok(listings) => listings,
        Err(error) if before.has(product_id) => {
            // Checkout will ask the catalog anyway; until then what is remembered is good enough.
            tracing::warn!(%error, "the quantity is set unchecked");
            let contents = set_quantity(db, shopper, product_id, quantity).await?;
            return Ok(PutIn {
                contents: contents.ok_or(CartError::CatalogUnavailable(error))?,
                listings: Listings::default(),
                token: None,
            });
        }
        Err(error) => return Err(CartError::CatalogUnavailable(error)),
    };
    let product = match listings.get(product_id) {
        Some(Listing::Sold(product)) => product,
        Some(Listing::Gone) | None => return Err(CartError::NoSuchProduct),
    };
    if product.available < quantity {
        return Err(CartError::InsufficientStock {
            available: product.available.max(0),
        });
    }

    let mut tx = db.begin().await?;
    let (cart, token) = open(&mut tx, shopper).await?;
    store::put_line(&mut *tx, cart.id, product, quantity).await?;
    let lines = store::lines(&mut *tx, cart.id).await?;
    if lines.len() > LINES_LIMIT {
        return Err(CartError::CartFull);
    }
    if lines
        .iter()
        .any(|it| it.price.currency != product.price.currency)
    {
        return Err(CartError::CurrencyMismatch);
    }
    tx.commit().await?;
    let contents = Contents {
        version: cart.version,
        lines,
    };
    Ok(PutIn {
        contents,
        listings,
        token,
    })
}

/// None where the line is no longer there.
async fn set_quantity(
    db: &PgPool,
    shopper: &Shopper,
    product_id: Uuid,
    quantity: i32,
) -> Result<Option<Contents>, CartError> {
    let mut tx = db.begin().await?;
    let Some(cart) = store::touch(&mut *tx, shopper).await? else {
        return Ok(None);
    };
    if !store::set_quantity(&mut *tx, cart.id, product_id, quantity).await? {
        return Ok(None);
    }
    let contents = finish(&mut tx, &cart).await?;
    tx.commit().await?;
    Ok(Some(contents))
}

/// Locks the shopper's cart, made first where there is none.
async fn open(
    tx: &mut PgConnection,
    shopper: &Shopper,
) -> Result<(Stored, Option<GuestToken>), CartError> {
    if let Shopper::Member(user) = shopper {
        return Ok((store::open_member(tx, *user).await?, None));
    }
    if let Some(cart) = store::touch(&mut *tx, shopper).await? {
        return Ok((cart, None));
    }
    let token = GuestToken::draw()?;
    let cart = store::open_guest(tx, token.hash()).await?;
    Ok((cart, Some(token)))
}

/// Takes a product out; nothing changes where it is not in.
pub(crate) async fn remove(
    db: &PgPool,
    shopper: &Shopper,
    product_id: Uuid,
) -> Result<Contents, CartError> {
    let mut tx = db.begin().await?;
    let Some(cart) = store::touch(&mut *tx, shopper).await? else {
        return Ok(Contents::default());
    };
    store::remove_line(&mut *tx, cart.id, product_id).await?;
    let contents = finish(&mut tx, &cart).await?;
    tx.commit().await?;
    Ok(contents)
}

/// Takes everything out.
pub(crate) async fn empty(db: &PgPool, shopper: &Shopper) -> Result<Contents, CartError> {
    let mut tx = db.begin().await?;
    let Some(cart) = store::touch(&mut *tx, shopper).await? else {
        return Ok(Contents::default());
    };
    store::remove_lines(&mut *tx, cart.id).await?;
    tx.commit().await?;
    Ok(Contents {
        version: cart.version,
        lines: Vec::new(),
    })
}

/// Takes out what an order bought and leaves what was added since. The order's row is written in the
/// same transaction, so that a repeated call takes nothing more.
pub(crate) async fn clear(
    db: &PgPool,
    user: Uuid,
    order: Uuid,
    bought: &[(Uuid, i32)],
) -> Result<(), CartError> {
    let mut tx = db.begin().await?;
    if !store::first_clear(&mut *tx, order).await? {
        return Ok(());
    }
    if let Some(cart) = store::touch(&mut *tx, &Shopper::Member(user)).await? {
        store::take_out(&mut *tx, cart.id, bought).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn finish(tx: &mut PgConnection, cart: &Stored) -> Result<Contents, CartError> {
    Ok(Contents {
        version: cart.version,
        lines: store::lines(tx, cart.id).await?,
    })
}
