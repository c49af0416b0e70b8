use serde_json::json;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{APPROVED, Desk, UNAVAILABLE, eur};

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refund_is_given_once(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 1000).await;
    let refund = Uuid::now_v7();
    for _ in 0..2 {
        let given = desk.refund(order, refund, 400).await.expect(200);
        assert_eq!(
            given.body,
            json!({
                "refund_id": refund, "status": "refunded", "amount": eur(400),
                "payment": {
                    "order_id": order, "status": "captured", "amount": eur(1000),
                    "captured": eur(1000), "refunded": eur(400),
                },
            })
        );
    }
    assert_eq!(desk.moved(order, "refund").await, (1, 400));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn refunds_stop_at_the_capture(pool: PgPool) {
    let desk = Desk::open(pool);
    let (order, other) = (
        desk.paid(APPROVED, 1000).await,
        desk.paid(APPROVED, 5000).await,
    );
    desk.refund(order, Uuid::now_v7(), 999).await.expect(200);
    let refused = desk.refund(order, Uuid::now_v7(), 2).await;
    refused.expect_problem(409, "refund-exceeds-capture");
    desk.refund(order, Uuid::now_v7(), 1).await.expect(200);
    let refused = desk.refund(order, Uuid::now_v7(), 1).await;
    refused.expect_problem(409, "refund-exceeds-capture");
    assert_eq!(desk.moved(order, "refund").await, (2, 1000));
    assert_eq!(desk.moved(other, "refund").await, (0, 0));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refund_needs_a_payment_and_an_id_of_its_own(pool: PgPool) {
    let desk = Desk::open(pool);
    let (order, other) = (
        desk.paid(APPROVED, 1000).await,
        desk.paid(APPROVED, 1000).await,
    );
    let nothing = desk.refund(Uuid::now_v7(), Uuid::now_v7(), 1).await;
    nothing.expect_problem(404, "not-found");

    let refund = Uuid::now_v7();
    desk.refund(order, refund, 400).await.expect(200);
    let another_amount = desk.refund(order, refund, 401).await;
    another_amount.expect_problem(409, "payment-mismatch");
    let another_order = desk.refund(other, refund, 400).await;
    another_order.expect_problem(409, "payment-mismatch");
    let path = format!("/internal/payments/{order}/refunds/{}", Uuid::now_v7());
    let dollars = json!({ "amount": { "amount": 1, "currency": "USD" }, "reason": "" });
    let another_currency = desk.order().put(&path, dollars).await;
    another_currency.expect_problem(409, "payment-mismatch");

    for (cents, reason) in [
        (0, "x".to_owned()),
        (-5, "x".to_owned()),
        (1, "x".repeat(501)),
    ] {
        let body = json!({ "amount": eur(cents), "reason": reason });
        let invalid = desk.order().put(&path, body).await;
        invalid.expect_problem(422, "invalid");
    }
    assert_eq!(desk.moved(order, "refund").await, (1, 400));
    assert_eq!(desk.moved(other, "refund").await, (0, 0));
}

/// Races refunds of these amounts against a capture; answers how many were given.
async fn race(desk: &Desk, order: Uuid, amounts: &[i64]) -> Vec<i64> {
    let mut racing = JoinSet::new();
    for amount in amounts.iter().copied() {
        let order_service = desk.order();
        let path = format!("/internal/payments/{order}/refunds/{}", Uuid::now_v7());
        let body = json!({ "amount": eur(amount), "reason": "race" });
        racing.spawn(async move { (amount, order_service.put(&path, body).await) });
    }
    let mut given = Vec::new();
    for (amount, answer) in racing.join_all().await {
        match answer.status {
            200 => given.push(amount),
            _ => {
                answer.expect_problem(409, "refund-exceeds-capture");
            }
        }
    }
    given
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn of_two_racing_refunds_that_exceed_the_capture_one_wins(pool: PgPool) {
    let desk = Desk::open(pool);
    for _ in 0..10 {
        let order = desk.paid(APPROVED, 100).await;
        assert_eq!(race(&desk, order, &[60, 60]).await, [60]);
        assert_eq!(desk.moved(order, "refund").await, (1, 60));
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn many_racing_refunds_add_up_to_the_capture_at_most(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 100).await;
    let given = race(&desk, order, &[7; 30]).await;
    assert_eq!(given.len(), 14, "as many as fit");
    assert_eq!(desk.moved(order, "refund").await, (14, 98));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn twenty_twins_give_back_once(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 100).await;
    let path = format!("/internal/payments/{order}/refunds/{}", Uuid::now_v7());
    let mut twins = JoinSet::new();
    for _ in 0..20 {
        let (order_service, path) = (desk.order(), path.clone());
        let body = json!({ "amount": eur(10), "reason": "twin" });
        twins.spawn(async move { order_service.put(&path, body).await });
    }
    for answer in twins.join_all().await {
        assert_eq!(answer.expect(200).body["payment"]["refunded"], eur(10));
    }
    assert_eq!(desk.moved(order, "refund").await, (1, 10));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refund_that_was_not_answered_keeps_its_amount_reserved(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(UNAVAILABLE, 100).await;
    let refund = Uuid::now_v7();
    let unknown = desk.refund(order, refund, 60).await;
    unknown.expect_problem(503, "outcome-unknown");
    let other = desk.refund(order, Uuid::now_v7(), 60).await;
    other.expect_problem(409, "refund-exceeds-capture");
    let unknown = desk.refund(order, refund, 60).await;
    unknown.expect_problem(503, "outcome-unknown");
    let given = desk.refund(order, refund, 60).await.expect(200);
    assert_eq!(given.body["payment"]["refunded"], eur(60));
    assert_eq!(desk.moved(order, "refund").await, (1, 60));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refund_under_way_is_finished_by_the_worker(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(UNAVAILABLE, 100).await;
    let refund = Uuid::now_v7();
    desk.refund(order, refund, 60).await.expect(503);
    desk.eventually("status = 'refunded' from refunds").await;
    assert_eq!(desk.moved(order, "refund").await, (1, 60));
    let given = desk.refund(order, refund, 60).await.expect(200);
    assert_eq!(given.body["status"], "refunded");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refused_refund_gives_its_amount_back_and_stays_refused(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 100).await;
    let set_refunded = |cents: i64| {
        sqlx::query("update acquirer.charges set refunded = $1")
            .bind(cents)
            .execute(&desk.pool)
    };
    // At the acquirer's own desk somebody has given it back already.
    set_refunded(100).await.unwrap();
    let refund = Uuid::now_v7();
    for _ in 0..2 {
        let refused = desk.refund(order, refund, 60).await;
        refused.expect_problem(409, "refund-refused");
    }
    set_refunded(0).await.unwrap();
    let refused = desk.refund(order, refund, 60).await;
    refused.expect_problem(409, "refund-refused");
    let given = desk.refund(order, Uuid::now_v7(), 100).await.expect(200);
    assert_eq!(given.body["payment"]["refunded"], eur(100));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_schema_itself_refuses_to_give_back_more_than_was_taken(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 100).await;
    for (sql, constraint) in [
        (
            "update payments set refunded = 101",
            "payments_refunded_check",
        ),
        (
            "update payments set captured = 101",
            "payments_captured_check",
        ),
        (
            "update payments set captured = 99",
            "payments_captured_status_check",
        ),
        (
            "update payments set status = 'cancelled'",
            "payments_captured_status_check",
        ),
        ("update payments set charge = null", "payments_charge_check"),
        (
            "update acquirer.charges set refunded = 101",
            "charges_refunded_check",
        ),
    ] {
        let error = sqlx::query(sql).execute(&desk.pool).await.unwrap_err();
        assert!(chassis::violates(&error, constraint), "{sql}: {error}");
    }
    desk.refund(order, Uuid::now_v7(), 100).await.expect(200);
}
