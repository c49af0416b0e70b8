//! What the acquirer tells unasked, and what others tell in its name.

use aws_lc_rs::hmac;
use chassis::Database;
use chrono::Utc;
use payment::sandbox;
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Answer, Client};
use uuid::Uuid;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{
    ANSWER_LOST, APPROVED, Buyer, DECLINED, Desk, PREVIOUS_WEBHOOK_SECRET, WEBHOOK_SECRET,
};

const PATH: &str = "/api/payments/webhooks/sandbox";

/// As acquirers sign what they send, so many seconds from now.
pub(crate) fn signature(secret: &str, seconds: i64, event: &Value) -> String {
    let time = Utc::now().timestamp() + seconds;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let digest = hmac::sign(&key, format!("{time}.{event}").as_bytes());
    let hex: String = digest
        .as_ref()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    format!("t={time},v1={hex}")
}

fn event(id: &str, kind: &str, order: Uuid) -> Value {
    json!({ "id": id, "type": kind, "data": { "object": { "metadata": { "reference": order } } } })
}

async fn tell(desk: &Desk, event: &Value) -> Answer {
    let header = signature(WEBHOOK_SECRET, 0, event);
    tell_with(desk, &header, event).await
}

async fn tell_with(desk: &Desk, header: &str, event: &Value) -> Answer {
    let client = desk.client().with("sandbox-signature", header);
    client.post(PATH, event.clone()).await
}

async fn stored(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from webhook_events")
        .fetch_one(&desk.pool)
        .await
        .unwrap()
}

