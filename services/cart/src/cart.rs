//! What a cart shows, and its limits.

use language::Language;
use money::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    catalog::{Listing, Listings},
    error::CartError,
};

/// A cart holds at most so many different products.
pub(crate) const LINES_LIMIT: usize = 50;
/// And at most so many units of each.
pub(crate) const QUANTITY_LIMIT: i32 = 99;

/// A cart as it is stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// Zero where there is no cart yet.
    pub(crate) version: i64,
    pub(crate) lines: Vec<Line>,
}

/// A product in a cart, as it was when it was put in.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) product_id: Uuid,
    pub(crate) quantity: i32,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) name_fr: String,
    pub(crate) image_url: Option<String>,
    pub(crate) price: Money,
}

/// A cart as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cart {
    /// In the order in which they were put in.
    items: Vec<Item>,
    /// What all lines add up to, at today's prices.
    total: Money,
    /// Goes up with every change; 0 where there is no cart yet.
    version: i64,
    /// Whether the catalog did not answer for every line: names and prices are then those of the moment
    /// when the product was put in, and what is available is not known.
    stale: bool,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
struct Item {
    product_id: Uuid,
    slug: String,
    name: String,
    quantity: i32,
    /// Today's price.
    unit_price: Money,
    /// The price when the product was put in, where today's is another, until the quantity is set again.
    previous_unit_price: Option<Money>,
    /// How many units can be bought; null where that is not known.
    available: Option<i32>,
    image_url: Option<String>,
    /// What the line adds to the total: nothing, where it cannot be bought any more.
    line_total: Money,
    /// Why the line cannot be bought as it is.
    problem: Option<LineProblem>,
}

/// Why a line cannot be bought as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LineProblem {
    /// None left at the moment.
    OutOfStock,
    /// Fewer left than are in the cart.
    InsufficientStock,
    /// No longer sold.
    Retired,
    /// Priced in another currency than the rest of the cart by now.
    OtherCurrency,
}

impl Contents {
    pub(crate) fn product_ids(&self) -> Vec<Uuid> {
        self.lines.iter().map(|it| it.product_id).collect()
    }

    pub(crate) fn has(&self, product: Uuid) -> bool {
        self.lines.iter().any(|it| it.product_id == product)
    }
}

impl Cart {
    /// The stored cart at what the catalog says of it today.
    pub(crate) fn show(
        contents: Contents,
        listings: &Listings,
        language: Language,
    ) -> Result<Self, CartError> {
        let stale = contents
            .lines
            .iter()
            .any(|it| listings.get(it.product_id).is_none());
        let mut items: Vec<_> = contents
            .lines
            .into_iter()
            .map(|line| Item::show(line, listings, language))
            .collect();
        let currency = items
            .iter()
            .find(|it| it.problem != Some(LineProblem::Retired))
            .map_or(Currency::Eur, |it| it.unit_price.currency);
        let mut total = Money::zero(currency);
        for item in &mut items {
            item.count_in(currency)?;
            total = total.plus(item.line_total)?;
        }
        Ok(Self {
            items,
            total,
            version: contents.version,
            stale,
        })
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }
}

impl Item {
    fn show(line: Line, listings: &Listings, language: Language) -> Self {
        let remembered = Self {
            product_id: line.product_id,
            slug: line.slug,
            name: language.pick(line.name, line.name_fr),
            quantity: line.quantity,
            unit_price: line.price,
            previous_unit_price: None,
            available: None,
            image_url: line.image_url,
            line_total: Money::zero(line.price.currency),
            problem: None,
        };
        match listings.get(line.product_id) {
            None => remembered,
            Some(Listing::Gone) => Self {
                available: Some(0),
                problem: Some(LineProblem::Retired),
                ..remembered
            },
            Some(Listing::Sold(today)) => Self {
                slug: today.slug.clone(),
                name: language.pick(today.name.clone(), today.name_fr.clone()),
                unit_price: today.price,
                previous_unit_price: (today.price != line.price).then_some(line.price),
                available: Some(today.available),
                image_url: today.image_url.clone(),
                line_total: Money::zero(today.price.currency),
                problem: match today.available {
                    ..=0 => Some(LineProblem::OutOfStock),
                    available if available < line.quantity => Some(LineProblem::InsufficientStock),
                    _ => None,
                },
                ..remembered
            },
        }
    }

