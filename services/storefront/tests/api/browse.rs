//! Home, categories, search, suggestions; what all of them do.

use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path, query_param},
};

use testkit::Page;

use crate::{
    Front,
    cart::{brie, cart},
    product::with_product,
};

/// What nobody's browser may take for markup.
pub(crate) const NASTY: &str = "<script>alert(1)</script>\"'";

pub(crate) fn item(number: u32, name: &str, available: i64) -> Value {
    json!({
        "id": format!("0199a000-0000-7000-8000-{number:012}"), "slug": format!("thing-{number}"), "name": name,
        "price": { "amount": 1290, "currency": "EUR" }, "available": available,
        "image_url": format!("/api/catalog/images/thing-{number}.svg?v=1"), "category": "bread",
    })
}

fn found(items: &[Value], next_cursor: Option<&str>) -> Value {
    json!({
        "items": items, "total": items.len(), "next_cursor": next_cursor,
        "facets": {
            "categories": [
                { "slug": "bakery", "name": "Bakery", "parent": null, "count": items.len() },
                { "slug": "bread", "name": "Bread", "parent": "bakery", "count": items.len() },
            ],
            "price_bands": [
                { "min": 0, "max": 499, "count": 0 },
                { "min": 500, "max": 1999, "count": 1 },
                { "min": 2000, "max": null, "count": 2 },
            ],
            "in_stock": { "count": 1, "out_of_stock": 0 },
        },
    })
}

const PRODUCTS: &str = "/api/catalog/products";
pub(crate) const PRODUCT: &str = "/api/catalog/products/thing-1";
pub(crate) const RELATED: &str = "/api/catalog/products/thing-1/related";

/// A shop whose catalog finds these products, whatever is looked for.
async fn with_found(answer: Value) -> Front {
    let front = Front::open().await;
    front.answer("GET", PRODUCTS, 200, answer).await;
    front
}

impl Front {
    /// What has been asked of the services, as `GET /path?query`.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self.services.received_requests().await.unwrap();
        let line = |it: &wiremock::Request| {
            let query = it.url.query().map(|it| format!("?{it}"));
            format!(
                "{} {}{}",
                it.method,
                it.url.path(),
                query.unwrap_or_default()
            )
        };
        requests.iter().map(line).collect()
    }
}

pub(crate) fn is_safe(page: &Page) {
    page.hides("<script>alert");
    page.shows("&lt;script&gt;alert(1)&lt;/script&gt;");
}

// -- Home --

#[tokio::test]
async fn the_home_page_shows_what_is_featured_and_every_aisle_in_one_round_of_calls() {
    let items: Vec<Value> = (1..=10).map(|it| item(it, NASTY, 20)).collect();
    let front = with_found(found(&items, None)).await;
    let page = front.browser().get("/").await.expect(200);
    is_safe(&page);
    for number in 1..=10 {
        page.shows(&format!("href=\"/products/thing-{number}\""));
    }
    for slug in ["bakery", "bread", "cellar"] {
        page.shows(&format!("href=\"/categories/{slug}\""));
    }
    let mut asked = front.asked().await;
    asked.sort();
    let wanted = [
        "GET /api/catalog/categories?lang=en",
        "GET /api/catalog/products?lang=en&featured=true&limit=10",
    ];
    assert_eq!(asked, wanted);
}

#[tokio::test]
async fn the_home_page_is_small_and_waits_for_no_script() {
    let name = "A product with a name that is rather on the long side of things";
    let items: Vec<Value> = (1..=10).map(|it| item(it, name, 3)).collect();
    let front = with_found(found(&items, None)).await;
    let page = front.browser().get("/").await.expect(200);
    assert!(page.html.len() <= 30_000, "{} bytes", page.html.len());
    for script in page.html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(" defer"), "{tag}");
    }
    for image in page.html.split("<img").skip(1) {
        let tag = image.split('>').next().unwrap();
        assert!(tag.contains(" width=") && tag.contains(" height="), "{tag}");
    }
}

#[tokio::test]
async fn the_home_page_does_with_few_featured_products_or_none() {
    for count in [0_u32, 1, 3, 5, 8] {
        let items: Vec<Value> = (1..=count).map(|it| item(it, "Loaf", 20)).collect();
        let front = with_found(found(&items, None)).await;
        let page = front.browser().get("/").await.expect(200);
        let shown = page.html.matches("href=\"/products/thing-").count();
        assert_eq!(shown, usize::try_from(count).unwrap());
    }
}

// -- Lists --

