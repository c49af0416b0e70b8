use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{ANSWER_LOST, APPROVED, DECLINED, Desk, SLOW, UNAVAILABLE, eur};

/// Asserts that nothing of an order's money is left with us, and that a late payment is refused.
async fn assert_nothing_is_taken(desk: &Desk, order: Uuid, buyer: &crate::Buyer) {
    let late = desk.pay_until_known(order, buyer, 1299).await.expect(200);
    assert_eq!(late.body["status"], "cancelled");
    assert_eq!(late.body["captured"], late.body["refunded"]);
    let captured = desk.moved(order, "capture").await.1;
    let refunded = desk.moved(order, "refund").await.1;
    assert_eq!(captured, refunded);
    // What is not captured is not held either.
    let held: i64 = sqlx::query_scalar(
        "select count(*) from acquirer.charges where reference = $1 and status = 'authorized'",
    )
    .bind(order.to_string())
    .fetch_one(&desk.pool)
    .await
    .unwrap();
    assert_eq!(held, 0);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_before_the_payment_refuses_it(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(APPROVED).await;
    for _ in 0..2 {
        let cancelled = desk.cancel(order).await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled");
        assert_eq!(cancelled.body["captured"], eur(0));
    }
    assert_nothing_is_taken(&desk, order, &buyer).await;
    assert_eq!(desk.moved(order, "authorization").await, (0, 0));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_after_the_payment_gives_everything_back(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(APPROVED).await;
    desk.pay(order, &buyer, 1299).await.expect(200);
    for _ in 0..2 {
        let cancelled = desk.cancel(order).await.expect(200);
        assert_eq!(
            cancelled.body,
            json!({
                "order_id": order, "status": "cancelled", "amount": eur(1299),
                "captured": eur(1299), "refunded": eur(1299),
            })
        );
    }
    assert_eq!(desk.moved(order, "refund").await, (1, 1299));
    assert_nothing_is_taken(&desk, order, &buyer).await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_gives_back_what_is_left(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 1000).await;
    desk.refund(order, Uuid::now_v7(), 300).await.expect(200);
    let cancelled = desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["refunded"], eur(1000));
    assert_eq!(desk.moved(order, "refund").await, (2, 1000));
    let late = desk.refund(order, Uuid::now_v7(), 1).await;
    late.expect_problem(409, "refund-exceeds-capture");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_declined_payment_can_be_cancelled(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(DECLINED).await;
    desk.pay(order, &buyer, 1299).await.expect(200);
    let cancelled = desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["status"], "cancelled");
    assert_nothing_is_taken(&desk, order, &buyer).await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_capture_nobody_heard_of_is_found_and_given_back(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(ANSWER_LOST).await;
    desk.pay(order, &buyer, 1299).await.expect(503);
    assert_eq!(desk.moved(order, "capture").await, (1, 1299));

    let cancelled = desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["captured"], eur(1299));
    assert_eq!(cancelled.body["refunded"], eur(1299));
    assert_nothing_is_taken(&desk, order, &buyer).await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_authorisation_that_comes_late_is_refused_by_the_acquirer(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(APPROVED).await;
    // A payment that stopped before its authorisation was sent, as after a crash.
    sqlx::query(
        "insert into payments (order_id, user_id, payment_method_id, gateway_token, amount, currency)
         select $1, user_id, id, gateway_token, 1299, 'EUR' from payment_methods",
    )
    .bind(order)
    .execute(&desk.pool)
    .await
    .unwrap();
    desk.cancel(order).await.expect(200);

    let token: String = sqlx::query_scalar("select gateway_token from payments")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    let late = desk
        .third_party()
        .with("idempotency-key", format!("{order}:authorise"))
        .post(
            "/v1/authorizations",
            json!({ "token": token, "reference": order, "amount": 1299, "currency": "EUR" }),
        )
        .await
        .expect(402);
    assert_eq!(late.body["error"]["code"], "voided");
    assert_nothing_is_taken(&desk, order, &buyer).await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_under_way_is_finished_by_the_worker(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(UNAVAILABLE).await;
    let paid = desk.pay_until_known(order, &buyer, 1299).await.expect(200);
    assert_eq!(paid.body["status"], "captured");
    // The refund finds the acquirer unavailable twice.
    let unknown = desk.cancel(order).await;
    unknown.expect_problem(503, "outcome-unknown");
    let late = desk.refund(order, Uuid::now_v7(), 1).await;
    late.expect_problem(409, "refund-exceeds-capture");

    desk.eventually("status = 'cancelled' from payments").await;
    assert_eq!(desk.moved(order, "refund").await, (1, 1299));
    assert_nothing_is_taken(&desk, order, &buyer).await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refused_refund_does_not_end_a_cancel(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(APPROVED, 1000).await;
    // At the acquirer's own desk somebody has given it back already.
    let set_refunded = |cents: i64| {
        sqlx::query("update acquirer.charges set refunded = $1")
            .bind(cents)
            .execute(&desk.pool)
    };
    set_refunded(1000).await.unwrap();
    let unknown = desk.cancel(order).await;
    unknown.expect_problem(503, "outcome-unknown");
    set_refunded(0).await.unwrap();
    let cancelled = desk.cancel_until_known(order).await.expect(200);
    assert_eq!(cancelled.body["refunded"], eur(1000));
    assert_eq!(desk.moved(order, "refund").await, (1, 1000));
}

/// The cancel comes before, while and after the payment is under way.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_that_races_leaves_nothing_taken(pool: PgPool) {
    let desk = Desk::with(pool, 20, Duration::from_secs(8));
    for round in 0..40_u64 {
        let number =
            [APPROVED, SLOW, ANSWER_LOST, UNAVAILABLE][usize::try_from(round % 4).unwrap()];
        let order = Uuid::now_v7();
        let buyer = desk.buyer(number).await;
        let pay = async {
            let answer = desk.pay(order, &buyer, 1299).await;
            match answer.status {
                200 => assert_ne!(answer.body["status"], "declined", "{}", answer.body),
                _ => {
                    answer.expect_problem(503, "outcome-unknown");
                }
            }
        };
        let cancel = async {
            // Spreads the rounds over the time that a payment takes; which of them race does not matter.
            tokio::time::sleep(Duration::from_millis(round % 11 * 3)).await;
            desk.cancel_until_known(order).await.expect(200)
        };
        let ((), cancelled) = tokio::join!(pay, cancel);
        assert_eq!(cancelled.body["status"], "cancelled", "round {round}");
        assert_nothing_is_taken(&desk, order, &buyer).await;
    }
}
