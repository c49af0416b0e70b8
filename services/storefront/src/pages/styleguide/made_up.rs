//! What the style guide shows: nobody's orders, cards and addresses.

use chrono::{DateTime, Days, TimeDelta, Utc};
use money::{Currency, Money};
use uuid::Uuid;

use crate::{
    services::{
        auth::{Address, Lines},
        cart,
        catalog::{BandCount, CategoryCount, Facets, Found, StockCount},
        order::{
            Day, Detail, Event, Line, Order, Return, ReturnLine, ReturnState, Status, Summary,
        },
        payment::Card,
    },
    visit::Visit,
};

pub(super) fn eur(amount: i64) -> Money {
    Money {
        amount,
        currency: Currency::Eur,
    }
}

/// An id that nothing else on the page has.
fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// So many hours after an order was placed, on an afternoon in November 2026.
fn hours_later(hours: i64) -> DateTime<Utc> {
    let placed = DateTime::from_timestamp(1_795_532_700, 0).unwrap_or_default();
    placed + TimeDelta::hours(hours)
}

fn name(visit: &Visit, slug: &str) -> String {
    visit.t(&format!("guide-product-{slug}"))
}

/// What a search leaves to choose from.
pub(super) fn found(visit: &Visit) -> Found {
    let category = |slug: &str, step: &str, count| CategoryCount {
        slug: slug.to_owned(),
        name: visit.t(step),
        parent: None,
        count,
    };
    let band = |min, max, count| BandCount { min, max, count };
    Found {
        items: Vec::new(),
        total: 12,
        next_cursor: None,
        facets: Facets {
            categories: vec![category("dairy", "guide-step-first", 12)],
            price_bands: vec![
                band(0, Some(499), 3),
                band(500, Some(999), 9),
                band(10_000, None, 0),
            ],
            in_stock: StockCount { count: 12 },
        },
    }
}

/// A line for each note that a cart writes at one.
pub(super) fn cart(visit: &Visit) -> cart::Cart {
    let line = |number, slug: &str, quantity: i64, price| cart::Line {
        product_id: id(number),
        slug: slug.to_owned(),
        name: name(visit, slug),
        quantity,
        unit_price: eur(price),
        previous_unit_price: None,
        available: Some(40),
        image_url: Some(format!("/api/catalog/images/{slug}.svg")),
        line_total: eur(price * quantity),
        problem: None,
    };
    cart::Cart {
        items: vec![
            line(1, "aged-comte", 2, 1290),
            cart::Line {
                previous_unit_price: Some(eur(1150)),
                ..line(2, "earl-grey", 1, 1250)
            },
            cart::Line {
                available: Some(3),
                problem: Some(cart::LineProblem::InsufficientStock),
                ..line(3, "menton-lemons", 5, 560)
            },
            cart::Line {
                problem: Some(cart::LineProblem::Retired),
                ..line(4, "butter-croissant", 1, 150)
            },
        ],
        total: eur(2 * 1290 + 1250 + 5 * 560 + 150),
        stale: false,
    }
}

pub(super) fn addresses() -> [Address; 2] {
    let address = |number, line1: &str, line2: Option<&str>, place: [&str; 3]| {
        let [postal_code, city, country] = place.map(str::to_owned);
        Address {
            id: id(number),
            lines: Lines {
                name: "Camille Roux".to_owned(),
                line1: line1.to_owned(),
                line2: line2.map(str::to_owned),
                city,
                postal_code,
                country,
            },
        }
    };
    [
        address(
            11,
            "12 rue Rambuteau",
            Some("Bâtiment B"),
            ["75003", "Paris", "FR"],
        ),
        address(12, "Rue Neuve 8", None, ["1000", "Bruxelles", "BE"]),
    ]
}

/// One to pay with, and one whose time is over.
pub(super) fn cards() -> [Card; 2] {
    let card = |number, brand: &str, last4: &str, exp_year| Card {
        id: id(number),
        brand: brand.to_owned(),
        last4: last4.to_owned(),
        exp_month: 9,
        exp_year,
    };
    [
        card(21, "visa", "4242", 2049),
        card(22, "mastercard", "4444", 2024),
    ]
}