#[tokio::test]
async fn a_category_has_its_way_its_neighbours_and_its_aisle_marked() {
    let front = with_found(found(
        &[item(1, NASTY, 9), item(2, "Loaf", 0)],
        Some("next/1"),
    ))
    .await;
    let page = front.browser().get("/categories/bread").await.expect(200);
    is_safe(&page);
    page.shows("<h1>Bread</h1>");
    page.shows("<title>Bread · Comptoir</title>");
    page.shows("<li><a href=\"/categories/bakery\">Bakery</a></li>");
    page.shows("href=\"/categories/bakery\" aria-current=\"true\"");
    page.shows("href=\"/categories/bread\" aria-current=\"page\"");
    page.shows("2 products");
    page.shows("Sold out");
    page.shows("href=\"/categories/bread?cursor=next%2F1\" rel=\"next\"");
    page.shows("<meta name=\"description\" content=\"Bread from Comptoir");
    let mut asked = front.asked().await;
    asked.sort();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(asked[1], "GET /api/catalog/products?lang=en&category=bread");
}

#[tokio::test]
async fn what_is_chosen_is_asked_for_shown_and_can_be_taken_back_alone() {
    let front = with_found(found(&[item(1, "Loaf", 9), item(2, "Roll", 9)], None)).await;
    let chosen = "q=loaf&category=bread&min_price=500&max_price=1999&in_stock=true&sort=price_asc";
    let page = front
        .browser()
        .get(&format!("/search?{chosen}"))
        .await
        .expect(200);
    let asked = front.asked().await;
    assert!(
        asked.contains(&format!("GET {PRODUCTS}?lang=en&{chosen}")),
        "{asked:?}"
    );
    page.shows("€5 to €20");
    for without in [
        "q=loaf&amp;min_price=500&amp;max_price=1999&amp;in_stock=true&amp;sort=price_asc",
        "q=loaf&amp;category=bread&amp;in_stock=true&amp;sort=price_asc",
        "q=loaf&amp;category=bread&amp;min_price=500&amp;max_price=1999&amp;sort=price_asc",
        "q=loaf&amp;sort=price_asc",
    ] {
        page.shows(&format!("href=\"/search?{without}\""));
    }
    // The form that sorts keeps all of it.
    for (name, value) in [
        ("q", "loaf"),
        ("category", "bread"),
        ("min_price", "500"),
        ("in_stock", "true"),
    ] {
        page.shows(&format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        ));
    }
    page.shows("<option value=\"price_asc\" selected>");
    // A choice that leaves nothing is no link.
    page.shows("<span class=\"choice\"><span>Under €5</span>");
}

#[tokio::test]
async fn words_are_shown_as_they_were_typed_and_nothing_more() {
    let front = with_found(found(&[item(1, "Loaf", 9)], None)).await;
    let typed = "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27";
    let page = front
        .browser()
        .get(&format!("/search?{typed}"))
        .await
        .expect(200);
    is_safe(&page);
    page.shows("value=\"&lt;script&gt;alert(1)&lt;/script&gt;&quot;'\"");
    for strange in [
        "min_price=abc",
        "max_price=-5",
        "min_price=9&max_price=1",
        "sort=%27",
        "in_stock=1",
        "q=%00",
    ] {
        front
            .browser()
            .get(&format!("/search?{strange}"))
            .await
            .expect(200);
    }
    let long = "a".repeat(500);
    front
        .browser()
        .get(&format!("/search?q={long}"))
        .await
        .expect(200);
    let asked = front.asked().await.join("\n");
    assert!(!asked.contains(&"a".repeat(101)), "{asked}");
    assert!(
        !asked.contains("price=") && !asked.contains("sort="),
        "{asked}"
    );
}

#[tokio::test]
async fn a_search_without_results_shows_a_way_out() {
    let front = with_found(found(&[], None)).await;
    let page = front
        .browser()
        .get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await
        .expect(200);
    is_safe(&page);
    page.shows("Nothing for");
    page.shows("class=\"button quiet\" href=\"/categories/cellar\"");
    let page = front
        .browser()
        .get("/search?q=loaf&in_stock=true")
        .await
        .expect(200);
    page.shows("Nothing passes all of these filters");
    page.shows("href=\"/search?q=loaf\"");
    let page = front.browser().get("/categories/bread").await.expect(200);
    page.shows("This shelf is empty");
    let page = front.browser().get("/search").await.expect(200);
    page.shows("Everything in the hall");
}

#[tokio::test]
async fn a_category_that_does_not_exist_is_a_page_that_does_not_exist() {
    let front = Front::open().await;
    front.refuse("GET", PRODUCTS, 422, "unknown-category").await;
    for path in [
        "/categories/none",
        "/categories/%3Cscript%3E",
        "/search?category=none",
    ] {
        let page = front.browser().get(path).await.expect(404);
        page.shows("There is nothing here");
        page.hides("<script>");
    }
}

