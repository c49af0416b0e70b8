//! The state of each service, and the last audit.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use super::{ESCAPED, SCRIPT, asked, clerk, is_sound};
use crate::Front;

const AUDITS: &str = "/api/orders/admin/audits";

fn health(ready: bool, reason: Option<&str>) -> Value {
    json!({
        "service": "any", "version": "9.8.7", "revision": "0123456789abcdef",
        "started_at": "2026-11-24T10:00:00Z", "ready": ready, "reason": reason,
    })
}

fn audit() -> Value {
    let found = |name: &str, violations: i64, examples: Value| {
        json!({
            "name": name, "promise": format!("as recorded {SCRIPT}"), "checked": 1204,
            "violations": violations, "examples": examples,
        })
    };
    json!({ "items": [{
        "id": super::ORDER, "recorded_at": "2026-11-25T01:00:01Z", "finished_at": "2026-11-25T01:00:00Z",
        "clean": false, "version": "1.2.3",
        "invariants": [
            found("I1", 0, json!([])),
            found("I2", 2, json!([format!("order {SCRIPT}")])),
            found("I9", 0, json!([])),
        ],
    }] })
}

async fn well() -> Front {
    let front = Front::open().await;
    front
        .answer("GET", "/health", 200, health(true, None))
        .await;
    front
}

#[tokio::test]
async fn every_service_says_how_it_is() {
    let front = well().await;
    front
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    is_sound(&page);
    for service in ["storefront", "auth", "catalog", "cart", "payment", "order"] {
        page.shows(&format!("scope=\"row\">{service}</th>"));
    }
    for text in [
        "All services are ready.",
        "9.8.7 0123456789ab",
        "24 November 2026 at 11:00",
        " ms",
        "made this page",
        env!("CARGO_PKG_VERSION"),
    ] {
        page.shows(text);
    }
    // No audit was recorded yet; this is how one is.
    page.shows("comptoir audit");
    assert_eq!(asked(&front, "/health").await, 5);
    assert_eq!(asked(&front, AUDITS).await, 1);
}

#[tokio::test]
async fn a_service_that_is_not_ready_says_why_and_a_silent_one_is_seen() {
    let front = well().await;
    let ill = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(health(false, Some(SCRIPT)));
    Mock::given(method("GET"))
        .and(path("/health"))
        .respond_with(answer)
        .mount(&ill)
        .await;
    let url = ill.uri().parse().unwrap();
    let front_url: url::Url = front.services.uri().parse().unwrap();
    let second = Front::open_with(|it| {
        it.addresses.cart_management_url = url;
        // Nobody listens there.
        it.addresses.order_management_url = "http://127.0.0.1:1".parse().unwrap();
        it.addresses.auth_management_url = front_url;
    })
    .await;
    second
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&second).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    is_sound(&page);
    page.shows("Not ready");
    page.shows(ESCAPED);
    page.shows("No answer");
    // Catalog and payment answer with something else.
    page.shows("4 services are not ready.");
}

#[tokio::test]
async fn the_last_audit_is_told_promise_by_promise() {
    let front = well().await;
    front.answer("GET", AUDITS, 200, audit()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    is_sound(&page);
    for text in [
        "A promise was broken.",
        "25 November 2026 at 02:00, by version 1.2.3",
        "One order for each customer and checkout",
        "An order is paid if and only if",
        "1,204",
        &format!("order {ESCAPED}"),
        &format!("as recorded {ESCAPED}"),
    ] {
        page.shows(text);
    }
    page.hides("comptoir audit");
    let mut french = clerk.with("accept-language", "fr");
    let page = french.get("/admin/operations").await.expect(200);
    is_sound(&page);
    page.shows("Une promesse n’a pas été tenue.");
}

#[tokio::test]
async fn the_table_stays_where_the_order_service_is_down() {
    let front = well().await;
    front.refuse("GET", AUDITS, 503, "unavailable").await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    page.shows("All services are ready.");
    page.shows("The order service, which keeps the audits, does not answer.");
}

#[tokio::test]
async fn the_status_renews_itself_without_the_page_around_it() {
    let front = well().await;
    front
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    page.shows("hx-get=\"/admin/operations\"");
    page.shows("hx-trigger=\"every 5s\"");
    let carts = asked(&front, "/api/cart").await;

    let mut htmx = clerk.with("hx-request", "true");
    let part = htmx.get("/admin/operations").await.expect(200);
    assert!(part.html.starts_with("<div id=\"status\""), "{}", part.html);
    part.shows("hx-trigger=\"every 5s\"");
    part.shows("Read at ");
    part.hides("<html");
    assert_eq!(asked(&front, "/api/cart").await, carts);
}

#[tokio::test]
async fn the_status_of_somebody_signed_out_leads_to_the_sign_in() {
    let front = well().await;
    front.refuse("GET", AUDITS, 401, "unauthenticated").await;
    let clerk = clerk(&front).await;
    let mut htmx = clerk.with("hx-request", "true");
    let part = htmx.get("/admin/operations").await.expect(200);
    assert_eq!(part.headers["hx-redirect"], "/sign-in?to=%2Faccount");
}

#[tokio::test]
async fn a_service_that_takes_too_long_is_not_waited_for() {
    let slow = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .set_body_json(health(true, None))
        .set_delay(Duration::from_secs(20));
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&slow)
        .await;
    let url = slow.uri().parse().unwrap();
    let front = Front::open_with(|it| it.addresses.payment_management_url = url).await;
    front
        .answer("GET", "/health", 200, health(true, None))
        .await;
    front
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    page.shows("One service is not ready.");
    page.shows("No answer");
}
