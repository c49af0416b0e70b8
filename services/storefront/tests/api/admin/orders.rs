//! Everybody's orders, one order, and what staff do to it.

use serde_json::json;

use super::{
    ESCAPED, ORDER, RETURN, SCRIPT, asked, clerk, is_sound, order, query, sent, sent_back,
};
use crate::Front;

const LIST: &str = "/api/orders/admin";

fn at(rest: &str) -> String {
    format!("/api/orders/admin/{ORDER}{rest}")
}

fn page_of(rest: &str) -> String {
    format!("/admin/orders/{ORDER}{rest}")
}

#[tokio::test]
async fn orders_are_listed_by_status_and_by_number() {
    let front = Front::open().await;
    let cursor = "0199a000-0000-7000-8000-00000000000d";
    let found = json!({ "items": [order("confirmed")], "next_cursor": cursor });
    front.answer("GET", LIST, 200, found).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/orders").await.expect(200);
    is_sound(&page);
    for text in [
        "C-2026-000123",
        "€25.98",
        "class=\"badge confirmed\"",
        &page_of(""),
    ] {
        page.shows(text);
    }
    page.shows(&format!("href=\"/admin/orders?cursor={cursor}\""));
    assert_eq!(query(&front, LIST).await, []);

    let page = clerk
        .get("/admin/orders?status=packed&number=%20C-2026-000123%20")
        .await
        .expect(200);
    page.shows(
        "href=\"/admin/orders?status=packed&amp;number=C-2026-000123\" aria-current=\"page\"",
    );
    page.shows(&format!(
        "href=\"/admin/orders?status=packed&amp;number=C-2026-000123&amp;cursor={cursor}\""
    ));
    let asked_for = query(&front, LIST).await;
    let expected = [("status", "packed"), ("number", "C-2026-000123")];
    assert_eq!(
        asked_for,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn what_is_asked_for_in_vain_or_nonsense_is_no_failure_of_the_shop() {
    let front = Front::open().await;
    let none = json!({ "items": [], "next_cursor": null });
    front.answer("GET", LIST, 200, none).await;
    let mut clerk_of_none = clerk(&front).await;
    let long = "x".repeat(200);
    for search in [
        "status=teapot",
        "number=%00",
        &format!("number={long}"),
        "number=&status=",
    ] {
        let page = clerk_of_none.get(&format!("/admin/orders?{search}")).await;
        page.expect(200).shows("There is no such order.");
    }
    let page = clerk_of_none
        .get("/admin/orders?number=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await
        .expect(200);
    is_sound(&page);

    let front = Front::open().await;
    front.refuse("GET", LIST, 400, "malformed").await;
    let mut clerk = clerk(&front).await;
    clerk.get("/admin/orders?cursor=nonsense").await.expect(400);
    clerk.get("/admin/orders/nonsense").await.expect(404);
}

#[tokio::test]
async fn an_order_shows_all_that_is_known_of_it_and_nothing_runs() {
    let front = Front::open().await;
    let mut full = order("shipped");
    full["lines"][0]["name"] = json!(format!("Brie {SCRIPT}"));
    full["shipping_address"]["name"] = json!(format!("Ada {SCRIPT}"));
    full["shipping_address"]["line2"] = json!(SCRIPT);
    full["tracking_number"] = json!(SCRIPT);
    full["carrier"] = json!(SCRIPT);
    full["timeline"][1]["note"] = json!(SCRIPT);
    full["timeline"][0]["kind"] = json!(SCRIPT);
    let mut back = sent_back("refused");
    back["reason"] = json!(SCRIPT);
    back["refusal"] = json!(SCRIPT);
    back["lines"][0]["name"] = json!(SCRIPT);
    full["returns"] = json!([back]);
    full["refunded"] = super::eur(1299);
    front.answer("GET", &at(""), 200, full).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get(&page_of("")).await.expect(200);
    is_sound(&page);
    assert_eq!(page.html.matches(ESCAPED).count(), 10);
    for text in [
        "Order C-2026-000123",
        "1 rue Rambuteau",
        "75001 Paris",
        "France",
        "Paid",
        "by the customer",
        "by the shop itself",
        "€12.99",
        "data-test=\"deliver\"",
    ] {
        page.shows(text);
    }
}

#[tokio::test]
async fn only_what_is_possible_now_is_offered() {
    for (status, possible) in [
        ("pending", None),
        ("confirmed", Some("pack")),
        ("packed", Some("ship")),
        ("shipped", Some("deliver")),
        ("delivered", None),
        ("cancelled", None),
        ("payment_failed", None),
    ] {
        let front = Front::open().await;
        front.answer("GET", &at(""), 200, order(status)).await;
        let mut clerk = clerk(&front).await;
        let page = clerk.get(&page_of("")).await.expect(200);
        page.shows(&format!("class=\"badge {status}\""));
        for deed in ["pack", "ship", "deliver"] {
            let offered = page.html.contains(&format!("data-test=\"{deed}\""));
            assert_eq!(offered, possible == Some(deed), "{deed} while {status}");
        }
    }
}

#[tokio::test]
async fn an_order_is_packed_shipped_and_delivered() {
    let front = Front::open().await;
    for verb in ["/pack", "/ship", "/deliver"] {
        front.answer("POST", &at(verb), 200, order("packed")).await;
    }
    front.answer("GET", &at(""), 200, order("packed")).await;
    let mut clerk = clerk(&front).await;
    for (verb, fields, says) in [
        ("/pack", vec![], "The order is packed."),
        (
            "/ship",
            vec![("tracking_number", " FR-42 "), ("carrier", " ")],
            "The order is on its way.",
        ),
        ("/deliver", vec![], "The order has arrived."),
    ] {
        let answer = clerk.send(&page_of(verb), &fields).await;
        answer.expect_to(&page_of(""));
        clerk.get(&page_of("")).await.expect(200).shows(says);
    }
    let shipment = sent(&front, "POST", &at("/ship")).await;
    assert_eq!(
        shipment,
        json!({ "tracking_number": "FR-42", "carrier": null })
    );
}

#[tokio::test]
async fn a_parcel_without_a_number_is_not_shipped() {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, order("packed")).await;
    let invalid = json!({
        "type": "urn:comptoir:problem:invalid", "title": "No", "status": 422,
        "errors": [{ "field": "carrier", "detail": "length is greater than 64" }],
    });
    front.answer("POST", &at("/ship"), 422, invalid).await;
    let mut clerk = clerk(&front).await;
    let fields = [("tracking_number", "  "), ("carrier", SCRIPT)];
    let page = clerk.send(&page_of("/ship"), &fields).await.expect(422);
    is_sound(&page);
    page.shows("id=\"error-tracking_number\"");
    page.shows(ESCAPED);
    assert_eq!(asked(&front, &at("/ship")).await, 0);

    let fields = [("tracking_number", "FR-42"), ("carrier", "much too long")];
    let page = clerk.send(&page_of("/ship"), &fields).await.expect(422);
    page.shows("id=\"error-carrier\"");
    page.shows("value=\"FR-42\"");
    page.shows("value=\"much too long\"");
    page.hides("length is greater");
}

#[tokio::test]
async fn a_deed_that_comes_too_late_shows_how_things_stand() {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, order("cancelled")).await;
    for verb in ["/pack", "/ship", "/deliver"] {
        front
            .refuse("POST", &at(verb), 409, "not-allowed-now")
            .await;
    }
    let mut clerk = clerk(&front).await;
    for verb in ["/pack", "/ship", "/deliver"] {
        let fields = [("tracking_number", "FR-42")];
        let page = clerk.send(&page_of(verb), &fields).await.expect(409);
        page.shows("role=\"alert\"");
        page.shows("not possible any more");
        page.shows("class=\"badge cancelled\"");
        page.hides("data-test=\"pack\"");
    }
}

#[tokio::test]
async fn stock_that_is_just_being_taken_asks_for_patience() {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, order("confirmed")).await;
    front
        .refuse("POST", &at("/pack"), 409, "stock-not-settled")
        .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.send(&page_of("/pack"), &[]).await.expect(409);
    page.shows("Try again in a moment");
    page.shows("data-test=\"pack\"");
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_there() {
    let front = Front::open().await;
    front.refuse("GET", &at(""), 404, "not-found").await;
    front.refuse("POST", &at("/pack"), 404, "not-found").await;
    let mut clerk = clerk(&front).await;
    clerk.get(&page_of("")).await.expect(404);
    clerk.send(&page_of("/pack"), &[]).await.expect(404);
}

#[tokio::test]
async fn pages_ask_for_their_own_once() {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, order("confirmed")).await;
    let found = json!({ "items": [order("confirmed")], "next_cursor": null });
    front.answer("GET", LIST, 200, found).await;
    let mut clerk = clerk(&front).await;
    for page in [page_of(""), "/admin/orders".to_owned()] {
        let before = asked(&front, "/api").await;
        clerk.get(&page).await.expect(200);
        assert!(asked(&front, "/api").await - before <= 3, "{page}");
    }
    assert_eq!(asked(&front, &at("")).await, 1);
}

#[tokio::test]
async fn french_staff_read_french() {
    let front = Front::open().await;
    let mut full = order("delivered");
    full["returns"] = json!([sent_back("requested")]);
    front.answer("GET", &at(""), 200, full).await;
    let mut clerk = clerk(&front).await.with("accept-language", "fr");
    let page = clerk.get(&page_of("")).await.expect(200);
    is_sound(&page);
    for text in [
        "Brie de Meaux",
        "1 × Brie de Meaux",
        "Commandée",
        "25,98\u{a0}€",
        "Retour",
        "par le client",
        "Livrée",
    ] {
        page.shows(text);
    }
    page.shows(&format!("id=\"return-{RETURN}\""));
}
