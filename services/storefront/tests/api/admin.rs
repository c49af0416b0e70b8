//! The back office: who may go in, and each of its pages (in `admin/`).

mod dashboard;
mod operations;
mod orders;
mod products;
mod returns;
mod stock;

use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{any, path_regex},
};

use testkit::{Browser, Page};

use crate::Front;

pub(crate) const ORDER: &str = "0199a000-0000-7000-8000-00000000000a";
pub(crate) const RETURN: &str = "0199a000-0000-7000-8000-00000000000b";
pub(crate) const PRODUCT: &str = "0199a000-0000-7000-8000-00000000000c";
pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub(crate) const TRACE_PAGE: &str = "/admin/operations/traces?id=4bf92f3577b34da6a3ce929d0e0e4736";
/// What must never come out of a page as it went in.
pub(crate) const SCRIPT: &str = "<script>alert(1)</script>";
/// What a page makes of it.
pub(crate) const ESCAPED: &str = "&lt;script&gt;alert(1)&lt;/script&gt;";

/// Every page.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = [
        "/admin",
        "/admin/orders",
        "/admin/orders?status=confirmed",
        "/admin/returns",
        "/admin/products",
        "/admin/products?q=brie&show=low",
        "/admin/products/new",
        "/admin/operations",
        TRACE_PAGE,
    ]
    .map(ToOwned::to_owned)
    .into();
    pages.push(format!("/admin/orders/{ORDER}"));
    pages.push(format!("/admin/orders/{ORDER}/pack"));
    pages.push(format!("/admin/products/{PRODUCT}"));
    pages.push(format!("/admin/products/{PRODUCT}/stock"));
    pages
}

/// Every form: where it is sent, and its fields.
fn forms() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let order = |rest: &str| format!("/admin/orders/{ORDER}/{rest}");
    let back = |verb: &str| order(&format!("returns/{RETURN}/{verb}"));
    let product = vec![
        ("slug", "rye-bread"),
        ("name", "Rye bread"),
        ("name_fr", "Pain de seigle"),
        ("description", ""),
        ("description_fr", ""),
        ("category", "bread"),
        ("price", "4.50"),
        ("available", "12"),
    ];
    vec![
        (order("pack"), vec![]),
        (order("ship"), vec![("tracking_number", "FR-42")]),
        (order("deliver"), vec![]),
        (back("approve"), vec![]),
        (back("refuse"), vec![("reason", "It is in pieces")]),
        (back("receive"), vec![]),
        ("/admin/products".to_owned(), product.clone()),
        (format!("/admin/products/{PRODUCT}"), product),
        (
            format!("/admin/products/{PRODUCT}/stock"),
            vec![("delta", "3"), ("reason", "restock")],
        ),
    ]
}

/// What the services say to staff, whatever is asked.
async fn everywhere(front: &Front, answer: ResponseTemplate) {
    Mock::given(path_regex("^/api/(orders|catalog)/admin"))
        .respond_with(answer)
        .mount(&front.services)
        .await;
}

fn problem(status: u16, slug: &str) -> ResponseTemplate {
    let kind = format!("urn:comptoir:problem:{slug}");
    let body = json!({ "type": kind, "title": "No", "status": status });
    ResponseTemplate::new(status).set_body_json(body)
}

/// A clerk, who has a proof for forms.
pub(crate) async fn clerk(front: &Front) -> Browser {
    let mut clerk = front.member("clerk", &["staff"]).await;
    proved(&mut clerk).await;
    clerk
}

/// Every page has a form, that of the language.
async fn proved(visitor: &mut Browser) {
    visitor.get("/nothing").await.expect(404);
}

/// How many requests came for what begins like this.
pub(crate) async fn asked(front: &Front, beginning: &str) -> usize {
    let requests = front.services.received_requests().await.unwrap();
    let found = requests
        .iter()
        .filter(|it| it.url.path().starts_with(beginning));
    found.count()
}

/// The JSON of the last request for this.
pub(crate) async fn sent(front: &Front, verb: &str, path: &str) -> Value {
    let requests = front.services.received_requests().await.unwrap();
    let found = requests
        .iter()
        .rfind(|it| it.method.as_str() == verb && it.url.path() == path)
        .unwrap_or_else(|| panic!("no {verb} {path}"));
    assert_eq!(found.headers["authorization"], "Bearer token-of-clerk");
    serde_json::from_slice(&found.body).unwrap_or_default()
}

