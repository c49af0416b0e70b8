//! The click that pays: one order however often it is made, and no failure before it is known.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures_util::join;
use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use testkit::{Browser, Page};

use crate::{
    Front,
    cart::{brie, cart},
    checkout::at_review,
};

const ORDER: &str = "0199e000-0000-7000-8000-000000000001";

fn order() -> Value {
    json!({
        "id": ORDER, "number": "C-2026-000001", "status": "confirmed",
        "total": { "amount": 1300, "currency": "EUR" }, "refunded": { "amount": 0, "currency": "EUR" },
        "lines": [], "tracking_number": null, "carrier": null, "created_at": Utc::now(),
    })
}

fn problem(status: u16, slug: &str, errors: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "type": format!("urn:comptoir:problem:{slug}"), "title": "No", "status": status, "errors": errors,
    }))
}

/// Says this to the next so many checkouts.
async fn say(front: &Front, times: u64, answer: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path("/api/orders"))
        .respond_with(answer)
        .up_to_n_times(times)
        .mount(&front.services)
        .await;
}

/// The hidden fields of the form on a page that pays.
fn fields(page: &Page) -> [(&'static str, String); 3] {
    ["key", "address", "method"].map(|name| {
        let (_, rest) = page
            .html
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap();
        (name, rest.split('"').next().unwrap().to_owned())
    })
}

async fn send(browser: &mut Browser, fields: &[(&'static str, String); 3]) -> Page {
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser.send("/checkout/pay", &fields).await
}

/// The idempotency keys that the order service has seen.
async fn keys(front: &Front) -> Vec<String> {
    let asked = front.services.received_requests().await.unwrap();
    asked
        .iter()
        .filter(|it| it.method.as_str() == "POST" && it.url.path() == "/api/orders")
        .map(|it| it.headers["idempotency-key"].to_str().unwrap().to_owned())
        .collect()
}

async fn open() -> (Front, Browser, [(&'static str, String); 3]) {
    let front = Front::open().await;
    let mut ada = at_review(&front).await;
    let review = ada.get("/checkout/review").await.expect(200);
    let fields = fields(&review);
    (front, ada, fields)
}

#[tokio::test]
async fn a_purchase_leads_to_its_order_and_is_over() {
    let (front, mut ada, form) = open().await;
    say(&front, 9, ResponseTemplate::new(201).set_body_json(order())).await;
    let placed = format!("/orders/{ORDER}?placed=1");
    send(&mut ada, &form).await.expect_to(&placed);
    // The next checkout begins anew.
    ada.get("/checkout").await.expect_to("/checkout/address");
    // The old form is the old order.
    send(&mut ada, &form).await.expect_to(&placed);
    let keys = keys(&front).await;
    assert_eq!(keys, vec![form[0].1.clone(); 2]);
    let post = front.last("POST", "/api/orders").await;
    let body: Value = post.body_json().unwrap();
    assert_eq!(body["payment_method_id"], form[2].1);
    assert_eq!(body["shipping_address"]["line1"], "1 rue Rambuteau");
    assert_eq!(post.headers["authorization"], "Bearer token-of-ada");
    // Answered pages are loaded again by GET.
    ada.get("/checkout/pay")
        .await
        .expect_to("/checkout/address");
}

#[tokio::test]
async fn an_order_of_an_earlier_attempt_is_not_taken_for_a_new_one() {
    let (front, mut ada, form) = open().await;
    let mut before = order();
    before["created_at"] = json!(Utc::now() - TimeDelta::minutes(5));
    say(&front, 1, ResponseTemplate::new(201).set_body_json(before)).await;
    let sent = send(&mut ada, &form).await;
    sent.expect_to(&format!("/orders/{ORDER}"));
    ada.get("/cart").await.shows("has not been ordered yet");
}

#[tokio::test]
async fn what_goes_into_an_empty_cart_is_another_purchase() {
    let (front, mut ada, _form) = open().await;
    let item = "/cart/items/0199b000-0000-7000-8000-000000000009";
    let put = cart(&[brie()]);
    front.answer("PUT", &format!("/api{item}"), 200, put).await;
    ada.send(item, &[("quantity", "2")])
        .await
        .expect_to("/cart");
    ada.get("/checkout").await.expect_to("/checkout/review");
    let add = [("quantity", "2"), ("add", "1")];
    ada.send(item, &add).await.expect_to("/cart");
    ada.get("/checkout").await.expect_to("/checkout/address");
}

#[tokio::test]
async fn the_key_is_drawn_once() {
    let (_front, mut ada, form) = open().await;
    let again = ada.get("/checkout/review").await.expect(200);
    assert_eq!(fields(&again), form);
}

#[tokio::test]
async fn two_clicks_at_once_lead_to_the_same_order() {
    let (front, mut ada, form) = open().await;
    let made = ResponseTemplate::new(201).set_body_json(order());
    let slow = made.clone().set_delay(Duration::from_millis(800));
    say(&front, 1, slow).await;
    say(&front, 1, problem(409, "checkout-in-progress", json!([]))).await;
    say(&front, 9, made).await;
    let mut twin = ada.clone();
    let (first, second) = join!(send(&mut ada, &form), send(&mut twin, &form));
    let placed = format!("/orders/{ORDER}?placed=1");
    first.expect_to(&placed);
    second.expect_to(&placed);
    let keys = keys(&front).await;
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(keys.iter().all(|it| *it == form[0].1), "{keys:?}");
}

#[tokio::test]
async fn a_declined_card_keeps_the_cart_and_the_next_attempt_has_another_key() {
    let (front, mut ada, form) = open().await;
    let declined = |code: &str| {
        let errors = json!([{ "field": "payment_method_id", "detail": code }]);
        problem(402, "payment-declined", errors)
    };
    say(&front, 1, declined("card_declined")).await;
    say(&front, 1, declined("insufficient_funds")).await;
    say(&front, 1, declined("<script>")).await;
    say(&front, 1, problem(402, "payment-declined", json!([]))).await;
    let mut form = form;
    let mut seen = vec![form[0].1.clone()];
    for (to, text) in [
        ("card_declined", "declined this card. Nothing was charged"),
        ("insufficient_funds", "not enough money"),
        ("%3Cscript%3E", "declined this payment"),
        ("late", "Whatever was charged is returned"),
    ] {
        let to = format!("/checkout/payment?declined={to}");
        send(&mut ada, &form).await.expect_to(&to);
        let page = ada.get(&to).await.expect(200);
        page.shows("role=\"alert\"");
        page.shows(text);
        page.shows("your cart is kept");
        page.hides("<script>");
        // The card that was declined is not offered as if nothing had happened.
        page.hides("checked");
        ada.get("/checkout/review")
            .await
            .expect_to("/checkout/payment");
        let method = form[2].1.clone();
        let sent = ada.send("/checkout/payment", &[("method", &method)]).await;
        sent.expect_to("/checkout/review");
        form = fields(&ada.get("/checkout/review").await.expect(200));
        assert!(!seen.contains(&form[0].1), "a spent key");
        seen.push(form[0].1.clone());
    }
}

#[tokio::test]
async fn an_old_form_does_not_spend_the_key_of_the_next_attempt() {
    let (front, mut ada, old) = open().await;
    say(&front, 2, problem(402, "payment-declined", json!([]))).await;
    send(&mut ada, &old).await.expect(303);
    let sent = ada
        .send("/checkout/payment", &[("method", &old[2].1)])
        .await;
    sent.expect_to("/checkout/review");
    let new = fields(&ada.get("/checkout/review").await.expect(200));
    send(&mut ada, &old).await.expect(303);
    assert_eq!(fields(&ada.get("/checkout/review").await.expect(200)), new);
}

#[tokio::test]
async fn an_unknown_outcome_is_waited_for_under_the_same_key() {
    for unknown in [
        problem(503, "outcome-unknown", json!([])),
        problem(503, "unavailable", json!([])),
        problem(500, "internal", json!([])),
        problem(429, "too-many-attempts", json!([])),
        ResponseTemplate::new(502).set_body_string("no"),
    ] {
        let (front, mut ada, form) = open().await;
        say(&front, 2, unknown).await;
        say(&front, 1, ResponseTemplate::new(201).set_body_json(order())).await;
        let page = send(&mut ada, &form).await.expect(200);
        page.shows("We are waiting for the bank");
        page.shows("Nothing is charged twice");
        page.shows("Check again");
        page.shows("hx-trigger=\"load delay:2s");
        page.shows("<html");
        for wrong in ["declined", "failed", "data-test=\"pay\""] {
            page.hides(wrong);
        }
        assert_eq!(fields(&page), form);

        // With scripts, a part of the page asks again and is told where to go.
        let mut lively = ada.clone().with("hx-request", "true");
        let part = send(&mut lively, &form).await.expect(200);
        part.hides("<html");
        assert_eq!(fields(&part), form);
        let part = send(&mut lively, &form).await.expect(200);
        let placed = format!("/orders/{ORDER}?placed=1");
        assert_eq!(part.headers["hx-redirect"], placed.as_str());
        let keys = keys(&front).await;
        assert_eq!(keys, vec![form[0].1.clone(); 3]);
    }
}

#[tokio::test]
async fn a_checkout_that_stays_under_way_is_waited_for() {
    let (front, mut ada, form) = open().await;
    say(&front, 99, problem(409, "checkout-in-progress", json!([]))).await;
    let page = send(&mut ada, &form).await.expect(200);
    page.shows("We are waiting for the bank");
    assert_eq!(fields(&page), form);
    let keys = keys(&front).await;
    assert!(keys.len() > 5 && keys.len() < 40, "{} calls", keys.len());
}

#[tokio::test]
async fn without_the_address_book_a_payment_is_no_failure_either() {
    let (front, mut ada, form) = open().await;
    front.services.reset().await;
    front
        .refuse("GET", "/api/auth/me/addresses", 503, "unavailable")
        .await;
    let page = send(&mut ada, &form).await.expect(200);
    page.shows("We are waiting for the bank");
    assert_eq!(fields(&page), form);
}

#[tokio::test]
async fn where_nobody_can_say_who_pays_an_outcome_is_waited_for_too() {
    let front = Front::open().await;
    front
        .refuse("POST", "/api/auth/refresh", 503, "unavailable")
        .await;
    let mut ada = front.member_for("ada", &["customer"], -60).await;
    ada.get("/cart").await;
    let form = ["key", "address", "method"].map(|name| (name, ORDER.to_owned()));
    let page = send(&mut ada, &form).await.expect(200);
    page.shows("We are waiting for the bank");
    assert_eq!(fields(&page), form);
    assert!(keys(&front).await.is_empty());
}

#[tokio::test]
async fn nobody_pays_another_total_than_the_button_said() {
    let (front, mut ada, form) = open().await;
    say(&front, 9, ResponseTemplate::new(201).set_body_json(order())).await;
    let review = ada.get("/checkout/review").await.expect(200);
    review.shows("name=\"total\" value=\"13.00 EUR\"");
    let with_total = |total: &'static str| {
        let mut ada = ada.clone();
        let form = form.clone();
        async move {
            let mut sent: Vec<_> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
            sent.push(("total", total));
            (ada.send("/checkout/pay", &sent).await, ada)
        }
    };
    // The cart comes to something else by now: another tab, or another price.
    let (sent, mut other) = with_total("12.00 EUR").await;
    sent.expect_to("/checkout/review");
    assert!(keys(&front).await.is_empty());
    let page = other.get("/checkout/review").await.expect(200);
    page.shows("this click ordered nothing");
    assert_eq!(fields(&page), form);
    let (sent, _) = with_total("13.00 EUR").await;
    sent.expect_to(&format!("/orders/{ORDER}?placed=1"));
}

#[tokio::test]
async fn an_order_of_another_total_is_not_taken_for_the_one_of_this_click() {
    let front = Front::open().await;
    let mut ada = at_review(&front).await;
    let form = fields(&ada.get("/checkout/review").await.expect(200));
    let mut before = order();
    before["total"]["amount"] = json!(9900);
    say(&front, 1, ResponseTemplate::new(201).set_body_json(before)).await;
    let mut sent: Vec<_> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
    sent.push(("total", "13.00 EUR"));
    ada.send("/checkout/pay", &sent)
        .await
        .expect_to(&format!("/orders/{ORDER}"));
}

#[tokio::test]
async fn a_page_that_waits_says_no_total_unless_nothing_was_ordered() {
    let (front, mut ada, form) = open().await;
    say(&front, 1, problem(503, "outcome-unknown", json!([]))).await;
    let mut sent: Vec<_> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
    sent.push(("total", "13.00 EUR"));
    ada.get("/checkout/review").await.expect(200);
    let page = ada.send("/checkout/pay", &sent).await.expect(200);
    // The order may be there when it asks again, and the cart another one.
    page.hides("name=\"total\"");

    // Where none can be there yet, it would still be another total.
    say(&front, 1, problem(503, "unavailable", json!([]))).await;
    let page = ada.send("/checkout/pay", &sent).await.expect(200);
    page.shows("name=\"total\" value=\"13.00 EUR\"");
}

#[tokio::test]
async fn a_payment_from_before_a_sign_in_is_not_sent_and_nobody_is_told_that_it_never_was() {
    let (front, mut ada, form) = open().await;
    ada.proof = String::new();
    let page = send(&mut ada, &form).await.expect(403);
    page.shows("look at your orders");
    page.shows("href=\"/orders\"");
    page.hides("Nothing was done");
    assert!(keys(&front).await.is_empty());
}

#[tokio::test]
async fn an_address_that_is_not_the_members_is_not_sent_to() {
    let (front, mut ada, mut form) = open().await;
    form[1].1 = ORDER.to_owned();
    send(&mut ada, &form).await.expect_to("/checkout/address");
    let page = ada.get("/checkout/address").await.expect(200);
    page.shows("no longer in your address book");
    assert!(keys(&front).await.is_empty());
    form[0].1 = "not-a-key".to_owned();
    send(&mut ada, &form).await.expect(400);
}

#[tokio::test]
async fn other_refusals_lead_to_where_something_can_be_done() {
    for (status, slug, to, text) in [
        (409, "out-of-stock", "/cart", "sold out just now"),
        (422, "unknown-product", "/cart", "sold out just now"),
        (
            422,
            "cart-too-large",
            "/cart",
            "too many different products",
        ),
        (422, "cart-empty", "/orders", "your order has been placed"),
        (
            422,
            "unknown-payment-method",
            "/checkout/payment?declined=unknown",
            "no longer in your account",
        ),
    ] {
        let (front, mut ada, form) = open().await;
        say(&front, 1, problem(status, slug, json!([]))).await;
        send(&mut ada, &form).await.expect_to(to);
        // The history is another page's.
        let shown = if to == "/orders" { "/cart" } else { to };
        ada.get(shown).await.expect(200).shows(text);
    }
}

#[tokio::test]
async fn a_key_that_was_used_for_something_else_begins_anew_only_when_asked_to() {
    let (front, mut ada, form) = open().await;
    say(&front, 1, problem(422, "idempotency-key-reused", json!([]))).await;
    let page = send(&mut ada, &form).await.expect(422);
    page.shows("This checkout was sent before");
    page.shows("href=\"/orders\"");
    let review = ada.get("/checkout/review").await.expect(200);
    assert_eq!(fields(&review), form);
    ada.send("/checkout", &[]).await.expect_to("/checkout");
    let review = ada.get("/checkout/review").await.expect(200);
    assert_ne!(fields(&review)[0], form[0]);
    assert_eq!(fields(&review)[1..], form[1..]);
}

#[tokio::test]
async fn somebody_whose_session_has_ended_signs_in_first() {
    let (front, mut ada, form) = open().await;
    say(&front, 1, problem(401, "unauthenticated", json!([]))).await;
    let sent = send(&mut ada, &form).await;
    sent.expect_to("/sign-in?to=%2Faccount");
}
