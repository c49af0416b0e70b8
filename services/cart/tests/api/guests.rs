use serde_json::json;
use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_guest_gets_a_token_with_the_first_product(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let [teapot, cup] = ["teapot", "cup"].map(|it| shop.catalog.add(it, 100, 5));
    let put = format!("/api/cart/items/{teapot}");
    let first = shop
        .anybody()
        .put(&put, json!({ "quantity": 2 }))
        .await
        .expect(200);
    let token = first.headers["x-cart-token"].to_str().unwrap().to_owned();
    assert_eq!(token.len(), 43, "32 bytes in base64url");

    let guest = shop.guest(&token);
    let put = format!("/api/cart/items/{cup}");
    let second = guest.put(&put, json!({ "quantity": 1 })).await.expect(200);
    assert!(!second.headers.contains_key("x-cart-token"));
    assert_eq!(second.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(guest.get("/api/cart").await.expect(200).body, second.body);
    guest.delete(&put).await.expect(200);
    let emptied = guest.delete("/api/cart").await.expect(200);
    assert_eq!(emptied.body["items"], json!([]));

    // Only its hash is kept.
    let dump: String = sqlx::query_scalar("select string_agg(carts::text, ' ') from carts")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!dump.contains(&token));
    let hash_length: i32 = sqlx::query_scalar("select octet_length(token_hash) from carts")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(hash_length, 32);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_token_that_is_not_known_is_no_cart(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let id = shop.catalog.add("teapot", 100, 5);
    let put = format!("/api/cart/items/{id}");
    let unknown = "A".repeat(43);
    for token in ["gibberish", "", "é", "AAAA", unknown.as_str()] {
        let guest = shop.guest(token);
        let cart = guest.get("/api/cart").await.expect(200);
        assert_eq!(cart.body["items"], json!([]));
        assert_eq!(cart.body["version"], 0);
        guest.delete(&put).await.expect(200);
        guest.delete("/api/cart").await.expect(200);
        let cart = guest.put(&put, json!({ "quantity": 1 })).await.expect(200);
        let given = cart.headers["x-cart-token"].to_str().unwrap();
        assert_ne!(given, token, "nobody chooses a token");
        assert_eq!(shop.guest(given).get("/api/cart").await.body, cart.body);
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_refused_put_makes_no_cart(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let id = shop.catalog.add("teapot", 100, 5);
    let put = format!("/api/cart/items/{id}");
    let refused = shop.anybody().put(&put, json!({ "quantity": 9 })).await;
    let refused = refused.expect_problem(409, "insufficient-stock");
    assert!(!refused.headers.contains_key("x-cart-token"));
    let carts: i64 = sqlx::query_scalar("select count(*) from carts")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(carts, 0);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn guests_do_not_see_each_other(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let id = shop.catalog.add("teapot", 100, 50);
    let put = format!("/api/cart/items/{id}");
    let mut tokens = Vec::new();
    for quantity in [3, 7] {
        let body = json!({ "quantity": quantity });
        let cart = shop.anybody().put(&put, body).await.expect(200);
        tokens.push(cart.headers["x-cart-token"].to_str().unwrap().to_owned());
    }
    shop.guest(&tokens[0]).delete(&put).await.expect(200);
    let other = shop.guest(&tokens[1]).get("/api/cart").await.expect(200);
    assert_eq!(other.body["items"][0]["quantity"], 7);
    let nobody = shop.anybody().get("/api/cart").await.expect(200);
    assert_eq!(nobody.body["items"], json!([]));
}
