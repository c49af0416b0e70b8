use chassis::Progress;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_guests_cart_is_forgotten_after_its_days_and_a_members_never(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let id = shop.catalog.add("teapot", 100, 5);
    let path = format!("/api/cart/items/{id}");
    let one = json!({ "quantity": 1 });
    let (_, member) = shop.member();
    member.put(&path, one.clone()).await.expect(200);
    let mut guests = Vec::new();
    for _ in 0..2 {
        let cart = shop.anybody().put(&path, one.clone()).await.expect(200);
        let token = cart.headers["x-cart-token"].to_str().unwrap().to_owned();
        guests.push(shop.guest(&token));
    }
    sqlx::query("update carts set updated_at = now() - interval '31 days'")
        .execute(&pool)
        .await
        .unwrap();
    // This one comes back in time.
    guests[1].put(&path, one).await.expect(200);

    assert_eq!(cart::purge(&pool, 32).await.unwrap(), Progress::Idle);
    assert_eq!(cart::purge(&pool, 30).await.unwrap(), Progress::More);
    assert_eq!(cart::purge(&pool, 30).await.unwrap(), Progress::Idle);

    let forgotten = guests[0].get("/api/cart").await.expect(200);
    assert_eq!(forgotten.body["version"], 0);
    for kept in [&guests[1], &member] {
        let cart = kept.get("/api/cart").await.expect(200);
        assert_eq!(cart.body["items"][0]["quantity"], 1);
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn cleared_orders_are_forgotten_after_thirty_days(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    for _ in 0..2 {
        let clear = format!("/internal/carts/{0}/clear?order={0}", Uuid::now_v7());
        let nothing = json!({ "items": [] });
        shop.order().post(&clear, nothing).await.expect(200);
    }
    assert_eq!(cart::purge(&pool, 30).await.unwrap(), Progress::Idle);
    sqlx::query(
        "update cleared set cleared_at = now() - interval '31 days'
         where order_id = (select order_id from cleared limit 1)",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(cart::purge(&pool, 30).await.unwrap(), Progress::More);
    let left: i64 = sqlx::query_scalar("select count(*) from cleared")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 1);
}
