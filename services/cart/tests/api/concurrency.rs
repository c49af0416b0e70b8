use std::time::Duration;

use serde_json::json;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn puts_at_once_make_one_cart_and_lose_no_line(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let (_, member) = shop.member();
    let mut racing = JoinSet::new();
    for number in 0..12 {
        let id = shop.catalog.add(&format!("p{number}"), 100, 9);
        let member = member.clone();
        racing.spawn(async move {
            let path = format!("/api/cart/items/{id}");
            member
                .put(&path, json!({ "quantity": 1 }))
                .await
                .expect(200)
        });
    }
    racing.join_all().await;
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"].as_array().unwrap().len(), 12);
    assert_eq!(cart.body["version"], 12);
    let carts: i64 = sqlx::query_scalar("select count(*) from carts")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(carts, 1);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_last_place_is_taken_once(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    for number in 0..49 {
        let id = shop.catalog.add(&format!("p{number}"), 100, 9);
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect(200);
    }
    let mut racing = JoinSet::new();
    for number in 0..8 {
        let id = shop.catalog.add(&format!("late{number}"), 100, 9);
        let member = member.clone();
        racing.spawn(async move {
            let path = format!("/api/cart/items/{id}");
            member.put(&path, json!({ "quantity": 1 })).await
        });
    }
    let mut put = 0;
    for answer in racing.join_all().await {
        if answer.status == 200 {
            put += 1;
        } else {
            answer.expect_problem(409, "cart-full");
        }
    }
    assert_eq!(put, 1);
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"].as_array().unwrap().len(), 50);
}

/// The embedded database has one connection: whoever asks for a second while holding it waits for ever.
#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn one_connection_is_enough(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await
        .unwrap();
    let shop = Shop::open(pool).await;
    let (user, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 50);
    let path = format!("/api/cart/items/{id}");
    let guest = shop
        .anybody()
        .put(&path, json!({ "quantity": 1 }))
        .await
        .expect(200);
    let token = guest.headers["x-cart-token"].to_str().unwrap().to_owned();
    let mut racing = JoinSet::new();
    for quantity in 1..=4 {
        let member = member.clone();
        let path = path.clone();
        racing.spawn(async move {
            let body = json!({ "quantity": quantity });
            member.put(&path, body).await.expect(200);
            member.get("/api/cart").await.expect(200)
        });
    }
    racing.join_all().await;
    let both = member.with("x-cart-token", token);
    both.post("/api/cart/merge", json!(null)).await.expect(200);
    let clear = format!("/internal/carts/{0}/clear?order={0}", user.id);
    let bought = json!({ "items": [{ "product_id": id, "quantity": 1 }] });
    shop.order().post(&clear, bought).await.expect(200);
    shop.catalog.break_down();
    member
        .put(&path, json!({ "quantity": 9 }))
        .await
        .expect(200);
    member.delete(&path).await.expect(200);
    member.delete("/api/cart").await.expect(200);
}
