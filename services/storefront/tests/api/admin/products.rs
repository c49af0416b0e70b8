//! Products as staff keep them.

use serde_json::{Value, json};

use super::{ESCAPED, PRODUCT, SCRIPT, asked, clerk, is_sound, query, record, sent};
use crate::Front;

const LIST: &str = "/api/catalog/admin/products";

fn at(rest: &str) -> String {
    format!("{LIST}/{PRODUCT}{rest}")
}

/// A product's page, and what a form of it holds.
async fn open(record: Value) -> Front {
    let front = Front::open().await;
    front.answer("GET", &at(""), 200, record).await;
    let movements = json!({ "items": [], "next_cursor": null });
    front
        .answer("GET", &at("/stock/movements"), 200, movements)
        .await;
    front
}

fn typed(price: &str) -> Vec<(&'static str, String)> {
    [
        ("slug", "rye-bread"),
        ("name", " Rye bread "),
        ("name_fr", "Pain de seigle"),
        ("description", "Dark.\r\nHeavy."),
        ("description_fr", ""),
        ("category", "bread"),
        ("price", price),
        ("available", "12"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn as_fields<'a>(typed: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    typed
        .iter()
        .map(|(name, it)| (*name, it.as_str()))
        .collect()
}

#[tokio::test]
async fn products_are_listed_searched_and_narrowed() {
    let front = Front::open().await;
    let mut retired = record();
    retired["name"] = json!(SCRIPT);
    retired["retired_at"] = json!("2026-11-20T10:00:00Z");
    let found = json!({ "items": [record(), retired], "next_cursor": "next" });
    front.answer("GET", LIST, 200, found).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/products").await.expect(200);
    is_sound(&page);
    for text in [
        "€1,234.50",
        "Bread",
        "Featured",
        "Retired",
        ESCAPED,
        "src=\"/api/catalog/images/brie.svg?v=1\"",
        "href=\"/admin/products?cursor=next\"",
        &format!("href=\"/admin/products/{PRODUCT}\""),
        "href=\"/admin/products/new\"",
    ] {
        page.shows(text);
    }
    for (asked_for, expected) in [
        ("", vec![]),
        ("?q=%20brie%20", vec![("q", "brie")]),
        ("?show=sold", vec![("retired", "false")]),
        ("?show=retired", vec![("retired", "true")]),
        ("?q=a&show=out", vec![("q", "a"), ("stock", "out")]),
        (
            "?show=low&cursor=next",
            vec![("stock", "low"), ("cursor", "next")],
        ),
        ("?show=teapot&q=%00", vec![]),
    ] {
        let path = format!("/admin/products{asked_for}");
        clerk.get(&path).await.expect(200);
        let query = query(&front, LIST).await;
        let query: Vec<_> = query
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(query, expected, "{path}");
    }
    let page = clerk
        .get("/admin/products?q=a%26b&show=low")
        .await
        .expect(200);
    page.shows("href=\"/admin/products?q=a%26b&amp;show=low&amp;cursor=next\"");
    let page = clerk
        .get("/admin/products?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await;
    is_sound(&page);
}

#[tokio::test]
async fn no_products_is_a_page_too_and_a_wrong_cursor_no_failure_of_the_shop() {
    let front = Front::open().await;
    let none = json!({ "items": [], "next_cursor": null });
    front.answer("GET", LIST, 200, none).await;
    let mut clerk_of_none = clerk(&front).await;
    let page = clerk_of_none.get("/admin/products?q=zzz").await.expect(200);
    page.shows("There is no such product.");

    let front = Front::open().await;
    front.refuse("GET", LIST, 400, "bad-cursor").await;
    let mut clerk = clerk(&front).await;
    clerk.get("/admin/products?cursor=x").await.expect(400);
}

#[tokio::test]
async fn a_product_is_shown_as_it_is_kept_and_nothing_runs() {
    let mut full = record();
    for field in [
        "name",
        "name_fr",
        "description",
        "description_fr",
        "category",
    ] {
        full[field] = json!(SCRIPT);
    }
    let front = open(full).await;
    let mut clerk = clerk(&front).await;
    let page = clerk
        .get(&format!("/admin/products/{PRODUCT}"))
        .await
        .expect(200);
    is_sound(&page);
    // The name is in both titles too; the category is not in the tree, and offered as it is.
    assert_eq!(page.html.matches(ESCAPED).count(), 8);
    page.shows("name=\"price\" value=\"1234.50\"");
    page.shows("name=\"featured\" value=\"yes\" checked");
    page.shows("href=\"/products/brie\"");
    page.shows("Bakery › Bread");

    let mut french = clerk.with("accept-language", "fr");
    let page = french
        .get(&format!("/admin/products/{PRODUCT}"))
        .await
        .expect(200);
    is_sound(&page);
    page.shows("name=\"price\" value=\"1234,50\"");
}

#[tokio::test]
async fn a_product_is_changed_to_the_cent() {
    let front = open(record()).await;
    front.answer("PATCH", &at(""), 200, record()).await;
    let mut clerk = clerk(&front).await;
    let page = format!("/admin/products/{PRODUCT}");
    for (price, cents) in [
        ("12,99", 1299),
        ("0.1", 10),
        ("1 234,50", 123_450),
        ("19.99", 1999),
    ] {
        let typed = typed(price);
        clerk.send(&page, &as_fields(&typed)).await.expect_to(&page);
        let change = sent(&front, "PATCH", &at("")).await;
        assert_eq!(
            change,
            json!({
                "category": "bread", "name": "Rye bread", "name_fr": "Pain de seigle",
                "description": "Dark.\nHeavy.", "description_fr": "",
                "price": { "amount": cents, "currency": "EUR" }, "featured": false, "retired": false,
            })
        );
    }
    let mut both = typed("1");
    both.push(("featured", "yes".to_owned()));
    both.push(("retired", "yes".to_owned()));
    clerk.send(&page, &as_fields(&both)).await.expect_to(&page);
    let change = sent(&front, "PATCH", &at("")).await;
    assert_eq!(change["featured"], true);
    assert_eq!(change["retired"], true);
    clerk
        .get(&page)
        .await
        .expect(200)
        .shows("The product is saved.");
}

#[tokio::test]
async fn what_is_no_price_comes_back_as_it_was_typed() {
    let front = open(record()).await;
    let mut clerk = clerk(&front).await;
    for price in [
        "free",
        "12,999",
        "1,234",
        "-1",
        "99999999999999999999",
        "",
        SCRIPT,
    ] {
        let typed = typed(price);
        let page = clerk
            .send(&format!("/admin/products/{PRODUCT}"), &as_fields(&typed))
            .await
            .expect(422);
        is_sound(&page);
        page.shows("id=\"error-price\"");
        page.shows("value=\" Rye bread \"");
        page.shows("Dark.\r\nHeavy.");
    }
    let requests = front.services.received_requests().await.unwrap();
    assert!(!requests.iter().any(|it| it.method.as_str() == "PATCH"));
}

#[tokio::test]
async fn what_the_catalog_does_not_take_is_said_at_its_field_in_our_words() {
    let fields = [
        "name",
        "name_fr",
        "description",
        "description_fr",
        "category",
        "price",
    ];
    for field in fields {
        let front = open(record()).await;
        let invalid = json!({
            "type": "urn:comptoir:problem:invalid", "title": "No", "status": 422,
            "errors": [{ "field": field, "detail": "must not be so" }],
        });
        front.answer("PATCH", &at(""), 422, invalid).await;
        let mut clerk = clerk(&front).await;
        let typed = typed("1");
        let page = clerk
            .send(&format!("/admin/products/{PRODUCT}"), &as_fields(&typed))
            .await
            .expect(422);
        is_sound(&page);
        page.shows("Nothing was changed yet");
        assert_eq!(page.html.matches("class=\"error").count(), 1, "{field}");
        page.hides("must not be so");
    }
    let front = open(record()).await;
    front
        .refuse("PATCH", &at(""), 422, "unknown-category")
        .await;
    let mut clerk = clerk(&front).await;
    let typed = typed("1");
    let page = clerk
        .send(&format!("/admin/products/{PRODUCT}"), &as_fields(&typed))
        .await
        .expect(422);
    page.shows("There is no such category");
}

#[tokio::test]
async fn a_new_product_is_added_with_what_is_on_its_shelf() {
    let front = open(record()).await;
    front.answer("POST", LIST, 201, record()).await;
    let mut clerk = clerk(&front).await;
    let page = clerk.get("/admin/products/new").await.expect(200);
    is_sound(&page);
    let typed = typed("4,50");
    let answer = clerk.send("/admin/products", &as_fields(&typed)).await;
    answer.expect_to(&format!("/admin/products/{PRODUCT}"));
    let new = sent(&front, "POST", LIST).await;
    assert_eq!(
        new,
        json!({
            "slug": "rye-bread", "category": "bread", "name": "Rye bread", "name_fr": "Pain de seigle",
            "description": "Dark.\nHeavy.", "description_fr": "",
            "price": { "amount": 450, "currency": "EUR" }, "available": 12, "featured": false,
        })
    );
}

#[tokio::test]
async fn a_new_product_that_is_not_taken_comes_back_filled_in() {
    let front = Front::open().await;
    front.refuse("POST", LIST, 409, "slug-taken").await;
    let mut clerk = clerk(&front).await;
    let taken = typed("4,50");
    let page = clerk
        .send("/admin/products", &as_fields(&taken))
        .await
        .expect(422);
    is_sound(&page);
    page.shows("Another product has this name already.");
    page.shows("value=\"rye-bread\"");
    page.shows("value=\"4,50\"");

    let mut wrong = typed("cheap");
    wrong.retain(|(name, _)| *name != "available");
    wrong.push(("available", SCRIPT.to_owned()));
    let before = asked(&front, LIST).await;
    let page = clerk
        .send("/admin/products", &as_fields(&wrong))
        .await
        .expect(422);
    is_sound(&page);
    page.shows("id=\"error-price\"");
    page.shows("id=\"error-available\"");
    page.shows(ESCAPED);
    assert_eq!(asked(&front, LIST).await, before);
}

#[tokio::test]
async fn a_form_without_its_fields_is_not_understood() {
    let front = Front::open().await;
    let mut clerk = clerk(&front).await;
    clerk
        .send("/admin/products", &[("name", "Rye")])
        .await
        .expect(400);
}

#[tokio::test]
async fn pages_ask_for_their_own_once() {
    let front = open(record()).await;
    let mut clerk = clerk(&front).await;
    let before = asked(&front, "/api").await;
    clerk
        .get(&format!("/admin/products/{PRODUCT}"))
        .await
        .expect(200);
    // The product, its movements, the cart, and the categories where they are not remembered.
    assert!(asked(&front, "/api").await - before <= 4);
    assert_eq!(asked(&front, "/api/catalog/admin").await, 2);
}
