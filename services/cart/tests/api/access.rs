use identity::Scope;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::Shop;

fn public_routes(product: Uuid) -> Vec<(Method, String, Option<Value>)> {
    let item = format!("/api/cart/items/{product}");
    vec![
        (Method::GET, "/api/cart".into(), None),
        (Method::PUT, item.clone(), Some(json!({ "quantity": 1 }))),
        (Method::DELETE, item, None),
        (Method::DELETE, "/api/cart".into(), None),
        (Method::POST, "/api/cart/merge".into(), None),
    ]
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_bad_token_is_refused_and_never_taken_for_a_guest(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let id = shop.catalog.add("teapot", 100, 5);
    let put = format!("/api/cart/items/{id}");
    let guest = shop
        .anybody()
        .put(&put, json!({ "quantity": 1 }))
        .await
        .expect(200);
    let token = guest.headers["x-cart-token"].to_str().unwrap().to_owned();

    for (why, header) in shop.authority.bad_user_headers() {
        // Guests come without a token; only merging needs one.
        let client = match header {
            Some(header) => shop.guest(&token).with("authorization", header),
            None => shop.guest(&token),
        };
        for (method, path, body) in public_routes(id) {
            if why == "no token" && path != "/api/cart/merge" {
                continue;
            }
            let answer = client.send(method.clone(), &path, body).await;
            assert_eq!(answer.status, 401, "{why}: {method} {path}");
            let answer = answer.expect_problem(401, "unauthenticated");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    let carts: i64 = sqlx::query_scalar("select count(*) from carts")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(carts, 1);
    let untouched = shop.guest(&token).get("/api/cart").await.expect(200);
    assert_eq!(untouched.body, guest.body);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn internal_routes_are_for_services_with_the_right_scope(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let user = Uuid::now_v7();
    let routes = [
        (Method::GET, format!("/internal/carts/{user}"), None),
        (
            Method::POST,
            format!("/internal/carts/{user}/clear?order={user}"),
            Some(json!({ "items": [] })),
        ),
    ];
    let bad = shop.authority.bad_service_headers("cart", Scope::Stock);
    for (why, header, status) in bad {
        let client = match header {
            Some(header) => shop.anybody().with("authorization", header),
            None => shop.anybody(),
        };
        for (method, path, body) in routes.clone() {
            let answer = client.send(method.clone(), &path, body).await;
            assert_eq!(answer.status, status, "{why}: {method} {path}");
        }
    }
    for (method, path, body) in routes {
        shop.order().send(method, &path, body).await.expect(200);
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn nobody_sees_or_changes_another_members_cart(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let id = shop.catalog.add("teapot", 100, 50);
    let put = format!("/api/cart/items/{id}");
    let (_, mine) = shop.member();
    let before = mine.put(&put, json!({ "quantity": 7 })).await.expect(200);

    let staff = shop.authority.staff();
    let (_, other) = shop.member();
    let service = shop.authority.service("order", "cart", Scope::Carts);
    let strangers = [
        other,
        shop.anybody().bearer(&staff.token),
        shop.anybody(),
        shop.guest(&"A".repeat(43)),
    ];
    for stranger in strangers {
        let cart = stranger.get("/api/cart").await.expect(200);
        assert_eq!(cart.body["items"], json!([]));
        stranger.delete(&put).await.expect(200);
        stranger.delete("/api/cart").await.expect(200);
        let cart = stranger.put(&put, json!({ "quantity": 1 })).await;
        assert_eq!(cart.expect(200).body["items"][0]["quantity"], 1);
    }
    // Nor is a service's token a member's.
    let service = shop.anybody().bearer(&service);
    service.get("/api/cart").await.expect(401);
    assert_eq!(mine.get("/api/cart").await.expect(200).body, before.body);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_member_with_a_guests_token_is_the_member(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let [ours, theirs] = ["ours", "theirs"].map(|it| shop.catalog.add(it, 100, 5));
    let one = json!({ "quantity": 1 });
    let put_ours = format!("/api/cart/items/{ours}");
    let put_theirs = format!("/api/cart/items/{theirs}");
    let guest = shop.anybody().put(&put_theirs, one.clone()).await;
    let token = guest.headers["x-cart-token"].to_str().unwrap().to_owned();
    let (_, member) = shop.member();
    let both = member.with("x-cart-token", token.as_str());

    both.put(&put_ours, one).await.expect(200);
    both.delete(&put_theirs).await.expect(200);
    let cart = both.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(cart.body["items"][0]["slug"], "ours");
    both.delete("/api/cart").await.expect(200);
    let cart = shop.guest(&token).get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["slug"], "theirs");
}