    fn count_in(&mut self, currency: Currency) -> Result<(), CartError> {
        if self.problem == Some(LineProblem::Retired) {
            self.line_total = Money::zero(currency);
        } else if self.unit_price.currency == currency {
            self.line_total = self.unit_price.times(self.quantity.unsigned_abs())?;
        } else {
            self.problem = Some(LineProblem::OtherCurrency);
            self.line_total = Money::zero(currency);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Product;

    fn eur(amount: i64) -> Money {
        Money {
            amount,
            currency: Currency::Eur,
        }
    }

    fn line(product_id: Uuid, quantity: i32, price: Money) -> Line {
        Line {
            product_id,
            quantity,
            slug: "old".into(),
            name: "Old".into(),
            name_fr: "Ancien".into(),
            image_url: None,
            price,
        }
    }

    fn product(id: Uuid, price: Money, available: i32, active: bool) -> Product {
        Product {
            id,
            slug: "new".into(),
            name: "New".into(),
            name_fr: "Nouveau".into(),
            price,
            available,
            image_url: None,
            active,
        }
    }

    prop_compose! {
        fn any_line()(
            quantity in 1..=QUANTITY_LIMIT,
            old in 0..1_000_000_i64,
            new in 0..1_000_000_i64,
            available in 0..200,
            active: bool,
        ) -> (Line, Product) {
            let id = Uuid::new_v4();
            (line(id, quantity, eur(old)), product(id, eur(new), available, active))
        }
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_of_what_is_sold_at_todays_price(
            pairs in prop::collection::vec(any_line(), 0..LINES_LIMIT)
        ) {
            let expected: i64 = pairs.iter()
                .filter(|(_, it)| it.active)
                .map(|(line, today)| today.price.amount * i64::from(line.quantity))
                .sum();
            let (lines, products): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let ids: Vec<_> = lines.iter().map(|it| it.product_id).collect();
            let listings = Listings::of(&ids, products.clone());
            let cart = Cart::show(Contents { version: 1, lines: lines.clone() }, &listings, Language::En).unwrap();

            prop_assert_eq!(cart.total, eur(expected));
            prop_assert!(!cart.stale);
            for ((item, line), today) in cart.items.iter().zip(&lines).zip(&products) {
                let problem = if !today.active {
                    Some(LineProblem::Retired)
                } else if today.available == 0 {
                    Some(LineProblem::OutOfStock)
                } else if today.available < line.quantity {
                    Some(LineProblem::InsufficientStock)
                } else {
                    None
                };
                prop_assert_eq!(item.problem, problem);
                let changed = today.active && today.price != line.price;
                prop_assert_eq!(item.previous_unit_price, changed.then_some(line.price));
            }
        }
    }

    #[test]
    fn a_product_that_changed_its_currency_is_shown_and_not_counted() {
        let [a, b] = [Uuid::new_v4(), Uuid::new_v4()];
        let usd = Money {
            amount: 900,
            currency: Currency::Usd,
        };
        let lines = vec![line(a, 1, eur(500)), line(b, 1, eur(800))];
        let products = vec![product(a, eur(500), 5, true), product(b, usd, 5, true)];
        let contents = Contents { version: 1, lines };
        let cart = Cart::show(contents, &Listings::of(&[a, b], products), Language::En).unwrap();
        assert_eq!(cart.total, eur(500));
        assert_eq!(cart.items[1].problem, Some(LineProblem::OtherCurrency));
        assert_eq!(cart.items[1].previous_unit_price, Some(eur(800)));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error_and_not_a_bargain() {
        let id = Uuid::new_v4();
        let contents = Contents {
            version: 1,
            lines: vec![line(id, 99, eur(i64::MAX / 2))],
        };
        assert!(Cart::show(contents, &Listings::default(), Language::En).is_err());
    }
}
