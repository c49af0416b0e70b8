//! The last page before the click: what was ordered before is said there.

use chrono::Utc;
use serde_json::json;

use crate::{
    Front,
    cart::{brie, cart},
    checkout::{at_review, at_unready},
};

#[tokio::test]
async fn an_order_that_is_not_decided_yet_is_named_beside_the_button() {
    let front = Front::open().await;
    let id = "0199e000-0000-7000-8000-00000000000";
    let order = |number: u8, status: &str| {
        let nothing = json!({ "amount": 0, "currency": "EUR" });
        json!({
            "id": format!("{id}{number}"), "number": format!("C-2026-00000{number}"), "status": status,
            "total": { "amount": 1300, "currency": "EUR" }, "refunded": nothing, "lines": [],
            "tracking_number": null, "carrier": null, "created_at": Utc::now(),
        })
    };
    let orders =
        json!({ "items": [order(3, "confirmed"), order(2, "pending")], "next_cursor": null });
    front.answer("GET", "/api/orders", 200, orders).await;
    let mut ada = at_review(&front).await;
    let page = ada.get("/checkout/review").await.expect(200);
    let (above, _) = page.html.split_once("data-test=\"pay\"").unwrap();
    assert!(above.contains("C-2026-000002 is still being confirmed"));
    assert!(above.contains(&format!("href=\"/orders/{id}2\"")));
    page.hides("C-2026-000003");
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
