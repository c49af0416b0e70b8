//! Units that come and go other than by a sale.

use serde_json::{Value, json};

use super::{ESCAPED, PRODUCT, SCRIPT, clerk, is_sound, record, sent};
use crate::Front;

fn at(rest: &str) -> String {
    format!("/api/catalog/admin/products/{PRODUCT}{rest}")
}

fn page_of(rest: &str) -> String {
    format!("/admin/products/{PRODUCT}{rest}")
}

async fn open(movements: Value) -> Front {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, record()).await;
    let movements = json!({ "items": movements, "next_cursor": null });
    front
        .answer("GET", &at("/stock/movements"), 200, movements)
        .await;
    front
}

#[tokio::test]
async fn movements_are_told_with_their_reasons() {
    let movement = |delta: i64, reason: &str, note: Option<&str>| {
        json!({
            "id": PRODUCT, "delta": delta, "reason": reason, "note": note,
            "at": "2026-11-24T10:00:00Z", "by": null, "source_id": null,
        })
    };
    let front = open(json!([
        movement(-3, "adjustment", Some(SCRIPT)),
        movement(1200, "restock", None),
        movement(40, "initial", None),
        movement(1, "found", None),
    ]))
    .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get(&page_of("")).await.expect(200);
    is_sound(&page);
    for text in [
        "−3",
        "Counted again",
        ESCAPED,
        "+1,200",
        "Delivery",
        "To begin with",
        "found",
    ] {
        page.shows(text);
    }
}

#[tokio::test]
async fn stock_changes_with_a_reason() {
    let front = open(json!([])).await;
    front.answer("POST", &at("/stock"), 200, json!({})).await;
    let mut clerk = clerk(&front).await;
    for (delta, note, expected) in [
        ("12", "", json!({ "delta": 12, "reason": "restock" })),
        ("+1 000", "", json!({ "delta": 1000, "reason": "restock" })),
        (
            "−3",
            " Broken ",
            json!({ "delta": -3, "reason": "restock", "note": "Broken" }),
        ),
    ] {
        let fields = [("delta", delta), ("reason", "restock"), ("note", note)];
        let answer = clerk.send(&page_of("/stock"), &fields).await;
        answer.expect_to(&page_of(""));
        assert_eq!(sent(&front, "POST", &at("/stock")).await, expected);
    }
    let page = clerk.get(&page_of("")).await.expect(200);
    page.shows("The stock is changed.");
    page.shows("Nothing yet, apart from sales.");
    let back = clerk.get(&page_of("/stock")).await;
    back.expect_to(&page_of(""));
}

#[tokio::test]
async fn what_is_no_number_of_units_comes_back_as_it_was_typed() {
    let front = open(json!([])).await;
    let mut clerk = clerk(&front).await;
    for delta in ["", "0", "1.5", "a dozen", SCRIPT] {
        let fields = [("delta", delta), ("reason", "adjustment"), ("note", SCRIPT)];
        let page = clerk.send(&page_of("/stock"), &fields).await.expect(422);
        is_sound(&page);
        page.shows("id=\"error-delta\"");
        page.shows("value=\"adjustment\" selected");
        page.shows(ESCAPED);
    }
    let requests = front.services.received_requests().await.unwrap();
    assert!(!requests.iter().any(|it| it.url.path() == at("/stock")));
    let fields = [("delta", "1"), ("reason", "stolen")];
    clerk.send(&page_of("/stock"), &fields).await.expect(400);
}

#[tokio::test]
async fn more_than_there_is_cannot_be_taken() {
    let front = open(json!([])).await;
    front
        .refuse("POST", &at("/stock"), 409, "insufficient-stock")
        .await;
    let mut clerk = clerk(&front).await;
    let fields = [("delta", "-99"), ("reason", "adjustment")];
    let page = clerk.send(&page_of("/stock"), &fields).await.expect(422);
    page.shows("There are not that many units on the shelf.");
    page.shows("value=\"-99\"");
    // The other form of the page is as it was.
    page.shows("name=\"price\" value=\"1234.50\"");
}

#[tokio::test]
async fn what_the_catalog_does_not_take_is_said_at_its_field() {
    let front = open(json!([])).await;
    let invalid = json!({
        "type": "urn:comptoir:problem:invalid", "title": "No", "status": 422,
        "errors": [{ "field": "delta", "detail": "too much" }, { "field": "note", "detail": "too long" }],
    });
    front.answer("POST", &at("/stock"), 422, invalid).await;
    let mut clerk = clerk(&front).await;
    let fields = [("delta", "9999999"), ("reason", "restock")];
    let page = clerk.send(&page_of("/stock"), &fields).await.expect(422);
    page.shows("id=\"error-delta\"");
    page.shows("id=\"error-note\"");
    page.hides("too much");
}
