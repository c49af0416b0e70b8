//! The state of each service, what it does, and the last audit.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use super::{ESCAPED, SCRIPT, TRACE, TRACE_PAGE, asked, clerk, is_sound};
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

fn span(id: &str, parent: Option<&str>, name: &str, service: &str, started: u64) -> Value {
    json!({
        "trace_id": TRACE, "span_id": id, "parent_id": parent, "links": [], "service": service,
        "name": name, "kind": "server", "started": 1_795_600_000_000_000_u64 + started,
        "micros": 20_000, "failed": false, "attributes": { "http.response.status_code": "201" },
    })
}

/// What each service says that it did.
fn activity() -> Value {
    let mut failed = span("00f067aa0ba902b8", None, "GET /things/{id}", "cart", 0);
    failed["trace_id"] = json!("0af7651916cd43dd8448eb211c80319c");
    failed["failed"] = json!(true);
    failed["attributes"] = json!({ "http.response.status_code": "500" });
    failed["micros"] = json!(2_500_000);
    let mut own = span(
        "00f067aa0ba902b9",
        None,
        "GET /admin/operations",
        "storefront",
        5,
    );
    own["trace_id"] = json!("5af7651916cd43dd8448eb211c80319c");
    json!({
        "seconds": 60.0,
        "routes": [
            { "method": "GET", "route": "/things/{id}", "requests": 150, "failed": 3,
              "p50": 0.0012, "p95": 0.5, "p99": 1.25 },
            { "method": "GET", "route": SCRIPT, "requests": 1, "failed": 0,
              "p50": 0.001, "p95": 0.001, "p99": 0.001 },
        ],
        "numbers": [
            { "name": "orders", "labels": { "status": "confirmed" }, "value": 1204.0 },
            { "name": "orders", "labels": { "status": SCRIPT }, "value": 1.0 },
            { "name": "outbox_pending", "labels": {}, "value": 7.0 },
            { "name": "outbox_oldest_age_seconds", "labels": {}, "value": 12.4 },
            { "name": "something_else", "labels": {}, "value": 99_999.0 },
        ],
        "entries": [
            span("00f067aa0ba902b7", None, &format!("POST {SCRIPT}"), "order", 10),
            failed,
            own,
        ],
    })
}

async fn at_work() -> Front {
    let front = well().await;
    front.answer("GET", "/activity", 200, activity()).await;
    front
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    front
}

#[tokio::test]
async fn what_the_services_do_is_shown_as_they_tell_it() {
    let front = at_work().await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    is_sound(&page);
    for text in [
        "GET /things/{id}",
        // 150 a minute, 3 of them failed.
        ">2.5<",
        ">2.0 %<",
        ">1.2 ms<",
        ">1,250.0 ms<",
        &format!("GET {ESCAPED}"),
        // Orders and messages.
        ">Paid</dt><dd>1,204<",
        &format!("<dt>{ESCAPED}</dt><dd>1<"),
        "still to be delivered</dt><dd>7<",
        "<dd>12 s<",
        // The last requests, each once, whoever tells of it.
        &format!("order POST {ESCAPED}"),
        "cart GET /things/{id}",
        "href=\"/admin/operations/traces?id=0af7651916cd43dd8448eb211c80319c\"",
    ] {
        page.shows(text);
    }
    page.hides("99,999");
    // Watching is not what is watched.
    page.hides("storefront GET /admin/operations");
    assert_eq!(
        page.html.matches("order POST").count(),
        2,
        "slowest, latest"
    );
    assert_eq!(page.html.matches("cart GET").count(), 3, "failed too");
    assert_eq!(asked(&front, "/activity").await, 5);

    let mut french = clerk.with("accept-language", "fr");
    let page = french.get("/admin/operations").await.expect(200);
    is_sound(&page);
    page.shows(">2,5<");
    page.shows("Payée");
}

#[tokio::test]
async fn a_page_says_so_where_the_services_tell_nothing() {
    let front = well().await;
    front
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    is_sound(&page);
    page.shows("The order service, which counts them, does not answer.");
    // The storefront itself, where the clerk looked for a page that is not there.
    page.shows("<td class=\"code\" data-label=\"Service\">storefront</td>");
}

#[tokio::test]
async fn a_trace_is_shown_step_by_step() {
    let mut later = span(
        "00f067aa0ba90200",
        None,
        "deliver clear_cart",
        "order",
        90_000,
    );
    later["trace_id"] = json!("0af7651916cd43dd8448eb211c80319c");
    later["links"] = json!([TRACE]);
    let path_of_trace = format!("/traces/{TRACE}");
    let items = json!({ "items": [
        span("00f067aa0ba902b9", Some("00f067aa0ba902b8"), "GET the cart", "cart", 2_000),
        span("00f067aa0ba902b7", Some("ffffffffffffffff"), "POST /orders", "order", 0),
        span("00f067aa0ba902c0", Some("00f067aa0ba902b7"), SCRIPT, "order", 9_000),
        span("00f067aa0ba902b8", Some("00f067aa0ba902b7"), "GET", "order", 1_000),
        later,
    ] });
    let teller = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(path_of_trace))
        .respond_with(ResponseTemplate::new(200).set_body_json(items))
        .mount(&teller)
        .await;
    let url: url::Url = teller.uri().parse().unwrap();
    let second = Front::open_with(|it| it.addresses.order_management_url = url).await;
    second
        .answer("GET", AUDITS, 200, json!({ "items": [] }))
        .await;
    let mut clerk = clerk(&second).await;
    let page = clerk.get(TRACE_PAGE).await.expect(200);
    is_sound(&page);
    let places: Vec<_> = ["POST /orders", ">GET<", "GET the cart", ESCAPED]
        .map(|it| page.html.find(it).unwrap_or_else(|| panic!("no {it}")))
        .into();
    assert!(places.is_sorted(), "{places:?}");
    for text in [
        TRACE,
        ">2.0 ms<",
        ">9.0 ms<",
        ">29.0 ms<",
        "deliver clear_cart",
    ] {
        page.shows(text);
    }
    page.shows("href=\"/admin/operations/traces?id=0af7651916cd43dd8448eb211c80319c\"");
}

#[tokio::test]
async fn what_is_no_trace_is_asked_of_nobody() {
    let front = at_work().await;
    let mut clerk = clerk(&front).await;
    for id in [
        "",
        "1",
        "../../health",
        &format!("{TRACE}0"),
        "zzf92f3577b34da6a3ce929d0e0e4736",
    ] {
        let page = clerk
            .get(&format!("/admin/operations/traces?id={id}"))
            .await
            .expect(200);
        page.shows("Nothing is left of this trace.");
    }
    assert_eq!(asked(&front, "/traces").await, 0);
    clerk.get(TRACE_PAGE).await.expect(200).shows(TRACE);
    assert_eq!(asked(&front, "/traces").await, 5);
}