/// The query of the last request for this.
pub(crate) async fn query(front: &Front, path: &str) -> Vec<(String, String)> {
    let requests = front.services.received_requests().await.unwrap();
    let found = requests.iter().rfind(|it| it.url.path() == path).unwrap();
    let pairs = found.url.query_pairs();
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Panics where a page has something of a visitor's making in it, something inline, or no text for a name.
#[track_caller]
pub(crate) fn is_sound(page: &Page) {
    for bad in ["<script>", " style=", "<style", ">admin-", "\"admin-error"] {
        page.hides(bad);
    }
    assert_eq!(page.html.matches("<h1").count(), 1, "{}", page.html);
}

pub(crate) fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// An order as staff see it.
pub(crate) fn order(status: &str) -> Value {
    json!({
        "id": ORDER, "user_id": RETURN, "number": "C-2026-000123", "status": status,
        "total": eur(2598), "refunded": eur(0),
        "lines": [{
            "product_id": PRODUCT, "name": "Brie", "name_fr": "Brie de Meaux", "quantity": 2,
            "unit_price": eur(1299), "line_total": eur(2598),
        }],
        "created_at": "2026-11-24T10:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
        "shipping_address": {
            "name": "Ada Visitor", "line1": "1 rue Rambuteau", "city": "Paris",
            "postal_code": "75001", "country": "FR",
        },
        "timeline": [
            { "at": "2026-11-24T10:00:00Z", "kind": "placed", "actor": "customer" },
            { "at": "2026-11-24T10:00:01Z", "kind": "confirmed", "actor": "system" },
        ],
        "returns": [],
    })
}

/// A return.
pub(crate) fn sent_back(state: &str) -> Value {
    json!({
        "id": RETURN, "order_id": ORDER, "user_id": RETURN, "state": state, "reason": "One was enough",
        "refund": eur(1299),
        "lines": [{ "product_id": PRODUCT, "name": "Brie", "quantity": 1, "unit_price": eur(1299) }],
        "created_at": "2026-11-25T10:00:00Z", "updated_at": "2026-11-25T10:00:00Z",
    })
}

/// A product as staff keep it.
pub(crate) fn record() -> Value {
    json!({
        "id": PRODUCT, "slug": "brie", "category": "bread", "name": "Brie", "name_fr": "Brie de Meaux",
        "description": "Soft and white.", "description_fr": "Doux et blanc.", "price": eur(123_450),
        "available": 4, "reserved": 1, "sold": 30, "image_url": "/api/catalog/images/brie.svg?v=1",
        "featured": true, "retired_at": null,
        "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00Z",
    })
}

#[tokio::test]
async fn guests_are_asked_who_they_are_and_come_back() {
    let front = Front::open().await;
    let mut guest = front.browser();
    proved(&mut guest).await;
    for page in pages() {
        let query = serde_urlencoded::to_string([("to", &page)]).unwrap();
        let to = format!("/sign-in?{query}");
        guest.get(&page).await.expect_to(&to);
    }
    for (path, fields) in forms() {
        let answer = guest.send(&path, &fields).await;
        answer.expect_to("/sign-in?to=%2Faccount");
    }
    assert_eq!(asked(&front, "/api/orders").await, 0);
    assert_eq!(asked(&front, "/api/catalog/admin").await, 0);
}

#[tokio::test]
async fn customers_are_kept_out() {
    let front = Front::open().await;
    let mut customer = front.member("camille", &["customer"]).await;
    proved(&mut customer).await;
    for page in pages() {
        let page = customer.get(&page).await.expect(403);
        page.shows("This door is for staff");
    }
    for (path, fields) in forms() {
        let page = customer.send(&path, &fields).await.expect(403);
        page.shows("This door is for staff");
    }
    assert_eq!(asked(&front, "/api/orders").await, 0);
    assert_eq!(asked(&front, "/api/catalog/admin").await, 0);
}

/// Somebody who was staff when they signed in, and is no longer.
#[tokio::test]
async fn the_services_have_the_last_word() {
    let front = Front::open().await;
    everywhere(&front, problem(403, "forbidden")).await;
    let mut clerk = clerk(&front).await;
    for page in asking_pages() {
        clerk
            .get(&page)
            .await
            .expect(403)
            .shows("This door is for staff");
    }
    for (path, fields) in forms() {
        let page = clerk.send(&path, &fields).await.expect(403);
        page.shows("This door is for staff");
    }
}

/// The pages that ask a service for what only staff may see.
fn asking_pages() -> Vec<String> {
    let asks_nothing = ["/admin/products/new", "/pack", "/stock"];
    let mut pages = pages();
    pages.retain(|page| !asks_nothing.iter().any(|it| page.ends_with(it)));
    pages
}

#[tokio::test]
async fn who_is_signed_out_elsewhere_signs_in_again() {
    for page in asking_pages() {
        let front = Front::open().await;
        everywhere(&front, problem(401, "unauthenticated")).await;
        let mut clerk = clerk(&front).await;
        let query = serde_urlencoded::to_string([("to", &page)]).unwrap();
        let to = format!("/sign-in?{query}");
        clerk.get(&page).await.expect_to(&to);
        // The token is forgotten.
        let before = asked(&front, "/api").await;
        clerk.get(&page).await.expect_to(&to);
        assert_eq!(asked(&front, "/api").await, before, "{page}");
    }
    for (path, fields) in forms() {
        let front = Front::open().await;
        everywhere(&front, problem(401, "unauthenticated")).await;
        let mut clerk = clerk(&front).await;
        let answer = clerk.send(&path, &fields).await;
        answer.expect_to("/sign-in?to=%2Faccount");
    }
}

#[tokio::test]
async fn a_form_of_somebody_elses_making_does_nothing() {
    let front = Front::open().await;
    let mut clerk = clerk(&front).await;
    for (path, fields) in forms() {
        clerk.send_only(&path, &fields).await.expect(403);
    }
    assert_eq!(asked(&front, "/api/orders").await, 0);
    assert_eq!(asked(&front, "/api/catalog/admin").await, 0);
}

#[tokio::test]
async fn where_a_service_is_down_there_is_a_page_that_says_so() {
    let front = Front::open().await;
    Mock::given(any())
        .and(path_regex("^/api/(orders|catalog)/admin"))
        .respond_with(problem(503, "unavailable"))
        .mount(&front.services)
        .await;
    let mut clerk = clerk(&front).await;
    let may_lack_parts = ["/admin", "/admin/operations"];
    for page in asking_pages() {
        let answer = clerk.get(&page).await;
        if page == TRACE_PAGE {
            // When it is needed most.
            answer.expect(200);
        } else if may_lack_parts.contains(&page.as_str()) {
            answer.expect(200).shows("does not answer");
        } else {
            let answer = answer.expect(503);
            answer.shows("does not answer");
            answer.shows(&format!("href=\"{}\"", page.replace('&', "&amp;")));
            assert_eq!(answer.headers["retry-after"], "5");
        }
    }
    for (path, fields) in forms() {
        let page = clerk.send(&path, &fields).await.expect(503);
        page.shows("does not answer");
        // Somebody who reloads, or opens the address, finds a page and not nothing.
        let again = clerk.get(&path).await;
        assert!(
            matches!(again.status, 303 | 503),
            "{path}: {}",
            again.status
        );
    }
}

#[tokio::test]
async fn every_page_says_in_which_room_one_is() {
    let front = Front::open().await;
    everywhere(&front, problem(503, "unavailable")).await;
    let mut clerk = clerk(&front).await;
    for (page, marked) in [
        ("/admin", "<a href=\"/admin\" aria-current=\"page\">"),
        (
            "/admin/operations",
            "<a href=\"/admin/operations\" aria-current=\"page\">",
        ),
        (
            "/admin/products/new",
            "<a href=\"/admin/products\" aria-current=\"true\">",
        ),
    ] {
        let page = clerk.get(page).await.expect(200);
        page.shows(marked);
        let rooms = page.html.split("admin-rooms").nth(1).unwrap();
        let rooms = rooms.split("</nav>").next().unwrap();
        assert_eq!(rooms.matches("aria-current").count(), 1, "{rooms}");
        is_sound(&page);
    }
}
