use identity::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{APPROVED, Desk, card, eur};

fn user_routes() -> Vec<(&'static str, String, Option<Value>)> {
    let id = Uuid::now_v7();
    vec![
        ("GET", "/api/payments/methods".into(), None),
        ("POST", "/api/payments/methods".into(), Some(card(APPROVED))),
        ("DELETE", format!("/api/payments/methods/{id}"), None),
    ]
}

fn internal_routes() -> Vec<(&'static str, String, Option<Value>)> {
    let (order, refund) = (Uuid::now_v7(), Uuid::now_v7());
    let intent = json!({ "user_id": order, "payment_method_id": order, "amount": eur(1) });
    let new_refund = json!({ "amount": eur(1), "reason": "" });
    vec![
        ("PUT", format!("/internal/payments/{order}"), Some(intent)),
        (
            "POST",
            format!("/internal/payments/{order}/cancel"),
            Some(json!({})),
        ),
        (
            "PUT",
            format!("/internal/payments/{order}/refunds/{refund}"),
            Some(new_refund),
        ),
    ]
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn users_need_a_good_token(pool: PgPool) {
    let desk = Desk::open(pool);
    for (why, header) in desk.authority.bad_user_headers() {
        let client = match header {
            Some(header) => desk.client().with("authorization", header),
            None => desk.client(),
        };
        for (method, path, body) in user_routes() {
            let answer = client.send(method.parse().unwrap(), &path, body).await;
            assert_eq!(answer.status, 401, "{why}: {method} {path}");
            answer.expect_problem(401, "unauthenticated");
        }
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn services_need_a_token_for_payments(pool: PgPool) {
    let desk = Desk::open(pool);
    for (why, header, status) in desk.authority.bad_service_headers("payment", Scope::Stock) {
        let client = match header {
            Some(header) => desk.client().with("authorization", header),
            None => desk.client(),
        };
        for (method, path, body) in internal_routes() {
            let answer = client.send(method.parse().unwrap(), &path, body).await;
            assert_eq!(answer.status, status, "{why}: {method} {path}");
        }
    }
    let rows: i64 = sqlx::query_scalar("select count(*) from payments")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}
