//! Figures, charts, and what is shown where a half of them cannot be had.

use serde_json::{Value, json};

use super::{asked, clerk, eur, is_sound, query};
use crate::Front;

const ORDERS: &str = "/api/orders/admin/summary";
const STOCK: &str = "/api/catalog/admin/summary";

/// Fourteen days to 25 November; each sold a euro more than the one before, the first nothing.
fn summary() -> Value {
    let days: Vec<Value> = (0..14)
        .map(|day| {
            json!({
                "date": format!("2026-11-{}", 12 + day), "orders": day, "sales": eur(day * 100),
                "refunds": i64::from(day == 13), "refunded": eur(if day == 13 { 250 } else { 0 }),
            })
        })
        .collect();
    json!({
        "by_status": {
            "pending": 1, "confirmed": 22, "packed": 3, "shipped": 4, "delivered": 1234, "cancelled": 5,
            "payment_failed": 6,
        },
        "returns_by_state": { "requested": 7, "approved": 0, "refused": 1, "received": 0, "refunded": 2 },
        "days": days,
    })
}

fn stock() -> Value {
    json!({
        "products": 120, "out_of_stock": 8, "low_stock": 9, "units_available": 4000,
        "units_reserved": 12, "units_sold": 377,
    })
}

#[tokio::test]
async fn today_is_compared_with_a_week_ago_and_the_days_before() {
    let front = Front::open().await;
    front.answer("GET", ORDERS, 200, summary()).await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin").await.expect(200);
    is_sound(&page);
    page.shows("Sales today so far");
    page.shows("€13.00");
    // A week ago is the seventh day before the last one, and the average leaves today out.
    page.shows("€6.00 a week ago (18/11, the whole day)");
    page.shows("€6.00 a day on average (13 days before)");
    page.shows("€2.50 in these 14 days");
    let asked_for = query(&front, ORDERS).await;
    let expected = [("zone", "Europe/Paris"), ("days", "14")];
    assert_eq!(
        asked_for,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn every_count_leads_to_its_list() {
    let front = Front::open().await;
    front.answer("GET", ORDERS, 200, summary()).await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin").await.expect(200);
    for link in [
        "/admin/orders?status=confirmed",
        "/admin/orders?status=payment_failed",
        "/admin/returns?state=requested",
        "/admin/products?show=out",
        "/admin/products?show=low",
    ] {
        page.shows(&format!("href=\"{link}\""));
    }
    page.shows("1,234");
}

#[tokio::test]
async fn charts_are_drawings_with_words_and_a_table() {
    let front = Front::open().await;
    front.answer("GET", ORDERS, 200, summary()).await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin").await.expect(200);
    page.shows("aria-label=\"Sales by day: the most was €13.00 on 25/11; today so far €13.00.\"");
    assert_eq!(page.html.matches("<rect").count(), 28);
    assert_eq!(page.html.matches("class=\"bar today\"").count(), 2);
    page.shows("<title>13/11: €1.00</title>");
    page.shows("As a table");

    let mut french = clerk.with("accept-language", "fr");
    let page = french.get("/admin").await.expect(200);
    is_sound(&page);
    page.shows("Ventes par jour\u{a0}: le maximum est de 13,00\u{a0}€ le 25/11");
}

#[tokio::test]
async fn a_shop_that_has_not_sold_anything_says_so() {
    let front = Front::open().await;
    let mut quiet = summary();
    for day in quiet["days"].as_array_mut().unwrap() {
        day["sales"] = eur(0);
        day["refunded"] = eur(0);
    }
    front.answer("GET", ORDERS, 200, quiet).await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin").await.expect(200);
    page.shows("Nothing was sold in these days.");
    page.shows("Nothing was refunded in these days.");
    page.hides("<rect");
}

#[tokio::test]
async fn one_half_stays_where_the_other_cannot_be_had() {
    let front = Front::open().await;
    front.refuse("GET", ORDERS, 503, "unavailable").await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk_of_stock = clerk(&front).await;
    let page = clerk_of_stock.get("/admin").await.expect(200);
    page.shows("The order service does not answer");
    page.shows("4,000");
    page.hides("Sales by day");

    let front = Front::open().await;
    front.answer("GET", ORDERS, 200, summary()).await;
    front.refuse("GET", STOCK, 500, "internal").await;
    let mut clerk_of_orders = clerk(&front).await;
    let page = clerk_of_orders.get("/admin").await.expect(200);
    page.shows("The catalog does not answer");
    page.shows("Sales by day");
}

#[tokio::test]
async fn the_page_asks_each_service_once() {
    let front = Front::open().await;
    front.answer("GET", ORDERS, 200, summary()).await;
    front.answer("GET", STOCK, 200, stock()).await;
    let mut clerk = clerk(&front).await;
    let before = asked(&front, "/api").await;
    clerk.get("/admin").await.expect(200);
    // Both summaries, the cart, and the categories where they are not remembered.
    assert!(asked(&front, "/api").await - before <= 4);
    assert_eq!(asked(&front, ORDERS).await, 1);
    assert_eq!(asked(&front, STOCK).await, 1);
}
