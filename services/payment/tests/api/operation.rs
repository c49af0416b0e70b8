use chassis::{Database, Http};
use payment::{GatewayAccess, Service, sandbox};
use serde_json::json;
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::Client;
use upstream::Credentials;
use uuid::Uuid;

use crate::{ANSWER_LOST, APPROVED, Desk, UNAVAILABLE, card, eur};

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_openapi_document_is_the_committed_one(pool: PgPool) {
    let desk = Desk::open(pool);
    let answer = desk
        .client()
        .get("/api/payment/openapi.json")
        .await
        .expect(200);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    testkit::assert_committed(file, &answer.body);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_broken_database_is_an_internal_error_without_details(pool: PgPool) {
    let desk = Desk::open(pool);
    let buyer = desk.buyer(APPROVED).await;
    sqlx::query("drop table payment_methods, refunds, payments")
        .execute(&desk.pool)
        .await
        .unwrap();
    let mine = desk.client().bearer(&buyer.user.token);
    let order = Uuid::now_v7();
    for answer in [
        mine.get("/api/payments/methods").await,
        mine.post("/api/payments/methods", card(APPROVED)).await,
        mine.delete(&format!("/api/payments/methods/{order}")).await,
        desk.pay(order, &buyer, 100).await,
        desk.cancel(order).await,
        desk.refund(order, order, 100).await,
    ] {
        let answer = answer.expect_problem(500, "internal");
        assert_eq!(
            answer.body,
            json!({ "type": "urn:comptoir:problem:internal", "title": "Internal error", "status": 500 })
        );
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_broken_acquirer_is_unknown_to_the_shop(pool: PgPool) {
    let desk = Desk::open(pool);
    let buyer = desk.buyer(APPROVED).await;
    let order = Uuid::now_v7();
    let rename = |from: &str, to: &str| {
        let sql = format!("alter table acquirer.{from} rename to {to}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&desk.pool)
    };
    rename("entries", "gone").await.unwrap();
    let unknown = desk.pay(order, &buyer, 100).await;
    unknown.expect_problem(503, "outcome-unknown");
    rename("gone", "entries").await.unwrap();
    desk.pay(order, &buyer, 100).await.expect(200);
    assert_eq!(desk.moved(order, "capture").await, (1, 100));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn outcomes_and_gateway_calls_are_counted(pool: PgPool) {
    let desk = Desk::open(pool);
    let order = desk.paid(UNAVAILABLE, 100).await;
    desk.refund(order, Uuid::now_v7(), 10).await.expect(503);
    desk.cancel(Uuid::now_v7()).await.expect(200);
    let metrics = Client::new(desk.payment.management_url())
        .get("/metrics")
        .await
        .expect(200);
    let metrics = metrics.body.as_str().unwrap();
    for line in [
        r#"payments_total{outcome="captured",service="payment"} 1"#,
        r#"payments_total{outcome="cancelled",service="payment"} 1"#,
        r#"payments_total{outcome="unknown",service="payment"} 4"#,
        r#"refunds_total{outcome="unknown",service="payment"} 1"#,
        r#"gateway_call_duration_seconds_count{operation="tokenise",outcome="approved",service="payment"} 1"#,
        r#"gateway_call_duration_seconds_count{operation="authorise",outcome="unknown",service="payment"} 2"#,
        r#"gateway_call_duration_seconds_count{operation="capture",outcome="approved",service="payment"} 1"#,
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

/// As with the embedded database, which has one connection for the service and its acquirer together.
#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn one_connection_is_enough(pool: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool.max_connections(1).connect_with(options).await.unwrap();
    let desk = Desk::open(pool);
    let mut buyers = tokio::task::JoinSet::new();
    let desk = std::sync::Arc::new(desk);
    for number in [APPROVED, ANSWER_LOST, UNAVAILABLE, APPROVED] {
        let desk = desk.clone();
        buyers.spawn(async move {
            let order = desk.paid(number, 100).await;
            let refund = Uuid::now_v7();
            while desk.refund(order, refund, 40).await.status == 503 {}
            desk.cancel_until_known(order).await.expect(200)
        });
    }
    for cancelled in buyers.join_all().await {
        assert_eq!(cancelled.body["refunded"], eur(100));
    }
}

#[sqlx::test(migrations = false)]
async fn the_service_starts_with_an_acquirer_of_its_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let service = Service {
        http: Http::loopback(),
        database: Database::new(options.to_url_lossy().to_string().into(), 2),
        // Nobody there: keys and revocations are never loaded.
        credentials: Credentials {
            auth_url: "http://127.0.0.1:9".parse().unwrap(),
            service_secret: "secret".into(),
        },
        gateway: GatewayAccess::sandbox(),
        sandbox: sandbox::Options::loopback(),
    };
    let running = payment::start(&service).await.unwrap();
    let acquirer = Client::new(running.sandbox_url().unwrap());
    acquirer.get("/v1/charges/x").await.expect(401);
    let client = Client::new(running.url());
    client
        .get("/api/payments/methods")
        .await
        .expect_problem(401, "unauthenticated");
    let probes = Client::new(running.management_url());
    probes.get("/health/live").await.expect(200);
    probes
        .get("/health/ready")
        .await
        .expect_problem(503, "not-ready");
    running.stop().await.unwrap();
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_acquirer_runs_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let acquirer = sandbox::start(&sandbox::Service {
        options: sandbox::Options::loopback(),
        database: Database::new(options.to_url_lossy().to_string().into(), 2),
        gateway_key: "sk_alone".into(),
        webhook_url: None,
        webhook_secret: None,
    })
    .await
    .unwrap();
    let shop = Client::new(acquirer.url()).bearer("sk_alone");
    let found = shop.get("/v1/charges?reference=x").await.expect(200);
    assert_eq!(found.body, json!({ "items": [] }));
    Client::new(acquirer.management_url())
        .get("/health/ready")
        .await
        .expect(200);
    acquirer.stop().await.unwrap();
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_start_without_a_database_fails_and_names_the_variable(pool: PgPool) {
    drop(pool);
    let service = sandbox::Service {
        options: sandbox::Options::loopback(),
        database: Database::new("postgres://nobody@127.0.0.1:9/nothing".into(), 1),
        gateway_key: "sk_alone".into(),
        webhook_url: None,
        webhook_secret: None,
    };
    let error = sandbox::start(&service).await.unwrap_err();
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
}
