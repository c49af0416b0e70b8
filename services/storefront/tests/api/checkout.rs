//! The checkout up to the click: who may go on, what each step asks, and what it says where it cannot.

use chrono::{Datelike as _, Utc};
use serde_json::{Value, json};
use wiremock::MockServer;

use testkit::Browser;

use crate::{
    Front,
    cart::{brie, cart},
    empty_cart,
};

const HOME: &str = "0199c000-0000-7000-8000-000000000001";
const CARD: &str = "0199d000-0000-7000-8000-000000000001";
const EXPIRED: &str = "0199d000-0000-7000-8000-000000000002";
const NUMBER: &str = "4000 0000 0000 0002";

pub(crate) fn home() -> Value {
    json!({
        "id": HOME, "name": "Ada <script>alert(2)</script>", "line1": "1 rue Rambuteau", "city": "Paris",
        "postal_code": "75001", "country": "FR",
    })
}

fn visa() -> Value {
    json!({ "id": CARD, "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2090 })
}

fn expired() -> Value {
    json!({ "id": EXPIRED, "brand": "amex", "last4": "0005", "exp_month": 1, "exp_year": 2020 })
}

fn health(ready: bool) -> Value {
    json!({
        "version": "1", "revision": null, "started_at": "2026-11-25T10:00:00Z", "ready": ready,
        "reason": null,
    })
}

/// A shop where all is well, and a member whose cart has a line.
pub(crate) async fn shopper(front: &Front) -> Browser {
    front.answer("GET", "/api/cart", 200, cart(&[brie()])).await;
    front.answer("GET", "/health", 200, health(true)).await;
    front.member("ada", &["customer"]).await
}

async fn answers(front: &Front) {
    let book = json!({ "items": [home()] });
    let cards = json!({ "items": [visa(), expired()] });
    front
        .answer("GET", "/api/auth/me/addresses", 200, book)
        .await;
    front
        .answer("GET", "/api/payments/methods", 200, cards)
        .await;
    let orders = json!({ "items": [], "next_cursor": null });
    front.answer("GET", "/api/orders", 200, orders).await;
}

/// The same at the last step.
pub(crate) async fn at_review(front: &Front) -> Browser {
    answers(front).await;
    let mut ada = shopper(front).await;
    let sent = ada.get("/checkout").await;
    sent.expect_to("/checkout/address");
    ada.get("/checkout/address").await.expect(200);
    let sent = ada.send("/checkout/address", &[("address", HOME)]).await;
    sent.expect_to("/checkout/payment");
    let sent = ada.send("/checkout/payment", &[("method", CARD)]).await;
    sent.expect_to("/checkout/review");
    ada
}

const STEPS: [&str; 3] = ["/checkout/address", "/checkout/payment", "/checkout/review"];

fn new_address() -> [(&'static str, &'static str); 6] {
    [
        ("name", "Ada"),
        ("line1", "1 rue Rambuteau"),
        ("line2", " "),
        ("city", "Paris"),
        ("postal_code", "75001"),
        ("country", "FR"),
    ]
}

fn new_card() -> [(&'static str, &'static str); 4] {
    [
        ("number", NUMBER),
        ("exp_month", "12"),
        ("exp_year", "30"),
        ("cvc", "987"),
    ]
}

#[tokio::test]
async fn guests_sign_in_and_come_back() {
    let front = Front::open().await;
    let mut guest = front.browser();
    guest.get("/cart").await.expect(200);
    let sent = guest.get("/checkout").await;
    sent.expect_to("/sign-in?to=%2Fcheckout");
    for step in STEPS {
        let to = format!("/sign-in?to={}", step.replace('/', "%2F"));
        guest.get(step).await.expect_to(&to);
    }
    let to = "/sign-in?to=%2Faccount";
    guest
        .send("/checkout/address", &new_address())
        .await
        .expect_to(to);
    guest
        .send("/checkout/payment", &new_card())
        .await
        .expect_to(to);
    let pay = [("key", HOME), ("address", HOME), ("method", CARD)];
    guest.send("/checkout/pay", &pay).await.expect_to(to);
    guest.send("/checkout", &[]).await.expect_to(to);
    // Nothing was asked of a service that knows members.
    let asked = front.services.received_requests().await.unwrap();
    assert!(
        asked
            .iter()
            .all(|it| it.url.path() == "/api/catalog/categories")
    );
}

#[tokio::test]
async fn a_member_who_was_signed_out_elsewhere_signs_in_again() {
    for (at, step) in [
        ("/api/auth/me/addresses", "/checkout/address"),
        ("/api/payments/methods", "/checkout/payment"),
        ("/api/auth/me/addresses", "/checkout/review"),
    ] {
        let front = Front::open().await;
        front.refuse("GET", at, 401, "unauthenticated").await;
        answers(&front).await;
        let mut ada = shopper(&front).await;
        let to = format!("/sign-in?to={}", step.replace('/', "%2F"));
        ada.get(step).await.expect_to(&to);
        // Signed out here too.
        ada.get(step).await.expect_to(&to);
    }
}

#[tokio::test]
async fn an_empty_cart_leads_to_the_cart_and_after_a_purchase_to_the_orders() {
    let front = Front::open().await;
    answers(&front).await;
    front.answer("GET", "/health", 200, health(true)).await;
    front.answer("GET", "/api/cart", 200, empty_cart()).await;
    let mut ada = front.member("ada", &["customer"]).await;
    ada.get("/checkout").await.expect_to("/cart");
    ada.get("/checkout/address").await.expect_to("/cart");
    ada.get("/checkout/payment").await.expect_to("/cart");
    ada.get("/checkout/review").await.expect_to("/orders");
}

#[tokio::test]
async fn a_cart_that_cannot_be_bought_leads_to_the_cart() {
    let front = Front::open().await;
    answers(&front).await;
    front.answer("GET", "/health", 200, health(true)).await;
    let mut out = brie();
    out["problem"] = "out_of_stock".into();
    front.answer("GET", "/api/cart", 200, cart(&[out])).await;
    let mut ada = front.member("ada", &["customer"]).await;
    for path in ["/checkout", STEPS[0], STEPS[1], STEPS[2]] {
        ada.get(path).await.expect_to("/cart");
        ada.get("/cart").await.shows("then go on to checkout");
    }
}

#[tokio::test]
async fn a_step_is_reached_by_those_before_it() {
    let front = Front::open().await;
    answers(&front).await;
    let mut ada = shopper(&front).await;
    ada.get("/checkout").await.expect_to(STEPS[0]);
    ada.get(STEPS[1]).await.expect_to(STEPS[0]);
    ada.get(STEPS[2]).await.expect_to(STEPS[0]);
    ada.get(STEPS[0]).await.expect(200);
    ada.send(STEPS[0], &[("address", HOME)])
        .await
        .expect_to(STEPS[1]);
    ada.get("/checkout").await.expect_to(STEPS[1]);
    ada.get(STEPS[2]).await.expect_to(STEPS[1]);
    // A card that is not the member's is not there to be paid with.
    ada.send(STEPS[1], &[("method", HOME)])
        .await
        .expect_to(STEPS[2]);
    ada.get(STEPS[2]).await.expect_to(STEPS[1]);
    ada.send(STEPS[1], &[("method", CARD)])
        .await
        .expect_to(STEPS[2]);
    ada.get("/checkout").await.expect_to(STEPS[2]);
    // Another address leaves the card as it is.
    ada.send(STEPS[0], &[("address", HOME)])
        .await
        .expect_to(STEPS[2]);
}

#[tokio::test]
async fn every_step_asks_once_and_all_at_the_same_time() {
    let front = Front::open().await;
    let mut ada = at_review(&front).await;
    for step in STEPS {
        let before = front.services.received_requests().await.unwrap().len();
        let page = ada.get(step).await.expect(200);
        page.shows("aria-current=\"step\"");
        page.hides("<script>alert");
        let asked = front.services.received_requests().await.unwrap();
        let mut paths: Vec<_> = asked[before..]
            .iter()
            .map(|it| it.url.path().to_owned())
            .collect();
        paths.sort();
        let calls = paths.len();
        paths.dedup();
        // The health of two services is one path of this server.
        assert_eq!(calls, paths.len() + 1, "{step}: {paths:?}");
        assert!(paths.contains(&"/api/cart".to_owned()), "{step}: {paths:?}");
    }
}

#[tokio::test]
async fn what_was_chosen_is_shown_once_more_before_it_is_paid() {
    let front = Front::open().await;
    let mut ada = at_review(&front).await;
    let page = ada.get("/checkout/review").await.expect(200);
    for text in [
        "Pay €13.00",
        "data-test=\"pay\"",
        "data-once",
        "Visa ending in 4242",
        "12/2090",
        "1 rue Rambuteau",
        "Ada &lt;script&gt;",
        "Brie &lt;script&gt;",
        "href=\"/checkout/address\"",
        "href=\"/checkout/payment\"",
        "France",
    ] {
        page.shows(text);
    }
    let mut ada = ada.with("accept-language", "fr");
    let page = ada.get("/checkout/review").await.expect(200);
    page.shows("Payer 13,00\u{a0}€");
}

#[tokio::test]
async fn where_order_or_payment_is_not_ready_nobody_is_asked_for_a_card() {
    for service in ["order", "payment"] {
        let unwell = MockServer::start().await;
        let url: url::Url = unwell.uri().parse().unwrap();
        let front = Front::open_with(|it| match service {
            "order" => it.addresses.order_management_url = url,
            _ => it.addresses.payment_management_url = url,
        })
        .await;
        let mut ada = at_unready(&front).await;
        for step in STEPS {
            let page = ada.get(step).await.expect(503);
            page.shows("Orders and payments cannot be reached at the moment");
            page.shows("Your cart is kept");
            page.shows("Try again");
            page.hides("name=\"number\"");
            page.hides("data-test=\"pay\"");
            assert!(page.headers.contains_key("retry-after"));
        }
    }
}

/// The same visitor as at the review, where the steps before it could not be shown.
pub(crate) async fn at_unready(front: &Front) -> Browser {
    answers(front).await;
    let mut ada = shopper(front).await;
    ada.get("/cart").await.expect(200);
    ada.send(STEPS[0], &[("address", HOME)])
        .await
        .expect_to(STEPS[1]);
    ada.send(STEPS[1], &[("method", CARD)])
        .await
        .expect_to(STEPS[2]);
    ada
}

#[tokio::test]
async fn without_the_list_of_cards_nobody_is_asked_for_one() {
    let front = Front::open().await;
    front
        .refuse("GET", "/api/payments/methods", 503, "unavailable")
        .await;
    let mut ada = at_unready(&front).await;
    for step in [STEPS[1], STEPS[2]] {
        let page = ada.get(step).await.expect(503);
        page.shows("Orders and payments cannot be reached at the moment");
        page.hides("name=\"number\"");
    }
    ada.get(STEPS[0]).await.expect(200);
}

#[tokio::test]
async fn without_auth_or_cart_the_page_says_what_still_works() {
    for (at, text) in [
        ("/api/auth/me/addresses", "Accounts cannot be reached"),
        ("/api/cart", "The cart cannot be reached"),
    ] {
        let front = Front::open().await;
        front.refuse("GET", at, 503, "unavailable").await;
        answers(&front).await;
        let mut ada = shopper(&front).await;
        ada.get(STEPS[0]).await.expect(503).shows(text);
    }
}

#[tokio::test]
async fn a_new_address_is_kept_in_the_book_and_used() {
    let front = Front::open().await;
    answers(&front).await;
    front
        .answer("POST", "/api/auth/me/addresses", 201, home())
        .await;
    let mut ada = shopper(&front).await;
    ada.get(STEPS[0]).await.expect(200);
    ada.send(STEPS[0], &new_address()).await.expect_to(STEPS[1]);
    let asked = front.services.received_requests().await.unwrap();
    let post = asked
        .iter()
        .find(|it| it.method.as_str() == "POST" && it.url.path() == "/api/auth/me/addresses");
    let body: Value = post.unwrap().body_json().unwrap();
    assert!(body.get("line2").is_none(), "{body}");
    assert_eq!(body["country"], "FR");
    // A country that the shop does not send to is in no form of ours.
    let mut elsewhere = new_address();
    elsewhere[5].1 = "AQ";
    ada.send(STEPS[0], &elsewhere).await.expect(400);
}

#[tokio::test]
async fn a_wrong_address_says_so_at_the_fields_and_keeps_what_was_typed() {
    let front = Front::open().await;
    answers(&front).await;
    let problem = json!({
        "type": "urn:comptoir:problem:invalid", "title": "Invalid", "status": 422,
        "errors": [
            { "field": "city", "detail": "is empty" },
            { "field": "line1", "detail": "is longer than 200" },
        ],
    });
    front
        .answer("POST", "/api/auth/me/addresses", 422, problem)
        .await;
    let mut ada = shopper(&front).await;
    ada.get(STEPS[0]).await.expect(200);
    let mut typed = new_address();
    typed[1].1 = "1 rue <b>Rambuteau</b>";
    typed[3].1 = "";
    let page = ada.send(STEPS[0], &typed).await.expect(422);
    page.shows("id=\"error-city\"");
    page.shows("Write a town, in at most 100 characters.");
    page.shows("id=\"error-line1\"");
    page.shows("Write a street and a number, in at most 200 characters.");
    page.shows("value=\"1 rue &lt;b&gt;Rambuteau&lt;/b&gt;\"");
    page.hides("id=\"error-name\"");
    page.hides("is longer than");
}

#[tokio::test]
async fn a_full_address_book_says_so() {
    let front = Front::open().await;
    answers(&front).await;
    front
        .refuse("POST", "/api/auth/me/addresses", 409, "too-many-addresses")
        .await;
    let mut ada = shopper(&front).await;
    ada.get(STEPS[0]).await.expect(200);
    let page = ada.send(STEPS[0], &new_address()).await.expect(422);
    page.shows("Your address book is full");
    page.shows("href=\"/account/addresses\"");
}

#[tokio::test]
async fn cards_are_shown_by_their_last_digits_and_expired_ones_are_marked() {
    let front = Front::open().await;
    let mut ada = at_review(&front).await;
    let page = ada.get(STEPS[1]).await.expect(200);
    page.shows("Visa ending in 4242");
    page.shows("American Express ending in 0005");
    page.shows("Expired 01/2020");
    page.shows("4242 4242 4242 4242");
    for attribute in [
        "cc-number",
        "cc-exp-month",
        "cc-exp-year",
        "cc-csc",
        "inputmode=\"numeric\"",
    ] {
        page.shows(attribute);
    }
    let disabled = page.html.split("<input").find(|it| it.contains(EXPIRED));
    assert!(disabled.unwrap().contains("disabled"));
    assert!(Utc::now().year() < 2090);
}

#[tokio::test]
async fn a_card_is_passed_on_and_never_seen_again() {
    let front = Front::open().await;
    let added = visa();
    front
        .answer("POST", "/api/payments/methods", 201, added)
        .await;
    let mut ada = at_review(&front).await;
    ada.get(STEPS[1]).await.expect(200);
    let sent = ada.send(STEPS[1], &new_card()).await;
    assert!(!sent.html.contains("4000"));
    sent.expect_to(STEPS[2]);
    assert!(!ada.cookie.clone().unwrap().contains("4000"));
    let asked = front.services.received_requests().await.unwrap();
    let post = asked
        .iter()
        .find(|it| it.method.as_str() == "POST" && it.url.path() == "/api/payments/methods");
    let body: Value = post.unwrap().body_json().unwrap();
    // Two digits are this century's.
    assert_eq!(body["card"]["exp_year"], 2030);
    assert_eq!(body["card"]["number"], NUMBER);
}

#[tokio::test]
async fn a_wrong_card_says_so_at_the_fields_and_repeats_neither_number_nor_code() {
    let front = Front::open().await;
    let problem = json!({
        "type": "urn:comptoir:problem:invalid-card", "title": "Invalid card", "status": 422,
        "errors": [
            { "field": "card.number", "detail": "is mistyped" },
            { "field": "card.exp_month", "detail": "must be 1 to 12" },
            { "field": "card.exp_year", "detail": "the card has expired" },
            { "field": "card.cvc", "detail": "must have three digits" },
        ],
    });
    front
        .answer("POST", "/api/payments/methods", 422, problem)
        .await;
    let mut ada = at_review(&front).await;
    let page = ada.send(STEPS[1], &new_card()).await.expect(422);
    for text in [
        "This is not a card number",
        "A month is 1 to 12",
        "The card has expired",
        "Three digits; four",
        "aria-invalid=\"true\"",
    ] {
        page.shows(text);
    }
    page.hides("4000");
    page.hides("987");
}

#[tokio::test]
async fn a_card_that_cannot_be_kept_is_said_in_words() {
    for (status, slug, shown, text) in [
        (422, "invalid-card", 422, "This card was not accepted"),
        (
            409,
            "too-many-payment-methods",
            422,
            "as many cards as we can keep",
        ),
        (
            503,
            "outcome-unknown",
            503,
            "Orders and payments cannot be reached",
        ),
    ] {
        let front = Front::open().await;
        front
            .refuse("POST", "/api/payments/methods", status, slug)
            .await;
        let mut ada = at_review(&front).await;
        let page = ada.send(STEPS[1], &new_card()).await.expect(shown);
        page.shows(text);
        page.hides("4000");
    }
}
