//! The payment service with Stripe as its acquirer.

use std::time::Duration;

use payment::{Acquirer, StripeGateway};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    APPROVED, Buyer, Desk, WEBHOOK_SECRET, card, eur,
    fake_stripe::{FakeStripe, Trouble},
    webhooks::signature,
};

struct Shop {
    desk: Desk,
    stripe: FakeStripe,
    buyer: Buyer,
}

/// A shop with one customer, whose card is known to Stripe.
async fn shop(pool: PgPool) -> Shop {
    let stripe = FakeStripe::start().await;
    let desk = desk(pool, stripe.url(), Duration::from_secs(8));
    let buyer = desk.buyer(APPROVED).await;
    Shop {
        desk,
        stripe,
        buyer,
    }
}

fn desk(pool: PgPool, url: url::Url, deadline: Duration) -> Desk {
    let gateway = StripeGateway::new(url, "sk_test_stripe".into(), deadline).unwrap();
    Desk::of(pool, Acquirer::Stripe(gateway))
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_card_is_attached_to_a_customer_of_its_own(pool: PgPool) {
    let shop = shop(pool).await;
    let calls = shop.stripe.state().calls.clone();
    assert_eq!(calls[0].0, "POST /v1/payment_methods");
    assert_eq!(calls[0].1["card[number]"], "4242424242424242");
    assert_eq!(calls[0].1["card[exp_year]"], "2040");
    assert_eq!(calls[1].0, "POST /v1/customers");
    assert_eq!(calls[1].1["payment_method"], "pm_1");
    let token: String = sqlx::query_scalar("select gateway_token from payment_methods")
        .fetch_one(&shop.desk.pool)
        .await
        .unwrap();
    assert_eq!(token, "cus_1/pm_1");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_card_that_is_refused_is_invalid(pool: PgPool) {
    let shop = shop(pool).await;
    for (path, error, status, kind) in [
        (
            "/customers",
            r#"{"error":{"type":"card_error","code":"card_declined"}}"#,
            402,
            "invalid-card",
        ),
        (
            "/payment_methods",
            r#"{"error":{"type":"card_error","code":"incorrect_number"}}"#,
            402,
            "invalid-card",
        ),
        (
            "/payment_methods",
            r#"{"error":{"type":"invalid_request_error"}}"#,
            401,
            "unavailable",
        ),
    ] {
        shop.stripe.state().trouble = Some((path, Trouble::Answers(status, error)));
        let mine = shop.desk.client().bearer(&shop.buyer.user.token);
        let answer = mine.post("/api/payments/methods", card(APPROVED)).await;
        let status = if kind == "unavailable" { 503 } else { 422 };
        answer.expect_problem(status, kind);
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_payment_is_one_intent_confirmed_and_captured(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    for _ in 0..2 {
        let paid = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
        assert_eq!(paid.body["status"], "captured");
        assert_eq!(paid.body["captured"], eur(1299));
    }
    let calls = shop.stripe.state().calls.split_off(2);
    let paths: Vec<_> = calls.iter().map(|it| &*it.0).collect();
    assert_eq!(
        paths,
        [
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/pi_1/confirm",
            "POST /v1/payment_intents/pi_1/capture"
        ]
    );
    let wanted = json!({
        "amount": "1299", "currency": "eur", "customer": "cus_1", "payment_method": "pm_1",
        "payment_method_types[]": "card", "capture_method": "manual", "metadata[reference]": order,
    });
    assert_eq!(json!(calls[0].1), wanted);
    assert_eq!(
        json!(calls[1].1),
        json!({ "error_on_requires_action": "true" })
    );
    assert_eq!(json!(calls[2].1), json!({ "amount_to_capture": "1299" }));
    for (path, key) in [
        ("/payment_intents", "intent"),
        ("/confirm", "authorise"),
        ("/capture", "capture"),
    ] {
        let headers = shop.stripe.headers_of(path).await;
        assert_eq!(headers["idempotency-key"], format!("{order}:{key}"));
        assert_eq!(headers["authorization"], "Bearer sk_test_stripe");
        assert_eq!(headers["stripe-version"], "2026-08-26.dahlia");
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_decline_is_final_and_has_the_banks_word(pool: PgPool) {
    let shop = shop(pool).await;
    shop.stripe.state().decline = Some("insufficient_funds");
    let order = Uuid::now_v7();
    for _ in 0..2 {
        let declined = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
        assert_eq!(declined.body["status"], "declined");
        assert_eq!(declined.body["decline_code"], "insufficient_funds");
    }
    assert_eq!(shop.stripe.state().count("/confirm"), 1);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_amount_that_stripe_does_not_take_is_a_decline(pool: PgPool) {
    let shop = shop(pool).await;
    let error =
        r#"{"error":{"type":"invalid_request_error","code":"amount_too_small","param":"amount"}}"#;
    shop.stripe.state().trouble = Some(("/payment_intents", Trouble::Answers(400, error)));
    let order = Uuid::now_v7();
    let declined = shop.desk.pay(order, &shop.buyer, 10).await.expect(200);
    assert_eq!(declined.body["decline_code"], "amount_too_small");
    let cancelled = shop.desk.cancel(order).await;
    // The list is asked at the same path.
    cancelled.expect_problem(503, "outcome-unknown");
    shop.stripe.state().trouble = None;
    let cancelled = shop.desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["status"], "cancelled");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn what_says_nothing_about_the_money_is_never_a_decline(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    for path in ["/payment_intents", "/confirm", "/capture"] {
        for (status, error) in [
            (
                400,
                r#"{"error":{"type":"invalid_request_error","code":"parameter_unknown"}}"#,
            ),
            (400, r#"{"error":{"type":"idempotency_error"}}"#),
            (401, r#"{"error":{"type":"invalid_request_error"}}"#),
            (
                402,
                r#"{"error":{"type":"api_error","code":"card_declined"}}"#,
            ),
            (402, "<html>"),
            (
                404,
                r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#,
            ),
            (
                409,
                r#"{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}"#,
            ),
            (
                429,
                r#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#,
            ),
            (500, r#"{"error":{"type":"api_error"}}"#),
            (200, r#"{"id":"pi_1"}"#),
            (200, ""),
        ] {
            shop.stripe.state().trouble = Some((path, Trouble::Answers(status, error)));
            let unknown = shop.desk.pay(order, &shop.buyer, 1299).await;
            unknown.expect_problem(503, "outcome-unknown");
        }
    }
    shop.stripe.state().trouble = None;
    let paid = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
    assert_eq!(
        paid.body["status"], "captured",
        "nothing was decided before"
    );
}

/// A confirmation that needs the customer is not answered like one that failed.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_intent_in_a_state_of_its_own_is_not_decided(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    for status in [
        "requires_action",
        "processing",
        "requires_payment_method",
        "new_in_2027",
    ] {
        let intent =
            format!(r#"{{"id":"pi_1","status":"{status}","amount_received":0,"currency":"eur"}}"#);
        let trouble = Trouble::Answers(200, intent.leak());
        shop.stripe.state().trouble = Some(("/confirm", trouble));
        let unknown = shop.desk.pay(order, &shop.buyer, 1299).await;
        unknown.expect_problem(503, "outcome-unknown");
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_lost_answer_is_found_again(pool: PgPool) {
    let shop = shop(pool).await;
    let hasty = desk(
        pool_of(&shop),
        shop.stripe.url(),
        Duration::from_millis(300),
    );
    for path in ["/payment_intents", "/confirm", "/capture"] {
        let order = Uuid::now_v7();
        shop.stripe.state().trouble = Some((path, Trouble::AnswerLost));
        let unknown = hasty.pay(order, &shop.buyer, 1299).await;
        unknown.expect_problem(503, "outcome-unknown");
        shop.stripe.state().trouble = None;
        let paid = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
        assert_eq!(paid.body["status"], "captured", "{path}");
    }
    let state = shop.stripe.state();
    assert_eq!(state.intents.len(), 3, "one for each order");
}

/// Stripe brings its own failure again under the same key, so the intent is asked.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_failure_after_the_fact_is_looked_through(pool: PgPool) {
    let shop = shop(pool).await;
    for path in ["/confirm", "/capture"] {
        shop.stripe.state().trouble = Some((path, Trouble::FailsAfterwards));
        let paid = shop
            .desk
            .pay(Uuid::now_v7(), &shop.buyer, 1299)
            .await
            .expect(200);
        assert_eq!(paid.body["status"], "captured", "{path}");
    }
    let order = Uuid::now_v7();
    shop.stripe.state().decline = Some("do_not_honor");
    shop.stripe.state().trouble = Some(("/confirm", Trouble::FailsAfterwards));
    let declined = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
    assert_eq!(declined.body["decline_code"], "do_not_honor");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_finds_a_capture_that_nobody_heard_of(pool: PgPool) {
    let shop = shop(pool).await;
    let hasty = desk(
        pool_of(&shop),
        shop.stripe.url(),
        Duration::from_millis(300),
    );
    for path in ["/confirm", "/capture"] {
        let order = Uuid::now_v7();
        shop.stripe.state().trouble = Some((path, Trouble::AnswerLost));
        hasty.pay(order, &shop.buyer, 1299).await.expect(503);
        shop.stripe.state().trouble = None;
        shop.stripe.state().forget_keys();
        let cancelled = shop.desk.cancel(order).await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled");
        let captured = path == "/capture";
        let taken = eur(if captured { 1299 } else { 0 });
        assert_eq!(cancelled.body["captured"], taken);
        assert_eq!(cancelled.body["refunded"], taken);
        let state = shop.stripe.state();
        let intent = state.intents.last().unwrap();
        let end = if captured { "succeeded" } else { "canceled" };
        assert_eq!(intent["status"], end);
        assert_eq!(state.refunds.len(), usize::from(captured));
    }
}

/// The intent is made in order to be cancelled: a confirmation that comes late finds it so.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_cancel_before_stripe_heard_of_it_refuses_what_comes_late(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    let error = r#"{"error":{"type":"api_error"}}"#;
    shop.stripe.state().trouble = Some(("/payment_intents", Trouble::Answers(500, error)));
    shop.desk.pay(order, &shop.buyer, 1299).await.expect(503);
    shop.stripe.state().trouble = None;
    let cancelled = shop.desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["status"], "cancelled");
    assert_eq!(shop.stripe.state().intents[0]["status"], "canceled");

    // A twin of ours that was held up since before the cancel.
    sqlx::query("update payments set status = 'pending'")
        .execute(&shop.desk.pool)
        .await
        .unwrap();
    let late = shop.desk.pay(order, &shop.buyer, 1299).await.expect(200);
    assert_eq!(late.body["status"], "declined");
    assert_eq!(late.body["decline_code"], "voided");
    assert_eq!(shop.stripe.state().intents.len(), 1);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn refunds_are_given_once(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    shop.desk.pay(order, &shop.buyer, 1000).await.expect(200);
    let refund = Uuid::now_v7();
    for _ in 0..2 {
        let given = shop.desk.refund(order, refund, 300).await.expect(200);
        assert_eq!(given.body["status"], "refunded");
    }
    // As after a day in which the key was forgotten and the answer never came.
    shop.stripe.state().trouble = Some(("/refunds", Trouble::FailsAfterwards));
    let lost = Uuid::now_v7();
    let unknown = shop.desk.refund(order, lost, 300).await;
    unknown.expect_problem(503, "outcome-unknown");
    shop.stripe.state().trouble = None;
    shop.stripe.state().forget_keys();
    shop.desk.refund(order, lost, 300).await.expect(200);
    assert_eq!(shop.stripe.state().refunds.len(), 2);

    let cancelled = shop.desk.cancel(order).await.expect(200);
    assert_eq!(cancelled.body["refunded"], eur(1000));
    let given: i64 = shop
        .stripe
        .state()
        .refunds
        .iter()
        .map(|it| it["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(given, 1000);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_refund_that_stripe_refuses_is_refused(pool: PgPool) {
    let shop = shop(pool).await;
    let order = Uuid::now_v7();
    shop.desk.pay(order, &shop.buyer, 1000).await.expect(200);
    // On Stripe's own pages somebody has given it back already.
    shop.stripe.state().refunds.push(json!({
        "payment_intent": "pi_1", "amount": 1000, "status": "succeeded", "metadata": {},
    }));
    let refused = shop.desk.refund(order, Uuid::now_v7(), 1000).await;
    refused.expect_problem(409, "refund-refused");
}

/// The confirmation was done and its answer lost: the event has the intent found.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_event_of_stripes_is_looked_into(pool: PgPool) {
    let shop = shop(pool).await;
    let hasty = desk(
        pool_of(&shop),
        shop.stripe.url(),
        Duration::from_millis(300),
    );
    let order = Uuid::now_v7();
    shop.stripe.state().trouble = Some(("/confirm", Trouble::AnswerLost));
    hasty.pay(order, &shop.buyer, 1299).await.expect(503);
    let event = json!({
        "id": "evt_1", "object": "event", "type": "payment_intent.amount_capturable_updated",
        "data": { "object": { "object": "payment_intent", "id": "pi_1", "metadata": { "reference": order } } },
    });
    let header = signature(WEBHOOK_SECRET, 0, &event);
    let client = shop.desk.client().with("stripe-signature", header);
    let stored = client.post("/api/payments/webhooks/stripe", event).await;
    stored.expect(204);
    shop.desk
        .eventually("status = 'authorised' and charge = 'pi_1' from payments")
        .await;
}

fn pool_of(shop: &Shop) -> PgPool {
    shop.desk.pool.clone()
}