/// A payment that was captured, of which only the acquirer knows.
async fn lost(desk: &Desk) -> (Uuid, Buyer) {
    let order = Uuid::now_v7();
    let buyer = desk.buyer(ANSWER_LOST).await;
    desk.pay(order, &buyer, 1299).await.expect(503);
    (order, buyer)
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_event_settles_a_payment_whose_answer_was_lost(pool: PgPool) {
    let desk = Desk::open(pool);
    let (order, _) = lost(&desk).await;
    let captured = event("evt_1", "charge.captured", order);
    tell(&desk, &captured).await.expect(204);
    desk.eventually("status = 'captured' and captured = 1299 from payments")
        .await;
    desk.eventually("bool_and(processed_at is not null) from webhook_events")
        .await;
    assert_eq!(desk.moved(order, "capture").await, (1, 1299));
}

/// It says that something happened, and the acquirer says what.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn an_event_is_not_believed(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    desk.buyer(APPROVED).await;
    sqlx::query(
        "insert into payments (order_id, user_id, payment_method_id, gateway_token, amount, currency)
         select $1, user_id, id, gateway_token, 1299, 'EUR' from payment_methods",
    )
    .bind(order)
    .execute(&desk.pool)
    .await
    .unwrap();
    for (id, kind) in [
        ("1", "charge.captured"),
        ("2", "charge.declined"),
        ("3", "x"),
    ] {
        tell(&desk, &event(id, kind, order)).await.expect(204);
    }
    desk.eventually("bool_and(processed_at is not null) from webhook_events")
        .await;
    desk.eventually("status = 'pending' and charge is null from payments")
        .await;
    assert_eq!(desk.moved(order, "authorization").await, (0, 0));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn events_come_twice_and_in_any_order(pool: PgPool) {
    let desk = Desk::open(pool);
    let (order, buyer) = lost(&desk).await;
    for _ in 0..2 {
        for kind in ["charge.refunded", "charge.captured", "charge.authorized"] {
            tell(&desk, &event(kind, kind, order)).await.expect(204);
        }
    }
    assert_eq!(stored(&desk).await, 3);
    desk.eventually("bool_and(processed_at is not null) from webhook_events")
        .await;
    desk.cancel(order).await.expect(200);
    // Late news of what is over.
    tell(&desk, &event("late", "charge.captured", order))
        .await
        .expect(204);
    desk.eventually("bool_and(processed_at is not null) from webhook_events")
        .await;
    let over = desk.pay(order, &buyer, 1299).await.expect(200);
    assert_eq!(over.body["status"], "cancelled");
    assert_eq!(desk.moved(order, "capture").await, (1, 1299));
    assert_eq!(desk.moved(order, "refund").await, (1, 1299));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn what_is_about_nothing_of_ours_is_done_with(pool: PgPool) {
    let desk = Desk::open(pool);
    tell(&desk, &event("1", "charge.captured", Uuid::now_v7()))
        .await
        .expect(204);
    let other = json!({ "id": "2", "type": "payout.paid", "data": { "object": {} } });
    tell(&desk, &other).await.expect(204);
    let other = json!({ "id": "3", "type": "x", "data": { "object": { "metadata": { "reference": "A-1" } } } });
    tell(&desk, &other).await.expect(204);
    desk.eventually("count(processed_at) = 3 from webhook_events")
        .await;
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn who_is_not_the_acquirer_is_refused(pool: PgPool) {
    let desk = Desk::open(pool);
    let (order, _) = lost(&desk).await;
    let captured = event("evt_1", "charge.captured", order);
    let unsigned = desk.client().post(PATH, captured.clone()).await;
    unsigned.expect_problem(400, "invalid-signature");
    let of_another = signature(WEBHOOK_SECRET, 0, &event("evt_2", "charge.captured", order));
    for (why, header) in [
        ("forged", signature("whsec_guessed", 0, &captured)),
        ("of another event", of_another),
        ("old", signature(WEBHOOK_SECRET, -310, &captured)),
        ("of tomorrow", signature(WEBHOOK_SECRET, 310, &captured)),
        (
            "the scheme before",
            signature(WEBHOOK_SECRET, 0, &captured).replace("v1=", "v0="),
        ),
        ("nothing", String::new()),
        ("a key of the API", "Bearer sk_test_comptoir".to_owned()),
    ] {
        let refused = tell_with(&desk, &header, &captured).await;
        assert_eq!(refused.status, 400, "{why}");
        refused.expect_problem(400, "invalid-signature");
    }
    // A token of ours is none either.
    let token = desk
        .authority
        .service("order", "payment", identity::Scope::Payments);
    let refused = desk
        .client()
        .bearer(&token)
        .post(PATH, captured.clone())
        .await;
    refused.expect_problem(400, "invalid-signature");
    assert_eq!(stored(&desk).await, 0);

    // The secret before is good while it is being replaced.
    let previous = signature(PREVIOUS_WEBHOOK_SECRET, 0, &captured);
    tell_with(&desk, &previous, &captured).await.expect(204);
    let metrics = Client::new(desk.payment.management_url())
        .get("/metrics")
        .await;
    let metrics = metrics.body.as_str().unwrap().to_owned();
    for line in [
        r#"webhooks_total{outcome="refused",service="payment"} 9"#,
        r#"webhooks_total{outcome="stored",service="payment"} 1"#,
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn what_cannot_be_an_event_is_refused(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = Uuid::now_v7();
    for gateway in ["stripe", "x", "Sandbox"] {
        let captured = event("evt_1", "charge.captured", order);
        let header = signature(WEBHOOK_SECRET, 0, &captured);
        let client = desk
            .client()
            .with("sandbox-signature", &*header)
            .with("stripe-signature", header);
        let path = format!("/api/payments/webhooks/{gateway}");
        client
            .post(&path, captured)
            .await
            .expect_problem(404, "not-found");
    }
    for body in [
        json!("evt_1"),
        json!({ "id": "evt_1", "type": "x" }),
        json!({ "id": 1, "type": "x", "data": { "object": {} } }),
        event("", "x", order),
        event("x", "", order),
        event(&"x".repeat(256), "x", order),
        event("x", &"x".repeat(101), order),
        event("x\0", "x", order),
    ] {
        tell(&desk, &body).await.expect_problem(400, "malformed");
    }
    let large = event("evt_1", &"x".repeat(65 * 1024), order);
    tell(&desk, &large).await.expect_problem(413, "too-large");
    assert_eq!(stored(&desk).await, 0);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn events_are_forgotten_after_a_month(pool: PgPool) {
    sqlx::query(
        "insert into webhook_events (gateway, id, kind, received_at)
         values ('sandbox', 'old', 'x', now() - interval '31 days'),
                ('sandbox', 'new', 'x', now() - interval '29 days')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let desk = Desk::open(pool);
    desk.eventually("array_agg(id) = '{new}' from webhook_events")
        .await;
}

/// The sandbox acquirer on the desk's database, telling of everything at `url`.
async fn telling(options: &PgConnectOptions, url: url::Url) -> chassis::Running {
    sandbox::start(&sandbox::Service {
        options: sandbox::Options::loopback(),
        database: Database::new(options.to_url_lossy().to_string().into(), 2),
        gateway_key: "sk_alone".into(),
        webhook_url: Some(url),
        webhook_secret: Some(WEBHOOK_SECRET.into()),
    })
    .await
    .unwrap()
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_sandbox_tells_of_what_it_did(pool: PgPoolOptions, options: PgConnectOptions) {
    let desk = Desk::open(pool.connect_with(options.clone()).await.unwrap());
    let (order, _) = lost(&desk).await;
    let buyer = desk.buyer(DECLINED).await;
    desk.pay(Uuid::now_v7(), &buyer, 100).await.expect(200);
    let acquirer = telling(&options, desk.payment.url().join(PATH).unwrap()).await;
    desk.eventually("count(*) = 3 and bool_and(delivered_at is not null) from acquirer.events")
        .await;
    let kinds: Vec<String> = sqlx::query_scalar("select kind from webhook_events order by kind")
        .fetch_all(&desk.pool)
        .await
        .unwrap();
    assert_eq!(
        kinds,
        ["charge.authorized", "charge.captured", "charge.declined"]
    );
    desk.eventually("bool_or(status = 'captured') from payments")
        .await;
    assert_eq!(desk.moved(order, "capture").await, (1, 1299));
    acquirer.stop().await.unwrap();
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_sandbox_tells_again_until_it_is_heard(pool: PgPoolOptions, options: PgConnectOptions) {
    let desk = Desk::open(pool.connect_with(options.clone()).await.unwrap());
    let buyer = desk.buyer(DECLINED).await;
    desk.pay(Uuid::now_v7(), &buyer, 100).await.expect(200);
    let deaf = MockServer::start().await;
    for (status, times) in [(500, 2), (204, 1)] {
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status))
            .up_to_n_times(times)
            .mount(&deaf)
            .await;
    }
    let acquirer = telling(&options, deaf.uri().parse().unwrap()).await;
    desk.eventually("delivered_at is not null from acquirer.events")
        .await;
    let told = deaf.received_requests().await.unwrap();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|it| it.body == told[0].body));
    acquirer.stop().await.unwrap();
}
