//! Who may do what.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{id, open};

fn customer_routes(order: Uuid) -> Vec<(Method, String, Value)> {
    vec![
        (Method::GET, format!("/api/orders/{order}"), Value::Null),
        (
            Method::POST,
            format!("/api/orders/{order}/cancel"),
            json!({}),
        ),
        (
            Method::GET,
            format!("/api/orders/{order}/returns"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/api/orders/{order}/returns"),
            json!({ "lines": [{ "product_id": Uuid::nil(), "quantity": 1 }], "reason": "no" }),
        ),
    ]
}

fn staff_routes(order: Uuid) -> Vec<(Method, String, Value)> {
    let path = |rest: &str| format!("/api/orders/admin{rest}");
    let of = |rest: &str| format!("/api/orders/admin/{order}{rest}");
    let of_return = |rest: &str| format!("/api/orders/admin/returns/{order}{rest}");
    vec![
        (Method::GET, path(""), Value::Null),
        (Method::GET, path("/returns"), Value::Null),
        (Method::GET, path("/summary"), Value::Null),
        (Method::GET, path("/audits"), Value::Null),
        (Method::GET, of(""), Value::Null),
        (Method::POST, of("/pack"), json!({})),
        (Method::POST, of("/ship"), json!({ "tracking_number": "1" })),
        (Method::POST, of("/deliver"), json!({})),
        (Method::POST, of_return("/approve"), json!({})),
        (
            Method::POST,
            of_return("/refuse"),
            json!({ "reason": "no" }),
        ),
        (Method::POST, of_return("/receive"), json!({})),
    ]
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn nobody_gets_in_with_a_bad_token(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = id(&buyer.check_out("one").await.expect(201));
    let mut routes = customer_routes(order);
    routes.extend(staff_routes(order));
    routes.push((Method::GET, "/api/orders".to_owned(), Value::Null));
    routes.push((Method::POST, "/api/orders".to_owned(), buyer.body()));
    for (why, header) in shop.authority.bad_user_headers() {
        let client = shop.client.with("idempotency-key", "two");
        let client = match header {
            Some(header) => client.with("authorization", header),
            None => client,
        };
        for (method, path, body) in &routes {
            let body = (!body.is_null()).then(|| body.clone());
            let answer = client.send(method.clone(), path, body).await;
            assert_eq!(answer.status, 401, "{why}: {method} {path}");
            answer.expect_problem(401, "unauthenticated");
        }
    }
    assert!(
        shop.holds(
            "select count(*) = 1 from orders where $1 is not null",
            order
        )
        .await
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_session_that_has_ended_ends_here_too(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    buyer.client.get("/api/orders").await.expect(200);
    shop.authority.revoke(&buyer.user);
    buyer
        .client
        .get("/api/orders")
        .await
        .expect_problem(401, "unauthenticated");
    buyer
        .check_out("one")
        .await
        .expect_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_customer_is_not_staff(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = shop.bought(&buyer).await;
    for (method, path, body) in staff_routes(order) {
        let body = (!body.is_null()).then_some(body);
        let answer = buyer.client.send(method, &path, body).await;
        answer.expect_problem(403, "forbidden");
    }
    assert_eq!(buyer.order(order).await["status"], "confirmed");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn anothers_order_is_not_there(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = shop.bought(&buyer).await;
    // Staff too are customers where they do not act as staff.
    for stranger in [shop.buyer().client, shop.staff()] {
        for (method, path, body) in customer_routes(order) {
            let body = (!body.is_null()).then_some(body);
            let answer = stranger.send(method, &path, body).await;
            answer.expect_problem(404, "not-found");
        }
        let page = stranger.get("/api/orders").await.expect(200).body;
        assert_eq!(page["items"], json!([]));
    }
    assert_eq!(buyer.order(order).await["status"], "confirmed");
    for path in ["/api/orders/not-an-id", "/api/orders/not-an-id/returns"] {
        buyer
            .client
            .get(path)
            .await
            .expect_problem(404, "not-found");
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_broken_database_is_our_fault_and_nobody_elses_business(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    sqlx::query("alter table orders rename to lost")
        .execute(&shop.pool)
        .await
        .unwrap();
    let answers = [
        buyer.client.get("/api/orders").await,
        buyer
            .client
            .get(&format!("/api/orders/{}", Uuid::now_v7()))
            .await,
        buyer.check_out("one").await,
        shop.staff().get("/api/orders/admin").await,
    ];
    for answer in answers {
        let answer = answer.expect_problem(500, "internal");
        assert_eq!(answer.body.get("detail"), None);
        assert!(!answer.body.to_string().contains("relation"));
    }
}
