use serde_json::json;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_order_service_reads_a_members_cart(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (user, member) = shop.member();
    let (_, other) = shop.member();
    let id = shop.catalog.add("teapot", 100, 5);
    let put = format!("/api/cart/items/{id}");
    let read = format!("/internal/carts/{}", user.id);

    let none = shop.order().get(&read).await.expect(200);
    assert_eq!(none.body, json!({ "version": 0, "items": [] }));
    member.put(&put, json!({ "quantity": 2 })).await.expect(200);
    other.put(&put, json!({ "quantity": 4 })).await.expect(200);
    let calls = shop.catalog.calls().await;
    let cart = shop.order().get(&read).await.expect(200);
    assert_eq!(
        cart.body,
        json!({ "version": 1, "items": [{ "product_id": id, "quantity": 2 }] }),
    );
    assert_eq!(
        shop.catalog.calls().await,
        calls,
        "order asks for prices itself"
    );
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn what_was_bought_is_taken_out_once_and_later_additions_stay(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (user, member) = shop.member();
    let (_, other) = shop.member();
    let [all, some, later] = ["all", "some", "later"].map(|it| shop.catalog.add(it, 100, 50));
    for (id, quantity) in [(all, 2), (some, 3)] {
        let put = format!("/api/cart/items/{id}");
        let body = json!({ "quantity": quantity });
        member.put(&put, body.clone()).await.expect(200);
        other.put(&put, body).await.expect(200);
    }
    // While the order is paid, the customer goes on.
    for (id, quantity) in [(some, 5), (later, 1)] {
        let put = format!("/api/cart/items/{id}");
        let body = json!({ "quantity": quantity });
        member.put(&put, body).await.expect(200);
    }

    let clear = format!("/internal/carts/{}/clear?order={}", user.id, Uuid::now_v7());
    let bought = json!({ "items": [
        { "product_id": all, "quantity": 2 },
        { "product_id": some, "quantity": 3 },
        { "product_id": Uuid::now_v7(), "quantity": 1 },
    ] });
    let read = format!("/internal/carts/{}", user.id);
    let left = json!([
        { "product_id": some, "quantity": 2 },
        { "product_id": later, "quantity": 1 },
    ]);
    for _ in 0..2 {
        let answer = shop.order().post(&clear, bought.clone()).await.expect(200);
        assert_eq!(answer.body, json!({}));
        let cart = shop.order().get(&read).await.expect(200);
        assert_eq!(cart.body["items"], left);
    }
    let others = other.get("/api/cart").await.expect(200);
    assert_eq!(others.body["items"][0]["quantity"], 2);
    assert_eq!(others.body["items"][1]["quantity"], 3);

    // Another order takes out again.
    let clear = format!("/internal/carts/{}/clear?order={}", user.id, Uuid::now_v7());
    shop.order().post(&clear, bought).await.expect(200);
    let cart = shop.order().get(&read).await.expect(200);
    let left = json!([{ "product_id": later, "quantity": 1 }]);
    assert_eq!(cart.body["items"], left);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_same_clear_many_times_at_once_takes_out_once(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (user, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 99);
    let put = format!("/api/cart/items/{id}");
    member
        .put(&put, json!({ "quantity": 50 }))
        .await
        .expect(200);
    let clear = format!("/internal/carts/{}/clear?order={}", user.id, Uuid::now_v7());
    let mut racing = JoinSet::new();
    for _ in 0..10 {
        let (order, clear) = (shop.order(), clear.clone());
        racing.spawn(async move {
            let bought = json!({ "items": [{ "product_id": id, "quantity": 4 }] });
            order.post(&clear, bought).await.expect(200)
        });
    }
    racing.join_all().await;
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["quantity"], 46);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_product_named_twice_counts_twice(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (user, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 99);
    let put = format!("/api/cart/items/{id}");
    member.put(&put, json!({ "quantity": 5 })).await.expect(200);
    let clear = format!("/internal/carts/{}/clear?order={}", user.id, Uuid::now_v7());
    let line = json!({ "product_id": id, "quantity": 2 });
    let bought = json!({ "items": [line, line] });
    shop.order().post(&clear, bought).await.expect(200);
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["quantity"], 1);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_clear_without_a_cart_is_no_error(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let clear = format!("/internal/carts/{0}/clear?order={0}", Uuid::now_v7());
    let bought = json!({ "items": [{ "product_id": Uuid::now_v7(), "quantity": 1 }] });
    shop.order().post(&clear, bought).await.expect(200);
    shop.order()
        .post(&clear, json!({ "items": [] }))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_clear_names_its_order_and_sensible_quantities(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let order = shop.order();
    let user = Uuid::now_v7();
    let nothing = json!({ "items": [] });
    order
        .post(&format!("/internal/carts/{user}/clear"), nothing)
        .await
        .expect_problem(400, "malformed");
    let clear = format!("/internal/carts/{user}/clear?order={user}");
    let none = json!({ "items": [{ "product_id": user, "quantity": 0 }] });
    let refused = order.post(&clear, none).await;
    let refused = refused.expect_problem(422, "invalid");
    assert_eq!(refused.text("/errors/0/field"), "items[0].quantity");
    let line = json!({ "product_id": user, "quantity": 1 });
    let many = json!({ "items": vec![line; 101] });
    order
        .post(&clear, many)
        .await
        .expect_problem(422, "invalid");
}
