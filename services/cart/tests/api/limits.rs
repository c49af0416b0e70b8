use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_product_must_be_on_sale(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let retired = shop.catalog.add("retired", 100, 5);
    shop.catalog.set(retired, "active", json!(false));
    for id in [retired, Uuid::now_v7()] {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect_problem(404, "no-such-product");
    }
    member
        .put("/api/cart/items/teapot", json!({ "quantity": 1 }))
        .await
        .expect_problem(404, "not-found");
    assert_eq!(member.get("/api/cart").await.body["version"], 0);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn no_more_than_what_is_available_is_put_in(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 3);
    let path = format!("/api/cart/items/{id}");
    let refused = member.put(&path, json!({ "quantity": 4 })).await;
    let refused = refused.expect_problem(409, "insufficient-stock");
    assert_eq!(refused.text("/detail"), "3 available");
    assert_eq!(member.get("/api/cart").await.body["items"], json!([]));
    member
        .put(&path, json!({ "quantity": 3 }))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_quantity_is_from_1_to_99_and_nothing_else(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 500);
    let path = format!("/api/cart/items/{id}");
    for quantity in [-1, 0, 100] {
        let refused = member.put(&path, json!({ "quantity": quantity })).await;
        let refused = refused.expect_problem(422, "invalid");
        assert_eq!(refused.text("/errors/0/field"), "quantity");
    }
    for body in [
        json!({}),
        json!({ "quantity": 1.5 }),
        json!({ "quantity": "2" }),
        json!({ "quantity": 5_000_000_000_i64 }),
        json!({ "quantity": 1, "unit_price": { "amount": 1, "currency": "EUR" } }),
    ] {
        member
            .put(&path, body)
            .await
            .expect_problem(400, "malformed");
    }
    for quantity in [1, 99] {
        let cart = member.put(&path, json!({ "quantity": quantity })).await;
        assert_eq!(cart.expect(200).body["items"][0]["quantity"], quantity);
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_cart_holds_fifty_products(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let mut ids = Vec::new();
    for number in 0..51 {
        ids.push(shop.catalog.add(&format!("p{number}"), 100, 5));
    }
    for id in &ids[..50] {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect(200);
    }
    let one_more = format!("/api/cart/items/{}", ids[50]);
    member
        .put(&one_more, json!({ "quantity": 1 }))
        .await
        .expect_problem(409, "cart-full");
    // What is in already can still be changed, and a refusal changes nothing.
    let path = format!("/api/cart/items/{}", ids[49]);
    let cart = member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);
    assert_eq!(cart.body["items"].as_array().unwrap().len(), 50);
    assert_eq!(cart.body["version"], 51);
    member.delete(&path).await.expect(200);
    member
        .put(&one_more, json!({ "quantity": 1 }))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn currencies_do_not_mix(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let [euros, dollars] = ["euros", "dollars"].map(|it| shop.catalog.add(it, 100, 5));
    let price = json!({ "amount": 100, "currency": "USD" });
    shop.catalog.set(dollars, "price", price);
    let put_euros = format!("/api/cart/items/{euros}");
    let put_dollars = format!("/api/cart/items/{dollars}");

    let one = json!({ "quantity": 1 });
    member.put(&put_euros, one.clone()).await.expect(200);
    member
        .put(&put_dollars, one.clone())
        .await
        .expect_problem(409, "currency-mismatch");
    member.delete(&put_euros).await.expect(200);
    let cart = member.put(&put_dollars, one).await.expect(200);
    assert_eq!(
        cart.body["total"],
        json!({ "amount": 100, "currency": "USD" })
    );
}
