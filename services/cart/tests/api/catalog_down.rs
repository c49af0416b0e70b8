use serde_json::json;
use sqlx::PgPool;
use testkit::Client;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_cart_is_shown_as_it_was_put_in(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 5);
    let path = format!("/api/cart/items/{id}");
    member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);
    shop.catalog
        .set(id, "price", json!({ "amount": 2499, "currency": "EUR" }));
    shop.catalog.break_down();

    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(
        cart.body,
        json!({
            "items": [{
                "product_id": id, "slug": "teapot", "name": "The teapot", "quantity": 2,
                "unit_price": { "amount": 1999, "currency": "EUR" }, "previous_unit_price": null,
                "available": null, "image_url": "/images/teapot.svg",
                "line_total": { "amount": 3998, "currency": "EUR" }, "problem": null,
            }],
            "total": { "amount": 3998, "currency": "EUR" },
            "version": 1,
            "stale": true,
        }),
    );
    let metrics = Client::new(shop.running.management_url());
    let metrics = metrics.get("/metrics").await.expect(200);
    let metrics = metrics.body.as_str().unwrap();
    let counted = r#"cart_stale_answers_total{service="cart"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");

    shop.catalog.recover();
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["stale"], false);
    assert_eq!(cart.body["total"]["amount"], 2 * 2499);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn nothing_new_is_put_in_at_an_unknown_price(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let [known, new] = ["known", "new"].map(|it| shop.catalog.add(it, 100, 5));
    let path = format!("/api/cart/items/{known}");
    member
        .put(&path, json!({ "quantity": 1 }))
        .await
        .expect(200);
    shop.catalog.break_down();

    let refused = member
        .put(&format!("/api/cart/items/{new}"), json!({ "quantity": 1 }))
        .await
        .expect_problem(503, "catalog-unavailable");
    assert_eq!(refused.headers["retry-after"], "2");
    assert!(refused.body.get("detail").is_none());

    // What is in already can be changed and taken out.
    let cart = member
        .put(&path, json!({ "quantity": 3 }))
        .await
        .expect(200);
    assert_eq!(cart.body["items"][0]["quantity"], 3);
    assert_eq!(cart.body["stale"], true);
    let cart = member.delete(&path).await.expect(200);
    assert_eq!(cart.body["items"], json!([]));
    assert_eq!(cart.body["stale"], false);
}
