use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Client};
use uuid::Uuid;

use crate::Shop;

/// A guest's cart with these products; its token.
async fn guest_with(shop: &Shop, products: &[(Uuid, i32)]) -> String {
    let mut guest = shop.anybody();
    let mut token = String::new();
    for (id, quantity) in products {
        let path = format!("/api/cart/items/{id}");
        let body = json!({ "quantity": quantity });
        let answer = guest.put(&path, body).await.expect(200);
        if let Some(given) = answer.headers.get("x-cart-token") {
            given.to_str().unwrap().clone_into(&mut token);
            guest = shop.guest(&token);
        }
    }
    token
}

async fn merge(member: &Client, token: &str) -> Answer {
    let both = member.with("x-cart-token", token);
    both.post("/api/cart/merge", Value::Null).await
}

fn quantities(cart: &Answer) -> Vec<(String, i64)> {
    cart.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let slug = it["slug"].as_str().unwrap().to_owned();
            (slug, it["quantity"].as_i64().unwrap())
        })
        .collect()
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn quantities_add_up_to_the_available_stock(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let plenty = shop.catalog.add("plenty", 100, 500);
    let scarce = shop.catalog.add("scarce", 100, 4);
    let ours = shop.catalog.add("ours", 100, 9);
    let theirs = shop.catalog.add("theirs", 100, 9);
    for (id, quantity) in [(plenty, 60), (scarce, 3), (ours, 2)] {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": quantity }))
            .await
            .expect(200);
    }
    let token = guest_with(&shop, &[(plenty, 60), (scarce, 3), (theirs, 5)]).await;

    let merged = merge(&member, &token).await.expect(200);
    let expected = [
        ("plenty".to_owned(), 99),
        ("scarce".to_owned(), 4),
        ("ours".to_owned(), 2),
        ("theirs".to_owned(), 5),
    ];
    assert_eq!(quantities(&merged), expected);
    assert_eq!(member.get("/api/cart").await.expect(200).body, merged.body);

    // The guest's cart is gone, so doing it again does nothing.
    let gone = shop.guest(&token).get("/api/cart").await.expect(200);
    assert_eq!(gone.body["items"], json!([]));
    let again = merge(&member, &token).await.expect(200);
    assert_eq!(again.body, merged.body);

    let metrics = Client::new(shop.running.management_url());
    let metrics = metrics.get("/metrics").await.expect(200);
    let metrics = metrics.body.as_str().unwrap();
    for line in [
        r#"cart_merges_total{outcome="merged",service="cart"} 1"#,
        r#"cart_merges_total{outcome="nothing",service="cart"} 1"#,
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_member_without_a_cart_gets_the_guests(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 5);
    let token = guest_with(&shop, &[(id, 2)]).await;
    shop.catalog
        .set(id, "price", json!({ "amount": 120, "currency": "EUR" }));
    let merged = merge(&member, &token).await.expect(200);
    assert_eq!(quantities(&merged), [("teapot".to_owned(), 2)]);
    // The price that the guest saw is remembered.
    assert_eq!(
        merged.body["items"][0]["previous_unit_price"]["amount"],
        100
    );
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn without_a_guests_cart_nothing_happens(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 5);
    let path = format!("/api/cart/items/{id}");
    let before = member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);
    for token in ["gibberish", &"A".repeat(43)] {
        let merged = merge(&member, token).await.expect(200);
        assert_eq!(merged.body, before.body);
    }
    let merged = member
        .post("/api/cart/merge", Value::Null)
        .await
        .expect(200);
    assert_eq!(merged.body, before.body);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn what_does_not_fit_is_left_out_and_the_members_own_never(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let own: Vec<_> = (0..49)
        .map(|it| shop.catalog.add(&format!("own{it}"), 100, 9))
        .collect();
    for id in &own {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect(200);
    }
    let [first, second] = ["first", "second"].map(|it| shop.catalog.add(it, 100, 9));
    let token = guest_with(&shop, &[(first, 1), (second, 1), (own[0], 1)]).await;
    let merged = merge(&member, &token).await.expect(200);
    let mut expected: Vec<_> = (0..49).map(|it| (format!("own{it}"), 1)).collect();
    expected[0].1 = 2;
    expected.push(("first".to_owned(), 1));
    assert_eq!(quantities(&merged), expected);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn while_the_catalog_is_down_nothing_is_merged_and_nothing_lost(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 5);
    let token = guest_with(&shop, &[(id, 2)]).await;
    shop.catalog.break_down();
    let refused = merge(&member, &token).await;
    let refused = refused.expect_problem(503, "catalog-unavailable");
    assert_eq!(refused.headers["retry-after"], "2");
    shop.catalog.recover();
    let merged = merge(&member, &token).await.expect(200);
    assert_eq!(quantities(&merged), [("teapot".to_owned(), 2)]);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn one_guests_cart_goes_to_one_member(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let id = shop.catalog.add("teapot", 100, 500);
    let token = guest_with(&shop, &[(id, 7)]).await;
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (_, member) = shop.member();
        let token = token.clone();
        racing.spawn(async move { merge(&member, &token).await.expect(200) });
    }
    let answers = racing.join_all().await;
    let total: i64 = answers
        .iter()
        .flat_map(quantities)
        .map(|(_, quantity)| quantity)
        .sum();
    assert_eq!(total, 7);
}
