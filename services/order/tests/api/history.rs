//! Lists of orders.

use serde_json::Value;
use sqlx::PgPool;
use testkit::Client;
use uuid::Uuid;

use crate::{Buyer, Shop, id, open};

async fn orders(shop: &Shop, buyer: &Buyer, count: usize) -> Vec<Uuid> {
    let product = shop.product(100, 1000);
    let mut placed = Vec::new();
    for i in 0..count {
        shop.fill_cart(buyer, &[(product, 1)]);
        let order = id(&buyer.check_out(&format!("key-{i}")).await.expect(201));
        shop.settled(order).await;
        placed.push(order);
    }
    placed.reverse();
    placed
}

/// All ids on all pages.
async fn walk(client: &Client, path: &str) -> Vec<Uuid> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .get(&format!("{path}{cursor}"))
            .await
            .expect(200)
            .body;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(
            items
                .iter()
                .map(|it| it["id"].as_str().unwrap().parse::<Uuid>().unwrap()),
        );
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return seen,
        }
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_history_walks_over_every_order_once_newest_first(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, other) = (shop.buyer(), shop.buyer());
    let placed = orders(&shop, &buyer, 7).await;
    orders(&shop, &other, 2).await;
    assert_eq!(walk(&buyer.client, "/api/orders?limit=3").await, placed);
    assert_eq!(walk(&other.client, "/api/orders?limit=2").await.len(), 2);

    let page = buyer.client.get("/api/orders").await.expect(200).body;
    assert_eq!(page["items"].as_array().unwrap().len(), 7);
    assert_eq!(page["next_cursor"], Value::Null);
    assert_eq!(page["items"][0]["lines"][0]["quantity"], 1);
    assert_eq!(page["items"][0]["status"], "confirmed");
    let nobody = shop.buyer();
    let page = nobody.client.get("/api/orders").await.expect(200).body;
    assert_eq!(page["items"], serde_json::json!([]));
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn staff_see_everybodys_orders_by_status(pool: PgPool) {
    let shop = open(pool).await;
    let (one, two) = (shop.buyer(), shop.buyer());
    orders(&shop, &one, 2).await;
    let placed = orders(&shop, &two, 3).await;
    let staff = shop.staff();
    let path = format!("/api/orders/admin/{}/pack", placed[0]);
    staff.post(&path, serde_json::json!({})).await.expect(200);

    assert_eq!(walk(&staff, "/api/orders/admin?limit=2").await.len(), 5);
    let confirmed = walk(&staff, "/api/orders/admin?limit=3&status=confirmed").await;
    assert_eq!(confirmed.len(), 4);
    assert!(!confirmed.contains(&placed[0]));
    let packed = staff
        .get("/api/orders/admin?status=packed")
        .await
        .expect(200)
        .body;
    assert_eq!(packed["items"][0]["id"], serde_json::json!(placed[0]));
    assert_eq!(
        packed["items"][0]["user_id"],
        serde_json::json!(two.user.id)
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn staff_find_an_order_by_the_number_that_somebody_reads_out(pool: PgPool) {
    let shop = open(pool).await;
    let buyer = shop.buyer();
    let placed = orders(&shop, &buyer, 2).await;
    let staff = shop.staff();
    let number = buyer.order(placed[1]).await["number"].clone();
    let number = number.as_str().unwrap();
    let found = async |query: String| {
        let page = staff.get(&format!("/api/orders/admin?{query}")).await;
        let page = page.expect(200).body;
        assert_eq!(page["next_cursor"], Value::Null);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|it| it["number"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(format!("number={number}")).await, [number]);
    let typed = format!("number=%20{}%20", number.to_lowercase());
    assert_eq!(found(typed).await, [number]);
    let confirmed = format!("number={number}&status=confirmed&limit=1");
    assert_eq!(found(confirmed).await, [number]);

    for none in [
        format!("number={number}&status=packed"),
        format!("number={number}&cursor={}", placed[1]),
        format!("number={}", &number[..number.len() - 1]),
        "number=C-2026-%25".to_owned(),
        "number=".to_owned(),
        format!("number={}", "9".repeat(32)),
    ] {
        assert_eq!(found(none).await, [""; 0]);
    }
    for wrong in [
        format!("number={}", "9".repeat(33)),
        "number=%00".to_owned(),
    ] {
        let answer = staff.get(&format!("/api/orders/admin?{wrong}")).await;
        answer.expect_problem(422, "invalid");
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_page_that_makes_no_sense_is_refused(pool: PgPool) {
    let shop = open(pool).await;
    let staff = shop.staff();
    for path in [
        "/api/orders",
        "/api/orders/admin",
        "/api/orders/admin/returns",
    ] {
        for limit in [0, 101, 255] {
            staff
                .get(&format!("{path}?limit={limit}"))
                .await
                .expect_problem(422, "invalid");
        }
        for query in ["limit=x", "cursor=x", "page=2", "status=lost&state=lost"] {
            staff
                .get(&format!("{path}?{query}"))
                .await
                .expect_problem(400, "malformed");
        }
    }
}
