//! Goods that come back: the list, and agreeing, refusing, receiving.

use serde_json::json;

use super::{
    ESCAPED, ORDER, RETURN, SCRIPT, asked, clerk, is_sound, order, query, sent, sent_back,
};
use crate::Front;

const LIST: &str = "/api/orders/admin/returns";

fn at(verb: &str) -> String {
    format!("{LIST}/{RETURN}/{verb}")
}

fn form(verb: &str) -> String {
    format!("/admin/orders/{ORDER}/returns/{RETURN}/{verb}")
}

async fn with_order(front: &Front, state: &str) {
    let mut full = order("delivered");
    full["returns"] = json!([sent_back(state)]);
    let path = format!("/api/orders/admin/{ORDER}");
    front.answer("GET", &path, 200, full).await;
}

#[tokio::test]
async fn returns_are_listed_by_state_and_nothing_runs() {
    let front = Front::open().await;
    let mut one = sent_back("requested");
    one["reason"] = json!(SCRIPT);
    one["lines"][0]["name"] = json!(SCRIPT);
    let found = json!({ "items": [one], "next_cursor": RETURN });
    front.answer("GET", LIST, 200, found).await;
    let mut clerk = clerk(&front).await;
    let page = clerk
        .get("/admin/returns?state=requested")
        .await
        .expect(200);
    is_sound(&page);
    assert_eq!(page.html.matches(ESCAPED).count(), 2);
    for text in [
        "class=\"badge requested\"",
        "€12.99",
        &format!("href=\"/admin/orders/{ORDER}#return-{RETURN}\""),
        "data-test=\"approve\"",
        "data-test=\"refuse\"",
        "href=\"/admin/returns?state=requested\" aria-current=\"page\"",
        &format!("href=\"/admin/returns?state=requested&amp;cursor={RETURN}\""),
    ] {
        page.shows(text);
    }
    let expected = [("state".to_owned(), "requested".to_owned())];
    assert_eq!(query(&front, LIST).await, expected);
    clerk.get("/admin/returns?state=teapot").await.expect(200);
    assert_eq!(query(&front, LIST).await, []);
}

#[tokio::test]
async fn no_returns_is_a_page_too() {
    let front = Front::open().await;
    let none = json!({ "items": [], "next_cursor": null });
    front.answer("GET", LIST, 200, none).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/returns").await.expect(200);
    page.shows("There is no such return.");
}

#[tokio::test]
async fn only_what_is_possible_now_is_offered() {
    for (state, possible) in [
        ("requested", vec!["approve", "refuse"]),
        ("approved", vec!["receive"]),
        ("refused", vec![]),
        ("received", vec![]),
        ("refunded", vec![]),
    ] {
        let front = Front::open().await;
        with_order(&front, state).await;
        let found = json!({ "items": [sent_back(state)], "next_cursor": null });
        front.answer("GET", LIST, 200, found).await;
        let mut clerk = clerk(&front).await;
        for page in ["/admin/returns", &format!("/admin/orders/{ORDER}")] {
            let page = clerk.get(page).await.expect(200);
            page.shows(&format!("class=\"badge {state}\""));
            let waits = page.html.contains("a return waits for you");
            let is_order = page.html.contains("Next step");
            assert_eq!(waits, is_order && !possible.is_empty(), "{state}");
            for deed in ["approve", "refuse", "receive"] {
                let offered = page.html.contains(&format!("data-test=\"{deed}\""));
                assert_eq!(offered, possible.contains(&deed), "{deed} while {state}");
            }
        }
    }
}

#[tokio::test]
async fn returns_are_agreed_received_or_refused() {
    let front = Front::open().await;
    with_order(&front, "approved").await;
    for verb in ["approve", "refuse", "receive"] {
        front
            .answer("POST", &at(verb), 200, sent_back("approved"))
            .await;
    }
    let mut clerk = clerk(&front).await;
    let order_page = format!("/admin/orders/{ORDER}");
    for (verb, says) in [
        ("approve", "The return is agreed."),
        ("receive", "The goods are back."),
        ("refuse", "The return is refused."),
    ] {
        let fields = [("reason", " It is\r\n in pieces "), ("to", "")];
        let answer = clerk.send(&form(verb), &fields).await;
        answer.expect_to(&order_page);
        clerk.get(&order_page).await.expect(200).shows(says);
    }
    let refusal = sent(&front, "POST", &at("refuse")).await;
    assert_eq!(refusal, json!({ "reason": "It is in pieces" }));

    // From the list, back to the list; and nowhere else.
    let list = [("to", "/admin/returns?state=requested")];
    let answer = clerk.send(&form("approve"), &list).await;
    answer.expect_to("/admin/returns?state=requested");
    let elsewhere = [("to", "//evil.example")];
    clerk
        .send(&form("approve"), &elsewhere)
        .await
        .expect_to("/");
}

#[tokio::test]
async fn nothing_is_refused_without_a_reason() {
    let front = Front::open().await;
    with_order(&front, "requested").await;
    let invalid = json!({
        "type": "urn:comptoir:problem:invalid", "title": "No", "status": 422,
        "errors": [{ "field": "reason", "detail": "length is greater than 500" }],
    });
    front.answer("POST", &at("refuse"), 422, invalid).await;
    let mut clerk = clerk(&front).await;
    let page = clerk
        .send(&form("refuse"), &[("reason", " ")])
        .await
        .expect(422);
    is_sound(&page);
    page.shows(&format!("id=\"error-{RETURN}\""));
    assert_eq!(asked(&front, &at("refuse")).await, 0);

    let page = clerk
        .send(&form("refuse"), &[("reason", SCRIPT)])
        .await
        .expect(422);
    is_sound(&page);
    page.shows(ESCAPED);
    page.hides("length is greater");
}

#[tokio::test]
async fn a_deed_that_comes_too_late_shows_how_things_stand() {
    let front = Front::open().await;
    with_order(&front, "refunded").await;
    for verb in ["approve", "refuse", "receive"] {
        front
            .refuse("POST", &at(verb), 409, "not-allowed-now")
            .await;
    }
    let mut clerk = clerk(&front).await;
    for verb in ["approve", "refuse", "receive"] {
        let page = clerk
            .send(&form(verb), &[("reason", "No")])
            .await
            .expect(409);
        page.shows("not possible any more");
        page.shows("class=\"badge refunded\"");
    }
}
