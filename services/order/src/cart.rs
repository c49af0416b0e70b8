//! The cart service, as far as a checkout needs it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upstream::{Error, Upstream};
use uuid::Uuid;

/// A quantity of a product.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Item {
    pub(crate) product_id: Uuid,
    pub(crate) quantity: i32,
}

#[derive(Debug, Deserialize)]
struct Contents {
    items: Vec<Item>,
}

/// What is in the user's cart.
pub(crate) async fn read(cart: &Upstream, user: Uuid) -> Result<Vec<Item>, Error> {
    let contents: Contents = cart.get(&format!("/internal/carts/{user}")).await?;
    Ok(contents.items)
}

/// Takes what was bought out of the cart, once for each order.
pub(crate) async fn clear(
    cart: &Upstream,
    user: Uuid,
    order: Uuid,
    items: &[Item],
) -> Result<(), Error> {
    let path = format!("/internal/carts/{user}/clear?order={order}");
    let _: Value = cart.post(&path, &json!({ "items": items })).await?;
    Ok(())
}