/// An order that has come as far as this.
pub(super) fn order(visit: &Visit, status: Status) -> Detail {
    let line = |number, slug: &str, quantity: i64, price| Line {
        product_id: id(number),
        name: name(visit, slug),
        name_fr: None,
        quantity,
        unit_price: eur(price),
        line_total: eur(price * quantity),
    };
    let way: &[Status] = match status {
        Status::Pending => &[],
        Status::Confirmed => &[Status::Confirmed],
        Status::Packed => &[Status::Confirmed, Status::Packed],
        Status::Shipped => &[Status::Confirmed, Status::Packed, Status::Shipped],
        Status::Delivered => &[
            Status::Confirmed,
            Status::Packed,
            Status::Shipped,
            Status::Delivered,
        ],
        Status::Cancelled => &[Status::Confirmed, Status::Cancelled],
        Status::PaymentFailed => &[Status::PaymentFailed],
    };
    let timeline = (1..).zip(way).map(|(place, it)| Event {
        at: hours_later(place * 19),
        kind: it.as_str().to_owned(),
        actor: "system".to_owned(),
        note: None,
    });
    Detail {
        order: Order {
            id: id(31),
            number: "C-2026-000123".to_owned(),
            status,
            total: eur(2 * 1290 + 1250),
            refunded: eur(0),
            lines: vec![
                line(1, "aged-comte", 2, 1290),
                line(2, "earl-grey", 1, 1250),
            ],
            tracking_number: None,
            carrier: None,
            created_at: hours_later(0),
        },
        shipping_address: Lines::default(),
        timeline: timeline.collect(),
        returns: Vec::new(),
    }
}

/// A delivered order of which something comes back, and how far that is.
pub(super) fn order_with_return(visit: &Visit, state: ReturnState) -> (Detail, Return) {
    let mut detail = order(visit, Status::Delivered);
    let way: &[ReturnState] = match state {
        ReturnState::Requested | ReturnState::Refused => &[],
        ReturnState::Approved => &[ReturnState::Approved],
        ReturnState::Received => &[ReturnState::Approved, ReturnState::Received],
        ReturnState::Refunded => &[
            ReturnState::Approved,
            ReturnState::Received,
            ReturnState::Refunded,
        ],
    };
    let events = (1..).zip(way).map(|(place, it)| Event {
        at: hours_later(100 + place * 26),
        kind: format!("return_{}", it.as_str()),
        actor: "staff".to_owned(),
        note: None,
    });
    detail.timeline.extend(events);
    let back = Return {
        id: id(41),
        order_id: detail.order.id,
        state,
        reason: visit.t("guide-return-reason"),
        refusal: (state == ReturnState::Refused).then(|| visit.t("guide-return-refusal")),
        refund: eur(1250),
        lines: vec![ReturnLine {
            product_id: id(2),
            name: name(visit, "earl-grey"),
            quantity: 1,
        }],
        created_at: hours_later(100),
    };
    detail.returns.push(back.clone());
    (detail, back)
}

/// What was sold and given back on each of some days: orders, sales, refunds, refunded.
const DAYS: [(i64, i64, i64, i64); 14] = [
    (9, 31_240, 0, 0),
    (12, 44_980, 1, 1_290),
    (7, 22_310, 0, 0),
    (15, 58_620, 0, 0),
    (19, 71_450, 2, 3_480),
    (23, 88_900, 1, 560),
    (17, 64_030, 0, 0),
    (11, 39_870, 0, 0),
    (13, 47_260, 1, 6_200),
    (10, 35_110, 0, 0),
    (16, 60_740, 0, 0),
    (21, 79_380, 3, 4_150),
    (26, 97_650, 0, 0),
    (14, 52_190, 1, 1_250),
];

pub(super) fn summary() -> Summary {
    let today = hours_later(0).date_naive();
    let days = (0..).zip(DAYS.iter().rev()).map(|(ago, figures)| {
        let (orders, sales, refunds, refunded) = *figures;
        Day {
            date: today.checked_sub_days(Days::new(ago)).unwrap_or(today),
            orders,
            sales: eur(sales),
            refunds,
            refunded: eur(refunded),
        }
    });
    let mut days: Vec<Day> = days.collect();
    days.reverse();
    let returns = [
        (ReturnState::Requested, 2),
        (ReturnState::Approved, 1),
        (ReturnState::Refunded, 8),
    ];
    Summary {
        by_status: [
            (Status::Confirmed, 6),
            (Status::Packed, 3),
            (Status::Shipped, 11),
            (Status::Delivered, 148),
            (Status::Cancelled, 4),
        ]
        .into(),
        returns_by_state: returns
            .map(|(it, count)| (it.as_str().to_owned(), count))
            .into(),
        days,
    }
}

/// The same shop on days on which nothing was sold.
pub(super) fn quiet_days() -> Vec<Day> {
    let none = |day: Day| Day {
        orders: 0,
        sales: eur(0),
        refunds: 0,
        refunded: eur(0),
        ..day
    };
    summary().days.into_iter().map(none).collect()
}