#[tokio::test]
async fn a_page_of_another_list_becomes_the_first_page() {
    let front = Front::open().await;
    let problem =
        json!({ "type": "urn:comptoir:problem:bad-cursor", "title": "No", "status": 400 });
    Mock::given(method("GET"))
        .and(path(PRODUCTS))
        .and(query_param("cursor", "old"))
        .respond_with(ResponseTemplate::new(400).set_body_json(problem))
        .mount(&front.services)
        .await;
    let page = front
        .browser()
        .get("/search?q=tea&in_stock=true&cursor=old")
        .await;
    page.expect_to("/search?q=tea&in_stock=true");
    let page = front.browser().get("/categories/bread?cursor=old").await;
    page.expect_to("/categories/bread");
}

#[tokio::test]
async fn a_catalog_that_does_not_answer_is_said_and_not_shown_as_a_blank_page() {
    let front = Front::open().await;
    for path in [PRODUCTS, PRODUCT, RELATED] {
        front.answer("GET", path, 503, json!({})).await;
    }
    for path in [
        "/",
        "/categories/bread",
        "/search?q=tea",
        "/products/thing-1",
    ] {
        let page = front.browser().get(path).await.expect(503);
        page.shows("The shelves cannot be shown at the moment");
        page.shows("Try again");
        // The aisles of a moment ago.
        page.shows("href=\"/categories/bakery\"");
        assert_eq!(page.headers["retry-after"], "5");
    }
}

// -- Suggestions --

#[tokio::test]
async fn suggestions_are_a_part_of_a_page_and_begin_with_the_second_letter() {
    let front = with_found(found(&[item(1, NASTY, 9)], None)).await;
    let mut visitor = front.browser().with("hx-request", "true");
    for little in ["", "?q=", "?q=a", "?q=%20a%20", "?q=%C3%A9"] {
        let part = visitor.get(&format!("/suggestions{little}")).await;
        assert_eq!(part.expect(200).html, "");
    }
    assert!(front.asked().await.is_empty());
    let part = visitor.get("/suggestions?q=t%26a").await.expect(200);
    is_safe(&part);
    part.hides("<html");
    part.hides("<h1");
    part.shows("href=\"/products/thing-1\"");
    part.shows("href=\"/search?q=t%26a\"");
    part.shows("€12.90");
    assert_eq!(
        front.asked().await,
        [format!("GET {PRODUCTS}?lang=en&q=t%26a&limit=6")]
    );
}

#[tokio::test]
async fn nothing_is_suggested_while_the_catalog_does_not_answer() {
    let front = Front::open().await;
    front.answer("GET", PRODUCTS, 503, json!({})).await;
    let mut visitor = front.browser().with("hx-request", "true");
    let part = visitor.get("/suggestions?q=tea").await.expect(200);
    assert_eq!(part.html, "");
}

#[tokio::test]
async fn nothing_found_is_suggested_in_words() {
    let front = with_found(found(&[], None)).await;
    let mut visitor = front.browser().with("hx-request", "true");
    let part = visitor
        .get("/suggestions?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await
        .expect(200);
    is_safe(&part);
}

// -- Everywhere --

#[tokio::test]
async fn looking_around_with_a_cart_works_while_the_cart_does_not() {
    let shop = async |status, body| {
        let front = with_product(9).await;
        let one = found(&[item(1, "Loaf", 9)], None);
        front.answer("GET", PRODUCTS, 200, one).await;
        front.answer("GET", "/api/cart", status, body).await;
        front
    };
    let up = shop(200, cart(&[brie()])).await;
    let down = shop(503, json!({})).await;
    for path in [
        "/",
        "/categories/bread",
        "/search?q=tea",
        "/products/thing-1",
    ] {
        let page = up.guest_with_a_cart().get(path).await.expect(200);
        page.shows("<span class=\"count\" aria-hidden=\"true\">2</span>");

        let page = down.guest_with_a_cart().get(path).await.expect(200);
        page.shows("id=\"cart-link\"");
        page.hides("class=\"count\"");
        page.shows("</html>");
        page.hides("role=\"alert\"");
        if path != "/products/thing-1" {
            page.shows("href=\"/products/thing-1\"");
        }
    }
    assert!(down.count("GET", "/api/cart").await > 0, "nobody asked");
}

#[tokio::test]
async fn looking_around_is_done_in_french_too() {
    let front = with_product(3).await;
    front
        .answer("GET", PRODUCTS, 200, found(&[item(1, "Pain", 9)], None))
        .await;
    let mut visitor = front.browser().with("accept-language", "fr");
    visitor.get("/").await.expect(200).shows("Toute une halle");
    let page = visitor.get("/search?q=pain").await.expect(200);
    page.shows("Résultats pour «\u{a0}pain\u{a0}»");
    page.shows("12,90\u{a0}€");
    page.shows("1 produit");
    let page = visitor.get("/products/thing-1").await.expect(200);
    page.shows("Ajouter au panier");
    page.shows("Plus que 3");
    visitor
        .get("/styleguide")
        .await
        .expect(200)
        .shows("Couleurs");
}
