//! The last page before the click: what was ordered before is said there.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use wiremock::{Mock, ResponseTemplate, matchers::path};

use testkit::Page;

use crate::{
    Front,
    cart::{BRIE, brie, cart},
    checkout::{at_review, at_unready},
};

const ID: &str = "0199e000-0000-7000-8000-00000000000";

/// An order of two units of brie, or of more.
fn order(number: u8, status: &str, units: i64, minutes_ago: i64) -> Value {
    let nothing = json!({ "amount": 0, "currency": "EUR" });
    let placed = Utc::now() - TimeDelta::minutes(minutes_ago);
    let line = json!({
        "product_id": BRIE, "name": "Brie", "name_fr": null, "quantity": units, "unit_price": nothing,
        "line_total": nothing,
    });
    json!({
        "id": format!("{ID}{number}"), "number": format!("C-2026-00000{number}"), "status": status,
        "total": nothing, "refunded": nothing, "lines": [line], "tracking_number": null, "carrier": null,
        "created_at": placed,
    })
}

/// The review of somebody who placed these orders before.
async fn review_after(orders: &[Value]) -> Page {
    let front = Front::open().await;
    let orders = json!({ "items": orders, "next_cursor": null });
    front.answer("GET", "/api/orders", 200, orders).await;
    let mut ada = at_review(&front).await;
    ada.get("/checkout/review").await.expect(200)
}

#[tokio::test]
async fn an_order_that_is_not_decided_yet_is_named_above_the_button() {
    let page = review_after(&[order(3, "confirmed", 2, 1), order(2, "pending", 9, 1)]).await;
    let (above, _) = page.html.split_once("data-test=\"pay\"").unwrap();
    assert!(above.contains("C-2026-000002 is still being confirmed"));
    assert!(above.contains(&format!("href=\"/orders/{ID}2\"")));
    page.hides("C-2026-000003");
}

#[tokio::test]
async fn an_order_of_a_moment_ago_that_holds_the_same_is_named_too() {
    let page = review_after(&[order(4, "confirmed", 9, 1), order(3, "confirmed", 2, 5)]).await;
    let (above, _) = page.html.split_once("data-test=\"pay\"").unwrap();
    assert!(above.contains("C-2026-000003, placed a moment ago, holds the same"));
    assert!(above.contains(&format!("href=\"/orders/{ID}3\"")));
}

#[tokio::test]
async fn other_orders_are_not_spoken_of() {
    let others = [
        order(1, "confirmed", 3, 1),
        order(2, "confirmed", 2, 30),
        order(3, "payment_failed", 2, 1),
        order(4, "cancelled", 2, 1),
    ];
    let page = review_after(&others).await;
    page.hides("C-2026-");
    page.shows("data-test=\"pay\"");
}

#[tokio::test]
async fn without_the_list_of_orders_nobody_pays() {
    let front = Front::open().await;
    front.refuse("GET", "/api/orders", 503, "unavailable").await;
    let mut ada = at_review(&front).await;
    let page = ada.get("/checkout/review").await.expect(503);
    page.shows("Orders and payments cannot be reached");
    page.hides("data-test=\"pay\"");
}

#[tokio::test]
async fn prices_of_another_day_are_not_paid() {
    let front = Front::open().await;
    let mut stale = cart(&[brie()]);
    stale["stale"] = json!(true);
    front.answer("GET", "/api/cart", 200, stale).await;
    let mut ada = at_unready(&front).await;
    for step in ["address", "payment", "review"] {
        let page = ada.get(&format!("/checkout/{step}")).await.expect(503);
        page.shows("The checkout is closed for a moment");
        page.hides("name=\"number\"");
        page.hides("data-test=\"pay\"");
    }
}

#[tokio::test]
async fn nobody_waits_long_for_a_list_of_cards() {
    let front = Front::open().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(10));
    Mock::given(path("/api/payments/methods"))
        .respond_with(slow)
        .mount(&front.services)
        .await;
    let mut ada = at_unready(&front).await;
    let asked = Instant::now();
    let page = ada.get("/checkout/review").await.expect(503);
    page.shows("The checkout is closed for a moment");
    assert!(asked.elapsed() < Duration::from_secs(6), "{asked:?}");
}
