//! What somebody with a browser and a laptop sees of a checkout, in the shop that is one process: one trace from
//! the click to the acquirer, on a page of the shop itself.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "separate/collector.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of this")]
mod collector;
mod support;

use std::collections::BTreeSet;

use collector::{Collector, Span};
use serde_json::json;
use support::*;
use testkit::{Browser, Page};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ROOT: &str = "00f067aa0ba902b7";

async fn sign_in(shop: &Shop, email: &str, password: &str) -> Browser {
    let mut browser = Browser::new(&shop.url());
    browser.get("/sign-in").await.expect(200);
    let form = [("email", email), ("password", password), ("to", "/")];
    browser.send("/sign-in", &form).await.expect_to("/");
    browser
}

/// The value of a hidden field.
fn field(page: &Page, name: &str) -> String {
    let before = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.html.split_once(&before).expect("a hidden field");
    rest.split('"').next().expect("its value").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_is_followed_to_the_acquirer_on_a_page_of_the_shop() {
    let collector = Collector::open();
    let folder = tempfile::tempdir().unwrap();
    let endpoint = ["--otlp-endpoint", collector.url.as_str()];
    let shop = Shop::open(&folder.path().join("shop"), &endpoint);

    // A cart, an address and a card, of a customer who then clicks "Pay".
    let visitor = shop.client();
    let customer = sign_up(&visitor).await;
    put_into_cart(&customer.client, &product(&visitor, 10).await, 1).await;
    let address = json!({
        "name": "Claude Test", "line1": "1 rue Rambuteau", "city": "Paris", "postal_code": "75001",
        "country": "FR",
    });
    let book = "/api/auth/me/addresses";
    let address = customer
        .client
        .post(book, address)
        .await
        .expect(201)
        .text("/id");
    let method = card(&customer.client, CARD).await;
    let mut browser = sign_in(&shop, &customer.email, PASSWORD).await;
    browser.get("/checkout/address").await.expect(200);
    let chosen = browser
        .send("/checkout/address", &[("address", &address)])
        .await;
    chosen.expect(303);
    let chosen = browser
        .send("/checkout/payment", &[("method", &method)])
        .await;
    chosen.expect_to("/checkout/review");
    let review = browser.get("/checkout/review").await.expect(200);
    let fields = ["key", "address", "method"].map(|name| (name, field(&review, name)));
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let traceparent = format!("00-{TRACE}-{ROOT}-01");
    let mut traced = browser.with("traceparent", &traceparent);
    traced.send("/checkout/pay", &fields).await.expect(303);

    // One trace of everybody's, whose process is one.
    let all = [
        "acquirer",
        "cart",
        "catalog",
        "order",
        "payment",
        "storefront",
    ];
    let services = |spans: &[Span]| -> BTreeSet<String> {
        let services = spans.iter().filter_map(|it| it.attributes.get("service"));
        services.cloned().collect()
    };
    let of_all = |spans: &[Span]| all.iter().all(|it| services(spans).contains(*it));
    let trace = collector.whole_trace(TRACE, ROOT, of_all).await;
    assert!(
        trace
            .iter()
            .all(|it| it.resource["service.name"] == "comptoir")
    );
    let first = trace.iter().find(|it| it.parent_id == ROOT).unwrap();
    assert_eq!(first.name, "POST /checkout/pay");

    // The same without any collector, where staff look.
    let staff = auth::demo::STAFF;
    let mut clerk = sign_in(&shop, staff.email, staff.password).await;
    let page = clerk.get("/admin/operations").await.expect(200);
    page.shows("storefront POST /checkout/pay");
    page.shows("order deliver commit_reservation");
    page.shows(&format!("/admin/operations/traces?id={TRACE}"));
    let page = clerk
        .get(&format!("/admin/operations/traces?id={TRACE}"))
        .await
        .expect(200);
    // The acquirer is a third party; what is known of it is the payment service's calls.
    let is_ours = |it: &&Span| it.attributes["service"] != "acquirer";
    let ours: Vec<_> = trace.iter().filter(is_ours).collect();
    for span in &ours {
        page.shows(&span.name.replace('"', "&quot;"));
    }
    // Each step once, whichever service was asked for it.
    let rows = page.html.matches("<details class=\"span\">").count();
    assert_eq!(rows, ours.len());
    page.shows("deliver clear_cart");

    // A line of the log leads there too.
    let output = shop.output();
    assert!(output.contains(TRACE), "{output}");
    assert!(!output.contains(&customer.email));
}
