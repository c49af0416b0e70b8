//! Merging a guest's cart into a member's, at sign-in.

use std::collections::HashMap;

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    cart::{Contents, LINES_LIMIT, Line, QUANTITY_LIMIT},
    catalog::{Catalog, Listings},
    change,
    error::CartError,
    shopper::{Shopper, TokenHash},
    store,
};

/// A member's cart after a merge.
pub(crate) struct Merged {
    pub(crate) contents: Contents,
    pub(crate) listings: Listings,
    /// Whether there was a guest's cart.
    pub(crate) merged: bool,
}

/// Puts what is in the guest's cart into the member's. The guest's cart is gone afterwards, so a second
/// merge does nothing. While the catalog does not answer both stay as they are.
pub(crate) async fn merge(
    db: &PgPool,
    catalog: &Catalog,
    user: Uuid,
    token: Option<TokenHash>,
) -> Result<Merged, CartError> {
    let member = Shopper::Member(user);
    let guest = Shopper::Guest(token);
    let theirs = change::read(db, &guest).await?;
    let ours = change::read(db, &member).await?;
    if theirs.lines.is_empty() {
        return nothing(catalog, ours).await;
    }
    let mut ids = ours.product_ids();
    ids.extend(theirs.product_ids());
    let listings = catalog
        .listings(&ids)
        .await
        .map_err(CartError::CatalogUnavailable)?;

    // The guest's cart is locked before the member's, by every merge.
    let mut tx = db.begin().await?;
    let Some(guest) = store::touch(&mut *tx, &guest).await? else {
        tx.rollback().await?;
        return nothing(catalog, change::read(db, &member).await?).await;
    };
    let member = store::open_member(&mut tx, user).await?;
    let ours = store::lines(&mut *tx, member.id).await?;
    let theirs = store::lines(&mut *tx, guest.id).await?;
    let moved = combine(&quantities(&ours), &quantities(&theirs), |product| {
        listings.available(product)
    });
    store::move_lines(&mut *tx, guest.id, member.id, &moved).await?;
    store::delete_cart(&mut *tx, guest.id).await?;
    let lines = store::lines(&mut *tx, member.id).await?;
    tx.commit().await?;
    Ok(Merged {
        contents: Contents {
            version: member.version,
            lines,
        },
        listings,
        merged: true,
    })
}

async fn nothing(catalog: &Catalog, contents: Contents) -> Result<Merged, CartError> {
    let listings = catalog.listings_if_up(&contents.product_ids()).await;
    Ok(Merged {
        contents,
        listings,
        merged: false,
    })
}

fn quantities(lines: &[Line]) -> Vec<(Uuid, i32)> {
    lines
        .iter()
        .map(|it| (it.product_id, it.quantity))
        .collect()
}

/// What is to be in the member's cart of each product of the guest's.
///
/// Quantities add up to what is available and to the limit. A product stays in even where none is
/// available, so that its buyer sees what became of it. Lines beyond the limit of a cart are left out,
/// the guest's latest first; the member's own never.
fn combine(
    member: &[(Uuid, i32)],
    guest: &[(Uuid, i32)],
    available: impl Fn(Uuid) -> Option<i32>,
) -> Vec<(Uuid, i32)> {
    let held: HashMap<_, _> = member.iter().copied().collect();
    let mut room = LINES_LIMIT.saturating_sub(held.len());
    let mut combined = Vec::with_capacity(guest.len());
    for &(product, quantity) in guest {
        let held = held.get(&product);
        if held.is_none() {
            let Some(left) = room.checked_sub(1) else {
                continue;
            };
            room = left;
        }
        let sum = held.map_or(0, |it| *it).saturating_add(quantity);
        let limit = available(product).unwrap_or(QUANTITY_LIMIT);
        combined.push((product, sum.min(limit).clamp(1, QUANTITY_LIMIT)));
    }
    combined
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Few enough products that carts overlap, and more than one cart holds.
    fn product(number: u8) -> Uuid {
        Uuid::from_u128(number.into())
    }

    fn cart() -> impl Strategy<Value = Vec<(Uuid, i32)>> {
        prop::collection::btree_map(0..80_u8, 1..=QUANTITY_LIMIT, 0..=LINES_LIMIT)
            .prop_map(|it| it.into_iter().map(|(id, n)| (product(id), n)).collect())
    }

    fn shelf() -> impl Strategy<Value = HashMap<Uuid, i32>> {
        prop::collection::hash_map((0..80_u8).prop_map(product), 0..150, 0..80)
    }

    proptest! {
        #[test]
        fn quantities_add_up_to_what_is_available_and_to_the_limit(
            member in cart(), guest in cart(), shelf in shelf()
        ) {
            let held: HashMap<_, _> = member.iter().copied().collect();
            let brought: HashMap<_, _> = guest.iter().copied().collect();
            for (id, quantity) in combine(&member, &guest, |it| shelf.get(&it).copied()) {
                let sum = held.get(&id).unwrap_or(&0) + brought[&id];
                let available = *shelf.get(&id).unwrap_or(&i32::MAX);
                prop_assert_eq!(quantity, sum.min(available).clamp(1, 99));
            }
        }

        #[test]
        fn no_line_is_lost_within_the_limit(member in cart(), guest in cart(), shelf in shelf()) {
            let combined = combine(&member, &guest, |it| shelf.get(&it).copied());
            let ours: HashSet<_> = member.iter().map(|it| it.0).collect();
            let after: HashSet<_> = combined.iter().map(|it| it.0).chain(ours.iter().copied()).collect();
            let all: HashSet<_> = guest.iter().map(|it| it.0).chain(ours.iter().copied()).collect();
            prop_assert_eq!(after.len(), all.len().min(LINES_LIMIT));
            prop_assert!(after.is_subset(&all));
            // What both have is never the line that is left out.
            for (id, _) in guest.iter().filter(|it| ours.contains(&it.0)) {
                prop_assert!(combined.iter().any(|it| it.0 == *id));
            }
        }

        #[test]
        fn it_does_not_matter_which_of_two_carts_held_a_product(
            member in cart(), guest in cart(), shelf in shelf()
        ) {
            let available = |it: Uuid| shelf.get(&it).copied();
            let one: HashMap<_, _> = combine(&member, &guest, available).into_iter().collect();
            let other: HashMap<_, _> = combine(&guest, &member, available).into_iter().collect();
            let ours: HashSet<_> = member.iter().map(|it| it.0).collect();
            for (id, _) in guest.iter().filter(|it| ours.contains(&it.0)) {
                prop_assert_eq!(one[id], other[id]);
            }
        }
    }

    #[test]
    fn the_latest_of_the_guests_lines_are_left_out_first() {
        let member: Vec<_> = (0..49).map(|it| (product(it), 1)).collect();
        let guest = [(product(0), 1), (product(60), 1), (product(61), 1)];
        let combined = combine(&member, &guest, |_| None);
        assert_eq!(combined, [(product(0), 2), (product(60), 1)]);
    }
}
