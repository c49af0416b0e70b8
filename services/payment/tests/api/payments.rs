use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any, matchers::path};

use crate::{
    AMEX, ANSWER_LOST, APPROVED, DECLINED, Desk, INSUFFICIENT_FUNDS, MASTERCARD, SLOW, UNAVAILABLE,
    eur,
};

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_order_is_paid_once(pool: PgPool) {
    let desk = Desk::open(pool);
    for number in [APPROVED, MASTERCARD, AMEX, SLOW, "6011 0009 9013 9424"] {
        let order = Uuid::now_v7();
        let buyer = desk.buyer(number).await;
        let paid = desk.pay(order, &buyer, 1299).await.expect(200);
        assert_eq!(
            paid.body,
            json!({
                "order_id": order, "status": "captured", "amount": eur(1299),
                "captured": eur(1299), "refunded": eur(0),
            })
        );
        let again = desk.pay(order, &buyer, 1299).await.expect(200);
        assert_eq!(again.body, paid.body);
        assert_eq!(desk.moved(order, "authorization").await, (1, 1299));
        assert_eq!(desk.moved(order, "capture").await, (1, 1299));
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_decline_is_final_and_says_why(pool: PgPool) {
    let desk = Desk::open(pool);
    for (number, code) in [
        (DECLINED, "card_declined"),
        (INSUFFICIENT_FUNDS, "insufficient_funds"),
    ] {
        let order = Uuid::now_v7();
        let buyer = desk.buyer(number).await;
        for _ in 0..2 {
            let declined = desk.pay(order, &buyer, 500).await.expect(200);
            assert_eq!(
                declined.body,
                json!({
                    "order_id": order, "status": "declined", "decline_code": code,
                    "amount": eur(500), "captured": eur(0), "refunded": eur(0),
                })
            );
        }
        assert_eq!(desk.moved(order, "capture").await, (0, 0));
        let refused = desk.refund(order, Uuid::now_v7(), 1).await;
        refused.expect_problem(409, "refund-exceeds-capture");
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_lost_answer_is_unknown_and_then_the_truth(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(ANSWER_LOST).await;

    let unknown = desk.pay(order, &buyer, 1299).await;
    let unknown = unknown.expect_problem(503, "outcome-unknown");
    assert_eq!(unknown.headers["retry-after"], "1");
    assert!(unknown.body.get("detail").is_none(), "{}", unknown.body);
    assert_eq!(
        desk.moved(order, "capture").await,
        (1, 1299),
        "it was captured"
    );

    let known = desk.pay(order, &buyer, 1299).await.expect(200);
    assert_eq!(known.body["status"], "captured");
    assert_eq!(desk.moved(order, "capture").await, (1, 1299), "once");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_unavailable_acquirer_is_asked_again_until_it_answers(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(UNAVAILABLE).await;
    // Two attempts for the authorisation, two for the capture.
    for _ in 0..4 {
        let unknown = desk.pay(order, &buyer, 1299).await;
        unknown.expect_problem(503, "outcome-unknown");
    }
    let paid = desk.pay(order, &buyer, 1299).await.expect(200);
    assert_eq!(paid.body["status"], "captured");
    assert_eq!(desk.moved(order, "capture").await, (1, 1299));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_gateway_slower_than_the_deadline_is_unknown_and_then_the_truth(pool: PgPool) {
    let desk = Desk::with(pool, 5_000, Duration::from_millis(500));
    let order = Uuid::now_v7();
    let buyer = desk.buyer(SLOW).await;
    let unknown = desk.pay(order, &buyer, 1299).await;
    unknown.expect_problem(503, "outcome-unknown");
    let paid = desk.pay(order, &buyer, 1299).await.expect(200);
    assert_eq!(paid.body["status"], "captured");
    assert_eq!(desk.moved(order, "authorization").await, (1, 1299));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn twenty_twins_make_one_capture(pool: PgPool) {
    let desk = Desk::open(pool);
    for number in [APPROVED, ANSWER_LOST] {
        let order = Uuid::now_v7();
        let buyer = desk.buyer(number).await;
        let mut twins = JoinSet::new();
        for _ in 0..20 {
            let (order_service, body) = (desk.order(), buyer.intent(1299));
            let path = format!("/internal/payments/{order}");
            twins.spawn(async move { order_service.put(&path, body).await });
        }
        for answer in twins.join_all().await {
            match answer.status {
                200 => assert_eq!(answer.body["status"], "captured"),
                _ => {
                    answer.expect_problem(503, "outcome-unknown");
                }
            }
        }
        let paid = desk.pay(order, &buyer, 1299).await.expect(200);
        assert_eq!(paid.body["captured"], eur(1299));
        assert_eq!(desk.moved(order, "authorization").await, (1, 1299));
        assert_eq!(desk.moved(order, "capture").await, (1, 1299));
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn only_ones_own_method_pays(pool: PgPool) {
    let desk = Desk::open(pool);
    let (mine, theirs) = (desk.buyer(APPROVED).await, desk.buyer(APPROVED).await);
    let order = Uuid::now_v7();
    let path = format!("/internal/payments/{order}");
    for method in [theirs.method.clone(), Uuid::now_v7().to_string()] {
        let mut body = mine.intent(100);
        body["payment_method_id"] = json!(method);
        let refused = desk.order().put(&path, body).await;
        refused.expect_problem(422, "unknown-payment-method");
    }
    let rows: i64 = sqlx::query_scalar("select count(*) from payments")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_method_may_go_while_its_payment_is_under_way(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let buyer = desk.buyer(ANSWER_LOST).await;
    let unknown = desk.pay(order, &buyer, 100).await;
    unknown.expect_problem(503, "outcome-unknown");
    let path = format!("/api/payments/methods/{}", buyer.method);
    let mine = desk.client().bearer(&buyer.user.token);
    mine.delete(&path).await.expect(204);

    let paid = desk.pay(order, &buyer, 100).await.expect(200);
    assert_eq!(paid.body["status"], "captured");
    let next = desk.pay(Uuid::now_v7(), &buyer, 100).await;
    next.expect_problem(422, "unknown-payment-method");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_order_has_one_payment_of_one_amount(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    let path = format!("/internal/payments/{order}");
    let (mine, theirs) = (desk.buyer(APPROVED).await, desk.buyer(APPROVED).await);
    desk.pay(order, &mine, 100).await.expect(200);

    let mut dollars = mine.intent(100);
    dollars["amount"]["currency"] = json!("USD");
    for other in [mine.intent(101), theirs.intent(100), dollars] {
        let refused = desk.order().put(&path, other).await;
        refused.expect_problem(409, "payment-mismatch");
    }
    assert_eq!(desk.moved(order, "capture").await, (1, 100));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_amount_is_some_money(pool: PgPool) {
    let desk = Desk::open(pool);
    let buyer = desk.buyer(APPROVED).await;
    for cents in [0, -1, i64::MIN, i64::MAX] {
        let refused = desk.pay(Uuid::now_v7(), &buyer, cents).await;
        let refused = refused.expect_problem(422, "invalid");
        assert_eq!(refused.body["errors"][0]["field"], "amount");
    }
    let path = format!("/internal/payments/{}", Uuid::now_v7());
    let mut pounds = buyer.intent(1);
    pounds["amount"]["currency"] = json!("GBP");
    let refused = desk.order().put(&path, pounds).await;
    refused.expect_problem(400, "malformed");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn what_is_not_a_clear_answer_is_never_a_decline(pool: PgPool) {
    let open = Desk::open(pool.clone());
    let buyer = open.buyer(APPROVED).await;
    let gateway = MockServer::start().await;
    let deadline = Duration::from_millis(300);
    let desk = Desk::at(pool.clone(), gateway.uri().parse().unwrap(), deadline);
    let order = Uuid::now_v7();
    for template in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(503),
        ResponseTemplate::new(429),
        ResponseTemplate::new(401),
        ResponseTemplate::new(422).set_body_json(json!({ "error": { "code": "x" } })),
        ResponseTemplate::new(402).set_body_string("<html>"),
        ResponseTemplate::new(409)
            .set_body_json(json!({ "error": { "code": "already_captured" } })),
        ResponseTemplate::new(200).set_body_string(""),
        ResponseTemplate::new(302).insert_header("location", "/elsewhere"),
        ResponseTemplate::new(201).set_delay(Duration::from_secs(2)),
    ] {
        gateway.reset().await;
        Mock::given(any())
            .respond_with(template)
            .mount(&gateway)
            .await;
        let unknown = desk.pay(order, &buyer, 100).await;
        unknown.expect_problem(503, "outcome-unknown");
    }
    // Nobody listens there.
    let nowhere = Desk::at(pool, "http://127.0.0.1:9".parse().unwrap(), deadline);
    let unknown = nowhere.pay(order, &buyer, 100).await;
    unknown.expect_problem(503, "outcome-unknown");

    let paid = open.pay(order, &buyer, 100).await.expect(200);
    assert_eq!(
        paid.body["status"], "captured",
        "nothing was decided before"
    );
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_capture_that_is_refused_is_a_decline(pool: PgPool) {
    let open = Desk::open(pool.clone());
    let buyer = open.buyer(APPROVED).await;
    let gateway = MockServer::start().await;
    let refusal = json!({ "error": { "code": "authorization_expired" } });
    Mock::given(path("/v1/authorizations"))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "id": "ch_1" })))
        .mount(&gateway)
        .await;
    Mock::given(path("/v1/captures"))
        .respond_with(ResponseTemplate::new(402).set_body_json(refusal))
        .mount(&gateway)
        .await;
    let url = gateway.uri().parse().unwrap();
    let desk = Desk::at(pool, url, Duration::from_secs(8));
    let declined = desk.pay(Uuid::now_v7(), &buyer, 100).await.expect(200);
    assert_eq!(declined.body["status"], "declined");
    assert_eq!(declined.body["decline_code"], "authorization_expired");
}

/// Every request carries the key that follows from the order, and our key at the acquirer.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_intent_is_stored_before_the_gateway_is_asked(pool: PgPool) {
    let open = Desk::open(pool.clone());
    let buyer = open.buyer(APPROVED).await;
    let gateway = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(500))
        .mount(&gateway)
        .await;
    let url = gateway.uri().parse().unwrap();
    let desk = Desk::at(pool, url, Duration::from_secs(8));
    let order = Uuid::now_v7();
    desk.pay(order, &buyer, 100).await.expect(503);

    let status: String = sqlx::query_scalar("select status from payments where order_id = $1")
        .bind(order)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(status, "pending");
    let asked = gateway.received_requests().await.unwrap();
    assert_eq!(asked.len(), 1, "not repeated on the way");
    assert_eq!(
        asked[0].headers["idempotency-key"],
        format!("{order}:authorise")
    );
    assert_eq!(asked[0].headers["authorization"], "Bearer sk_test_comptoir");
}
