//! Access tokens end after minutes; visits do not.

use std::time::Duration;

use futures_util::join;
use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use testkit::Browser;

use crate::{Front, empty_cart};

fn tokens(name: &str, expires_in: i64) -> Value {
    json!({
        "access_token": format!("{name}-access"), "refresh_token": format!("{name}-refresh"),
        "token_type": "Bearer", "expires_in": expires_in,
    })
}

/// Somebody whose access token has ended, or is about to.
async fn member(front: &Front, expires_in: i64) -> Browser {
    let me = json!({
        "id": "0199a000-0000-7000-8000-000000000001", "email": "ada@example.com", "name": "Ada",
        "roles": ["customer"], "created_at": "2026-11-01T10:00:00Z",
    });
    let found = json!({
        "items": [], "total": 0, "next_cursor": null,
        "facets": { "categories": [], "price_bands": [], "in_stock": { "count": 0, "out_of_stock": 0 } },
    });
    front
        .answer("POST", "/api/auth/login", 200, tokens("old", expires_in))
        .await;
    front.answer("GET", "/api/auth/me", 200, me).await;
    front.answer("GET", "/api/cart", 200, empty_cart()).await;
    front
        .answer("GET", "/api/catalog/products", 200, found)
        .await;
    front
        .answer(
            "GET",
            "/api/orders",
            200,
            json!({ "items": [], "next_cursor": null }),
        )
        .await;
    let mut browser = front.browser();
    browser.get("/sign-in").await.expect(200);
    let fields = [
        ("email", "ada@example.com"),
        ("password", "a long enough phrase"),
        ("to", "/"),
    ];
    browser.send("/sign-in", &fields).await.expect(303);
    browser
}

#[tokio::test]
async fn two_requests_at_once_exchange_a_token_once_and_go_on_with_the_new_one() {
    let front = Front::open().await;
    let mut first = member(&front, 1).await;
    let slow = ResponseTemplate::new(200)
        .set_body_json(tokens("new", 300))
        .set_delay(Duration::from_millis(300));
    Mock::given(method("POST"))
        .and(path("/api/auth/refresh"))
        .respond_with(slow)
        .mount(&front.services)
        .await;
    let old = first.clone();
    let mut second = first.clone();
    let (a, b) = join!(first.get("/account"), second.get("/account"));
    a.expect(200);
    b.expect(200);
    // One that comes a little later, as from another tab, still carries the old cookie.
    let mut third = old;
    third.get("/account").await.expect(200);

    assert_eq!(front.count("POST", "/api/auth/refresh").await, 1);
    let sent = front.last("POST", "/api/auth/refresh").await;
    let sent: Value = sent.body_json().unwrap();
    assert_eq!(sent["refresh_token"], "old-refresh");
    // The first was for signing in.
    for request in front.all("GET", "/api/auth/me").await.iter().skip(1) {
        assert_eq!(request.headers["authorization"], "Bearer new-access");
    }
    assert_eq!(front.count("GET", "/api/auth/me").await, 4);
}

#[tokio::test]
async fn a_session_that_has_ended_makes_a_guest_who_is_told_so() {
    let front = Front::open().await;
    let mut member = member(&front, 1).await;
    front
        .refuse("POST", "/api/auth/refresh", 401, "session-ended")
        .await;
    let page = member.get("/").await.expect(200);
    page.shows("You have been signed out");
    page.hides("Ada");
    member
        .get("/account")
        .await
        .expect_to("/sign-in?to=%2Faccount");
}

#[tokio::test]
async fn where_nobody_can_renew_a_token_that_has_ended_browsing_goes_on() {
    let front = Front::open().await;
    let mut member = member(&front, -60).await;
    // The home page is shown, and the cart is not asked for with a token that has ended.
    let carts = front.count("GET", "/api/cart").await;
    let page = member.get("/").await.expect(200);
    page.hides("You have been signed out");
    page.shows("Ada");
    assert_eq!(front.count("GET", "/api/cart").await, carts);
    for path in ["/account", "/account/security", "/orders"] {
        let page = member.get(path).await.expect(503);
        page.shows("Accounts cannot be reached");
        page.shows("You can go on looking around");
        assert!(page.headers.contains_key("retry-after"));
    }
    assert_eq!(front.count("GET", "/api/auth/me").await, 1);

    // And when the auth service is back, the member still is one.
    front
        .answer("POST", "/api/auth/refresh", 200, tokens("new", 300))
        .await;
    member.get("/account").await.expect(200).shows("Ada");
}

#[tokio::test]
async fn a_token_that_still_lasts_is_used_while_nobody_can_renew_it() {
    let front = Front::open().await;
    let mut member = member(&front, 10).await;
    member.get("/account").await.expect(200).shows("Ada");
    let sent = front.last("GET", "/api/auth/me").await;
    assert_eq!(sent.headers["authorization"], "Bearer old-access");
}

#[tokio::test]
async fn signing_out_works_where_nobody_can_renew_the_token() {
    let front = Front::open().await;
    let mut member = member(&front, -60).await;
    member.get("/").await.expect(200);
    member.send("/sign-out", &[]).await.expect_to("/");
    let page = member.get("/").await.expect(200);
    page.shows("the session ends there by itself");
    page.hides("Ada");
}

#[tokio::test]
async fn an_order_that_is_awaited_is_asked_for_again_where_nobody_can_renew_a_token() {
    let front = Front::open().await;
    let member = member(&front, -60).await;
    let mut htmx = member.with("hx-request", "true");
    let at = "/orders/0199e000-0000-7000-8000-000000000001/status";
    // Nothing of what is shown changes.
    htmx.get(at).await.expect(204);
}
