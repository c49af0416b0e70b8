//! A product on a page of its own.

use serde_json::{Value, json};

use crate::{
    Front,
    browse::{NASTY, PRODUCT, RELATED, is_safe, item},
};

fn product(available: i64) -> Value {
    json!({
        "id": "0199a000-0000-7000-8000-000000000001", "slug": "thing-1", "name": "Country loaf",
        "description": "Dark outside & moist within.", "price": { "amount": 620, "currency": "EUR" },
        "available": available, "image_url": "/api/catalog/images/thing-1.svg?v=1", "category": "bread",
        "category_path": [{ "slug": "bakery", "name": "Bakery" }, { "slug": "bread", "name": "Bread" }],
    })
}

pub(crate) async fn with_product(available: i64) -> Front {
    let front = Front::open().await;
    let related = json!({ "items": [item(2, NASTY, 9)] });
    front.answer("GET", PRODUCT, 200, product(available)).await;
    front.answer("GET", RELATED, 200, related).await;
    front
}

#[tokio::test]
async fn a_product_can_be_put_into_the_cart_from_its_page() {
    let front = with_product(4).await;
    let page = front
        .browser()
        .get("/products/thing-1?a=1&b=2")
        .await
        .expect(200);
    is_safe(&page);
    page.shows("<title>Country loaf · Comptoir</title>");
    page.shows("<h1>Country loaf</h1>");
    page.shows("Dark outside &amp; moist within.");
    page.shows("€6.20");
    page.shows("Only 4 left");
    page.shows("<li><a href=\"/categories/bakery\">Bakery</a></li>");
    page.shows("href=\"/products/thing-2\"");
    let (_, form) = page.html.split_once("<form class=\"buy\"").unwrap();
    let form = form.split("</form>").next().unwrap();
    for part in [
        "action=\"/cart/items/0199a000-0000-7000-8000-000000000001\"",
        "name=\"csrf\" value=\"",
        "name=\"add\" value=\"1\"",
        "name=\"to\" value=\"/products/thing-1?a=1&amp;b=2\"",
        "max=\"4\"",
        "data-test=\"add-to-cart\"",
    ] {
        assert!(form.contains(part), "no {part} in {form}");
    }
    let mut asked = front.asked().await;
    asked.sort();
    let wanted = [
        "GET /api/catalog/categories?lang=en".to_owned(),
        format!("GET {RELATED}?lang=en&limit=4"),
        format!("GET {PRODUCT}?lang=en"),
    ];
    assert_eq!(asked, wanted);
}

#[tokio::test]
async fn a_product_that_is_sold_out_says_so_and_offers_its_neighbours() {
    let front = with_product(0).await;
    let page = front.browser().get("/products/thing-1").await.expect(200);
    page.shows("Sold out");
    page.shows("class=\"button quiet\" href=\"/categories/bread\"");
    page.hides("data-test=\"add-to-cart\"");
}

#[tokio::test]
async fn a_product_is_shown_without_its_neighbours_where_they_cannot_be_had() {
    let front = Front::open().await;
    front.answer("GET", PRODUCT, 200, product(9)).await;
    front.answer("GET", RELATED, 503, json!({})).await;
    let page = front.browser().get("/products/thing-1").await.expect(200);
    page.shows("data-test=\"add-to-cart\"");
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_a_page_that_does_not_exist() {
    let front = Front::open().await;
    front.refuse("GET", PRODUCT, 404, "not-found").await;
    front.refuse("GET", RELATED, 404, "not-found").await;
    for nowhere in ["/api/catalog/products/-", "/api/catalog/products/-/related"] {
        front.refuse("GET", nowhere, 404, "not-found").await;
    }
    let page = front.browser().get("/products/thing-1").await.expect(404);
    page.shows("no longer sold");
    front
        .browser()
        .get("/products/..%2F..%2Fx")
        .await
        .expect(404);
}
