//! Audits on record.

use identity::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Client};
use uuid::Uuid;

use crate::{Shop, open};

const LIST: &str = "/api/orders/admin/audits";

fn found(violations: i64) -> Value {
    json!({
        "finished_at": "2026-11-25T02:00:00Z",
        "clean": violations == 0,
        "version": "0.1.0",
        "invariants": [
            {
                "name": "I1", "promise": "one order for each user and idempotency key",
                "checked": 12, "violations": 0, "examples": [],
            },
            {
                "name": "I2", "promise": "paid if and only if captured",
                "checked": 24, "violations": violations,
                "examples": if violations > 0 { vec!["order C-1: its total is captured: 0 EUR"] } else { vec![] },
            },
        ],
    })
}

impl Shop {
    fn auditor(&self) -> Client {
        let token = self.authority.service("audit", "order", Scope::Audits);
        self.client.bearer(&token)
    }

    async fn audits(&self, query: &str) -> Vec<Value> {
        let page = self.staff().get(&format!("{LIST}{query}")).await;
        page.expect(200).body["items"].as_array().unwrap().clone()
    }
}

async fn put(client: &Client, id: Uuid, body: Value) -> Answer {
    client.put(&format!("/internal/audits/{id}"), body).await
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_audit_is_recorded_once_and_shown_to_staff(pool: PgPool) {
    let shop = open(pool).await;
    assert_eq!(shop.audits("").await, [""; 0]);
    let auditor = shop.auditor();
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let recorded = put(&auditor, first, found(2)).await.expect(200);
    assert_eq!(recorded.body["id"], json!(first));
    let again = put(&auditor, first, found(0)).await.expect(200);
    assert_eq!(again.body, recorded.body);
    put(&auditor, second, found(0)).await.expect(200);

    let audits = shop.audits("").await;
    assert_eq!(audits.len(), 2);
    assert_eq!(audits[0]["id"], json!(second));
    let mut expected = found(2);
    expected["id"] = json!(first);
    expected["recorded_at"] = recorded.body["recorded_at"].clone();
    assert_eq!(audits[1], expected);
    assert_eq!(shop.audits("?limit=1").await, audits[..1]);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn only_an_auditor_records(pool: PgPool) {
    let shop = open(pool).await;
    let headers = shop.authority.bad_service_headers("order", Scope::Payments);
    for (why, header, status) in headers {
        let client = match header {
            Some(header) => shop.client.with("authorization", header),
            None => shop.client.clone(),
        };
        let answer = put(&client, Uuid::now_v7(), found(0)).await;
        assert_eq!(answer.status, status, "{why}");
    }
    let elsewhere = shop.authority.service("audit", "payment", Scope::Audits);
    let answer = put(&shop.client.bearer(&elsewhere), Uuid::now_v7(), found(0)).await;
    answer.expect_problem(401, "unauthenticated");
    assert_eq!(shop.audits("").await, [""; 0]);

    // Nor does an auditor see what staff see.
    let answer = shop.auditor().get(LIST).await;
    answer.expect_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_audit_has_bounds(pool: PgPool) {
    let shop = open(pool).await;
    let auditor = shop.auditor();
    let with = |pointer: &str, value: Value| {
        let mut body = found(1);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let example = |length| "é".repeat(length);
    let one = found(0)["invariants"][0].clone();
    for good in [
        with("/version", json!("v".repeat(64))),
        with("/invariants", json!([])),
        with("/invariants", json!(vec![one.clone(); 30])),
        with("/invariants/0/name", json!("I12")),
        with("/invariants/0/promise", json!("p".repeat(200))),
        with("/invariants/0/checked", json!(i64::MAX)),
        with("/invariants/0/examples", json!(vec![example(300); 5])),
        with("/finished_at", json!("2026-11-25T04:00:00+02:00")),
    ] {
        put(&auditor, Uuid::now_v7(), good).await.expect(200);
    }
    for bad in [
        with("/version", json!("")),
        with("/version", json!("v".repeat(65))),
        with("/version", json!("0.1\u{0}")),
        with("/finished_at", json!("+12026-11-25T02:00:00Z")),
        with("/clean", json!(true)),
        with("/invariants", json!(vec![one; 31])),
        with("/invariants/0/name", json!("")),
        with("/invariants/0/name", json!("I")),
        with("/invariants/0/name", json!("I123")),
        with("/invariants/0/name", json!("everything")),
        with("/invariants/0/promise", json!("")),
        with("/invariants/0/promise", json!("p".repeat(201))),
        with("/invariants/0/checked", json!(-1)),
        with("/invariants/1/violations", json!(-1)),
        with("/invariants/0/examples", json!(vec![example(1); 6])),
        with("/invariants/0/examples", json!([example(301)])),
        with("/invariants/0/examples", json!(["\u{0}"])),
    ] {
        let answer = put(&auditor, Uuid::now_v7(), bad).await;
        answer.expect_problem(422, "invalid");
    }
    for malformed in [
        json!({}),
        with("/clean", json!("yes")),
        with("/finished_at", json!("yesterday")),
        with("/invariants/0/checked", json!(1.5)),
    ] {
        let answer = put(&auditor, Uuid::now_v7(), malformed).await;
        answer.expect_problem(400, "malformed");
    }
    let mut more = found(0);
    more["secrets"] = json!(1);
    let answer = put(&auditor, Uuid::now_v7(), more).await;
    answer.expect_problem(400, "malformed");
    let answer = auditor.put("/internal/audits/first", found(0)).await;
    answer.expect_problem(404, "not-found");

    let staff = shop.staff();
    for limit in ["0", "101"] {
        let answer = staff.get(&format!("{LIST}?limit={limit}")).await;
        answer.expect_problem(422, "invalid");
    }
    let answer = staff.get(&format!("{LIST}?limit=x")).await;
    answer.expect_problem(400, "malformed");
    assert_eq!(shop.audits("?limit=100").await.len(), 8);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_database_itself_bounds_a_report(pool: PgPool) {
    let shop = open(pool).await;
    for (version, report, constraint) in [
        ("", "[]".to_owned(), "audits_version_length"),
        (
            "0.1.0",
            format!("\"{}\"", "x".repeat(131_072)),
            "audits_report_bounded",
        ),
    ] {
        let inserted = sqlx::query(
            "insert into audits (id, finished_at, clean, version, report)
             values (gen_random_uuid(), now(), true, $1, $2::jsonb)",
        )
        .bind(version)
        .bind(report)
        .execute(&shop.pool)
        .await;
        assert!(chassis::violates(&inserted.unwrap_err(), constraint));
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_last_thousand_are_kept(pool: PgPool) {
    let shop = open(pool).await;
    sqlx::query(
        "insert into audits (id, finished_at, recorded_at, clean, version, report)
         select gen_random_uuid(), now(), now() - n * interval '1 minute', true, n::text, '[]'
         from generate_series(1, 1003) n",
    )
    .execute(&shop.pool)
    .await
    .unwrap();
    put(&shop.auditor(), Uuid::now_v7(), found(0))
        .await
        .expect(200);
    let kept: (i64, i32) = sqlx::query_as(
        "select count(*), max(version::integer) filter (where version <> '0.1.0') from audits",
    )
    .fetch_one(&shop.pool)
    .await
    .unwrap();
    assert_eq!(kept, (1000, 999));
    assert_eq!(shop.audits("").await.len(), 10);
    assert_eq!(shop.audits("?limit=100").await.len(), 100);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_last_audit_is_in_the_metrics_also_after_a_restart(pool: PgPool) {
    let shop = open(pool.clone()).await;
    let has = |metrics: &str, line: &str| metrics.lines().any(|it| it == line);
    let never = "audit_finished_timestamp_seconds{service=\"order\"} 0";
    assert!(has(&shop.metrics().await, never));
    put(&shop.auditor(), Uuid::now_v7(), found(3))
        .await
        .expect(200);
    let lines = [
        "audit_finished_timestamp_seconds{service=\"order\"} 1795572000",
        "audit_violations{invariant=\"I1\",service=\"order\"} 0",
        "audit_violations{invariant=\"I2\",service=\"order\"} 3",
    ];
    let metrics = shop.metrics().await;
    assert!(lines.iter().all(|it| has(&metrics, it)), "{metrics}");
    shop.running.stop().await.unwrap();

    let pool = sqlx::PgPool::connect_with((*pool.connect_options()).clone());
    let shop = open(pool.await.unwrap()).await;
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let mut metrics = shop.metrics().await;
    while !lines.iter().all(|it| has(&metrics, it)) {
        assert!(std::time::Instant::now() < until, "{metrics}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        metrics = shop.metrics().await;
    }

    // What the next one does not speak of is forgotten.
    let mut next = found(0);
    next["invariants"].as_array_mut().unwrap().pop();
    put(&shop.auditor(), Uuid::now_v7(), next).await.expect(200);
    let metrics = shop.metrics().await;
    assert!(!metrics.contains("invariant=\"I2\""), "{metrics}");
}
