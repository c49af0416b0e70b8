//! The cart: what it shows, and every change of it.

use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

use testkit::Page;

use crate::{Front, empty_cart};

pub(crate) const BRIE: &str = "0199b000-0000-7000-8000-000000000001";
const LOAF: &str = "0199b000-0000-7000-8000-000000000002";

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A line of two units that can be bought.
pub(crate) fn brie() -> Value {
    json!({
        "product_id": BRIE, "slug": "brie", "name": "Brie <script>alert(1)</script>", "quantity": 2,
        "unit_price": eur(650), "previous_unit_price": null, "available": 12,
        "image_url": "/api/catalog/products/brie/image.svg", "line_total": eur(1300), "problem": null,
    })
}

pub(crate) fn cart(items: &[Value]) -> Value {
    let amounts = items
        .iter()
        .map(|it| it["line_total"]["amount"].as_i64().unwrap());
    json!({ "items": items, "total": eur(amounts.sum()), "version": 3, "stale": false })
}

fn with(mut line: Value, change: Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

/// A guest who has put something into a cart.
async fn guest(front: &Front) -> testkit::Browser {
    let put = ResponseTemplate::new(200)
        .insert_header("x-cart-token", "token-of-guest")
        .set_body_json(cart(&[brie()]));
    Mock::given(method("PUT"))
        .and(path(format!("/api/cart/items/{LOAF}")))
        .respond_with(put)
        .mount(&front.services)
        .await;
    let mut guest = front.browser();
    guest.get("/cart").await.expect(200);
    let to = format!("/cart/items/{LOAF}");
    guest
        .send(&to, &[("quantity", "1")])
        .await
        .expect_to("/cart");
    guest
}

async fn asked(front: &Front, verb: &str, at: &str) -> usize {
    let requests = front.services.received_requests().await.unwrap();
    let same = |it: &&wiremock::Request| it.method.as_str() == verb && it.url.path() == at;
    requests.iter().filter(same).count()
}

#[tokio::test]
async fn somebody_without_a_cart_is_shown_the_way_back_and_no_service_is_asked() {
    let front = Front::open().await;
    let page = front.browser().get("/cart").await.expect(200);
    page.shows("Your cart is empty");
    page.shows("Look around the hall");
    assert_eq!(asked(&front, "GET", "/api/cart").await, 0);
}

#[tokio::test]
async fn a_guests_first_product_makes_a_cart_that_is_found_again() {
    let front = Front::open().await;
    Mock::given(method("GET"))
        .and(path("/api/cart"))
        .and(header("x-cart-token", "token-of-guest"))
        .respond_with(ResponseTemplate::new(200).set_body_json(cart(&[brie()])))
        .mount(&front.services)
        .await;
    let mut guest = guest(&front).await;

    let page = guest.get("/cart").await.expect(200);
    page.shows("Your cart");
    page.shows("href=\"/products/brie\"");
    page.shows("€6.50");
    page.shows("€13.00");
    page.shows("data-test=\"to-checkout\"");
    page.shows("href=\"/checkout\"");
    page.shows("2 items");
    // Names are text, whoever wrote them.
    page.hides("<script>alert");
    page.shows("Brie &lt;script&gt;");
    assert_eq!(asked(&front, "GET", "/api/cart").await, 1, "one round");
    assert!(!guest.cookie.unwrap().contains("token-of-guest"));
}

#[tokio::test]
async fn a_line_says_what_has_changed_and_why_it_cannot_be_bought() {
    let front = Front::open().await;
    let dearer = with(brie(), json!({ "previous_unit_price": eur(600) }));
    let out = with(
        brie(),
        json!({ "problem": "out_of_stock", "available": 0, "name": "Out" }),
    );
    let few = with(
        brie(),
        json!({ "problem": "insufficient_stock", "available": 1 }),
    );
    let gone = with(
        brie(),
        json!({ "problem": "retired", "slug": "gone", "name": "Gone" }),
    );
    let other = with(brie(), json!({ "problem": "other_currency" }));
    front
        .answer(
            "GET",
            "/api/cart",
            200,
            cart(&[dearer, out, few, gone, other]),
        )
        .await;
    let mut guest = guest(&front).await;
    let page = guest.get("/cart").await.expect(200);
    for text in [
        "changed from €6.00 to €6.50",
        "Sold out for now",
        "Only one is left",
        "No longer sold",
        "another currency",
        "cannot be bought as it is",
    ] {
        page.shows(text);
    }
    page.hides("href=\"/products/gone\"");
    page.hides("href=\"/checkout\"");
    page.shows("disabled");
}

#[tokio::test]
async fn a_cart_of_another_day_says_so() {
    let front = Front::open().await;
    let mut stale = cart(&[brie()]);
    stale["stale"] = true.into();
    front.answer("GET", "/api/cart", 200, stale).await;
    let mut guest = guest(&front).await.with("accept-language", "fr");
    let page = guest.get("/cart").await.expect(200);
    page.shows("Les rayons ne répondent pas");
    page.shows("6,50\u{a0}€");
}

#[tokio::test]
async fn quantities_are_set_added_and_taken_out() {
    let front = Front::open().await;
    front.answer("GET", "/api/cart", 200, cart(&[brie()])).await;
    let mut guest = guest(&front).await;
    let item = format!("/cart/items/{BRIE}");
    let api = format!("/api/cart/items/{BRIE}");
    for quantity in [7, 5, 99] {
        Mock::given(method("PUT"))
            .and(path(&api))
            .and(body_json(json!({ "quantity": quantity })))
            .respond_with(ResponseTemplate::new(200).set_body_json(cart(&[brie()])))
            .expect(1)
            .mount(&front.services)
            .await;
    }
    front.answer("DELETE", &api, 200, empty_cart()).await;

    let sent = guest.send(&item, &[("quantity", "7")]).await;
    sent.expect_to("/cart");
    // Two are there already.
    let add = [("quantity", "3"), ("add", "1"), ("to", "/products/brie")];
    guest.send(&item, &add).await.expect_to("/products/brie");
    let page = guest.get("/cart").await.expect(200);
    page.shows("Added to your cart");
    let page = guest.get("/cart").await.expect(200);
    page.hides("Added to your cart");
    // More than there may be of one product.
    let add = [("quantity", "98"), ("add", "1"), ("to", "/")];
    guest.send(&item, &add).await.expect_to("/");
    guest.get("/cart").await.shows("at most 99 of each product");

    let sent = guest.send(&item, &[("quantity", "0")]).await;
    sent.expect_to("/cart");
    guest.get("/cart").await.shows("Taken out of your cart");
    assert_eq!(asked(&front, "DELETE", &api).await, 1);
}

#[tokio::test]
async fn a_quantity_that_is_none_changes_nothing() {
    let front = Front::open().await;
    front.answer("GET", "/api/cart", 200, cart(&[brie()])).await;
    let mut guest = guest(&front).await;
    let item = format!("/cart/items/{BRIE}");
    for wrong in ["-1", "many", "", "1.5", "99999999999999999999"] {
        let page = guest.send(&item, &[("quantity", wrong)]).await.expect(422);
        page.shows("whole number from 0 to 99");
        page.shows("href=\"/products/brie\"");
    }
    guest.send(&item, &[]).await.expect(400);
    let none = guest.send("/cart/items/brie", &[("quantity", "1")]).await;
    assert!([400, 404].contains(&none.status), "{}", none.status);
    let put = format!("/api/cart/items/{BRIE}");
    assert_eq!(asked(&front, "PUT", &put).await, 0);
    // From a refusal, the browser's reload and the language lead back to the cart.
    guest.get(&item).await.expect_to("/cart");
}

#[tokio::test]
async fn afterwards_nobody_is_sent_to_another_site() {
    let front = Front::open().await;
    let item = format!("/cart/items/{BRIE}");
    let api = format!("/api/cart/items/{BRIE}");
    front.answer("PUT", &api, 200, cart(&[brie()])).await;
    let mut guest = front.browser();
    guest.get("/cart").await.expect(200);
    for elsewhere in ["https://evil.example/", "//evil.example"] {
        let sent = guest
            .send(&item, &[("quantity", "1"), ("to", elsewhere)])
            .await;
        sent.expect_to("/");
    }
    guest
        .send_only(&item, &[("quantity", "1")])
        .await
        .expect(403);
}

async fn refused(status: u16, slug: &str, detail: &str) -> (Page, Page, Page) {
    let front = Front::open().await;
    front.answer("GET", "/api/cart", 200, cart(&[brie()])).await;
    let mut guest = guest(&front).await;
    let kind = format!("urn:comptoir:problem:{slug}");
    let problem = json!({ "type": kind, "title": "No", "status": status, "detail": detail });
    let api = format!("/api/cart/items/{BRIE}");
    front.answer("PUT", &api, status, problem).await;
    let item = format!("/cart/items/{BRIE}");
    let whole = guest.send(&item, &[("quantity", "9")]).await;
    let mut lively = guest.with("hx-request", "true");
    let part = lively.send(&item, &[("quantity", "9")]).await;
    let add = lively.send(&item, &[("quantity", "9"), ("add", "1")]).await;
    (whole, part, add)
}

#[tokio::test]
async fn a_refusal_is_said_in_words_beside_the_cart_as_it_is() {
    for (status, slug, detail, shown, text) in [
        (
            409,
            "insufficient-stock",
            "3 available",
            422,
            "Only 3 are left",
        ),
        (
            409,
            "insufficient-stock",
            "0 available",
            422,
            "sold out for now",
        ),
        (409, "cart-full", "", 422, "at most 50 different products"),
        (409, "currency-mismatch", "", 422, "another currency"),
        (404, "no-such-product", "", 422, "no longer sold"),
        (503, "catalog-unavailable", "", 503, "What is in it is kept"),
    ] {
        let (whole, part, add) = refused(status, slug, detail).await;
        for page in [&whole, &part] {
            assert_eq!(page.status, shown, "{slug}");
            page.shows(text);
            page.shows("href=\"/products/brie\"");
            page.shows("role=\"alert\"");
        }
        whole.shows("<html");
        part.hides("<html");
        assert_eq!(add.status, shown, "{slug}");
        add.shows(text);
        add.shows("hx-swap-oob");
        add.hides("/products/brie");
    }
}

#[tokio::test]
async fn with_scripts_only_the_cart_its_link_and_the_notices_come_back() {
    let front = Front::open().await;
    front.answer("GET", "/api/cart", 200, cart(&[brie()])).await;
    let api = format!("/api/cart/items/{BRIE}");
    front.answer("PUT", &api, 200, cart(&[brie()])).await;
    front.answer("DELETE", &api, 200, empty_cart()).await;
    let item = format!("/cart/items/{BRIE}");
    let mut guest = guest(&front).await.with("hx-request", "true");

    let part = guest.send(&item, &[("quantity", "2")]).await.expect(200);
    part.hides("<html");
    for there in [
        "id=\"cart\"",
        "id=\"cart-link\"",
        "id=\"notices\"",
        "now comes to €13.00",
    ] {
        part.shows(there);
    }
    let part = guest.send(&item, &[("quantity", "0")]).await.expect(200);
    part.shows("Your cart is empty");
    // The button that was pressed is gone, so the focus goes to the heading.
    part.shows("autofocus");

    let add = [("quantity", "1"), ("add", "1"), ("to", "/products/brie")];
    let part = guest.send(&item, &add).await.expect(200);
    part.shows("Added to your cart");
    part.shows("id=\"cart-link\"");
    part.hides("id=\"cart\"");
}

#[tokio::test]
async fn without_the_cart_service_the_page_says_what_still_works() {
    let front = Front::open().await;
    front.refuse("GET", "/api/cart", 503, "unavailable").await;
    let mut guest = guest(&front).await;
    let page = guest.get("/cart").await.expect(503);
    page.shows("The cart cannot be reached at the moment");
    page.shows("Try again");
    let api = format!("/api/cart/items/{BRIE}");
    front.refuse("PUT", &api, 503, "unavailable").await;
    let item = format!("/cart/items/{BRIE}");
    let page = guest.send(&item, &[("quantity", "1")]).await.expect(503);
    page.shows("The cart cannot be reached at the moment");
}

#[tokio::test]
async fn a_member_who_was_signed_out_elsewhere_signs_in_and_comes_back() {
    let front = Front::open().await;
    Mock::given(method("GET"))
        .and(path("/api/cart"))
        .and(header("authorization", "Bearer token-of-ada"))
        .respond_with(ResponseTemplate::new(401).set_body_json(
            json!({ "type": "urn:comptoir:problem:unauthenticated", "title": "No", "status": 401 }),
        ))
        .with_priority(1)
        .mount(&front.services)
        .await;
    let mut ada = front.member("ada", &["customer"]).await;
    let page = ada.get("/cart").await;
    page.expect_to("/sign-in?to=%2Fcart");
    // A guest by now.
    ada.get("/cart")
        .await
        .expect(200)
        .shows("Your cart is empty");
}

#[tokio::test]
async fn with_scripts_a_change_that_fails_is_said_above_the_page_which_stays() {
    let front = Front::open().await;
    let mut guest = guest(&front).await.with("hx-request", "true");
    let at = format!("/api/cart/items/{BRIE}");
    front.refuse("PUT", &at, 503, "unavailable").await;
    let item = format!("/cart/items/{BRIE}");
    let page = guest.send(&item, &[("quantity", "1")]).await.expect(503);
    page.shows("role=\"alert\"");
    page.shows("The cart cannot be reached");
    page.hides("<h1");
    assert_eq!(page.headers["hx-retarget"], "#notices");
    assert_eq!(page.headers["hx-reswap"], "innerHTML");
    let page = guest
        .send_only(&item, &[("quantity", "1")])
        .await
        .expect(403);
    assert_eq!(page.headers["hx-retarget"], "#notices");
}
