//! I6: whatever is done with a card, its number and cvc are in no table, log, span, metric or error.
//!
//! A test binary of its own, because it listens to everything that the process logs.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use chassis::Http;
use identity::Scope;
use payment::{Acquirer, SandboxGateway, sandbox};
use serde_json::json;
use sqlx::PgPool;
use testkit::{Authority, Client};
use tracing_subscriber::fmt::format::FmtSpan;
use uuid::Uuid;

const CARDS: [&str; 9] = [
    "4242 4242 4242 4242",
    "5555 5555 5555 4444",
    "3782 822463 10005",
    "4000 0000 0000 0002",
    "4000 0000 0000 9995",
    "4000 0000 0000 4087",
    "4000 0000 0000 5027",
    "4000 0000 0000 5035",
    // Mistyped ones are secrets too.
    "4242 4242 4242 4241",
];

/// Unlike any other number that a run shows.
const CVC: &str = "9876543";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every row of every table, as text.
async fn dump(pool: &PgPool) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut dump = String::new();
    for table in tables {
        let sql = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(pool)
            .await
            .unwrap();
        dump.push_str(&format!("{table}\n{rows}\n"));
    }
    dump
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn no_card_is_kept_or_shown_anywhere(pool: PgPool) {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();

    let options = sandbox::Options {
        slow_ms: 10,
        ..sandbox::Options::loopback()
    };
    let acquirer = sandbox::serve(pool.clone(), &options, "sk_test_secret".into()).unwrap();
    let authority = Authority::over("payment");
    let gateway = |url| {
        let deadline = Duration::from_secs(8);
        Acquirer::Sandbox(SandboxGateway::new(url, "sk_test_secret".into(), deadline).unwrap())
    };
    let start = |gateway| {
        payment::serve(
            pool.clone(),
            authority.identity(),
            &Http::loopback(),
            gateway,
            Vec::new(),
        )
        .unwrap()
    };
    let payment = start(gateway(acquirer.url().clone()));
    let cut_off = start(gateway("http://127.0.0.1:9".parse().unwrap()));

    let mut answers = Vec::new();
    for number in CARDS {
        let user = authority.customer();
        let mine = Client::new(payment.url()).bearer(&user.token);
        let cut_off = Client::new(cut_off.url()).bearer(&user.token);
        let plain = number.replace(' ', "");
        let cvc = if number.starts_with('3') {
            "1234"
        } else {
            "123"
        };
        let card = |number: &str, cvc: &str| json!({ "card": { "number": number, "exp_month": 12, "exp_year": 2040, "cvc": cvc } });
        let path = "/api/payments/methods";
        for body in [
            card(number, CVC),
            card(&format!("{plain}x"), CVC),
            json!({ "card": { "number": plain.parse::<u64>().unwrap() } }),
            json!({ "card": { &*plain: CVC } }),
            json!({ "number": number, "cvc": CVC }),
            json!(number),
        ] {
            answers.push(mine.post(path, body).await);
        }
        answers.push(cut_off.post(path, card(number, cvc)).await);
        let added = mine.post(path, card(number, cvc)).await;
        answers.push(mine.get(path).await);
        if added.status == 201 {
            let token = authority.service("order", "payment", Scope::Payments);
            let order_service = Client::new(payment.url()).bearer(&token);
            let order = format!("/internal/payments/{}", Uuid::now_v7());
            let intent = json!({
                "user_id": user.id, "payment_method_id": added.text("/id"),
                "amount": { "amount": 100, "currency": "EUR" },
            });
            for _ in 0..5 {
                answers.push(order_service.put(&order, intent.clone()).await);
            }
            answers.push(
                order_service
                    .post(&format!("{order}/cancel"), json!({}))
                    .await,
            );
        }
        answers.push(added);
    }
    for management in [payment.management_url(), acquirer.management_url()] {
        answers.push(Client::new(management).get("/metrics").await);
    }

    let rows = dump(&pool).await;
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let answered: String = answers.iter().map(|it| format!("{}\n", it.body)).collect();
    // What is searched is what there should be.
    assert!(rows.contains("tok_") && rows.contains("acquirer.tokens"));
    assert!(logged.contains("select order_id") && logged.contains("close"));
    assert!(answered.contains("captured") && answered.contains("invalid-card"));
    for (place, text) in [
        ("a table", &rows),
        ("the log", &logged),
        ("an answer", &answered),
    ] {
        for number in CARDS {
            let plain = number.replace(' ', "");
            for secret in [number, &*plain, CVC, "sk_test_secret"] {
                let found = text.find(secret).map(|it| {
                    let from = text.floor_char_boundary(it.saturating_sub(300));
                    let to = text.floor_char_boundary((it + 50).min(text.len()));
                    text.get(from..to).unwrap_or_default()
                });
                assert_eq!(found, None, "{secret} is in {place}");
            }
        }
    }
}
