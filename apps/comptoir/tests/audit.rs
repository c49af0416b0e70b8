//! `comptoir audit` on books that are right, and on books that are wrong in one place.
//!
//! The tables of catalog, payment and order do not get in each other's way, so one database plays all three.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod support;

use serde_json::Value;
use sqlx::{ConnectOptions as _, PgPool, raw_sql};
use support::run_audit;

/// A product of which ten came: one is reserved, two are sold to an order that is delivered and got one of
/// them back, one to an order that was cancelled. A decline and a pending order stand beside them.
const RIGHT: &str = include_str!("audit.sql");

async fn books(pool: &PgPool) {
    for migrations in [
        &catalog::MIGRATIONS,
        &payment::MIGRATIONS,
        &order::MIGRATIONS,
    ] {
        for migration in migrations.iter() {
            raw_sql(migration.sql.clone()).execute(pool).await.unwrap();
        }
    }
    raw_sql(RIGHT).execute(pool).await.unwrap();
}

struct Audit {
    code: Option<i32>,
    text: String,
    errors: String,
}

fn audit(pool: &PgPool, arguments: &[&str]) -> Audit {
    let url = pool.connect_options().to_url_lossy().to_string();
    let mut all = Vec::from(arguments);
    for owner in ["catalog", "payment", "order"] {
        all.push(match owner {
            "catalog" => "--catalog-database-url",
            "payment" => "--payment-database-url",
            _ => "--order-database-url",
        });
        all.push(&url);
    }
    let output = run_audit(&all);
    Audit {
        code: output.status.code(),
        text: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

#[sqlx::test(migrations = false)]
async fn right_books_are_right(pool: PgPool) {
    books(&pool).await;
    let audit = audit(&pool, &[]);
    assert_eq!(audit.code, Some(0), "{}{}", audit.text, audit.errors);
    assert!(
        audit
            .text
            .contains("I1 one order for each user and idempotency key: 4 orders: ok")
    );
    assert!(
        audit
            .text
            .contains("Under way: 1 pending orders, 1 undelivered messages")
    );
}

#[sqlx::test(migrations = false)]
async fn what_does_not_come_to_an_end_fails_an_audit_that_waits(pool: PgPool) {
    books(&pool).await;
    let audit = audit(&pool, &["--wait", "1", "--json"]);
    assert_eq!(audit.code, Some(1), "{}", audit.errors);
    let report: Value = serde_json::from_str(&audit.text).unwrap();
    assert_eq!(report["under_way"][0]["number"], 1);
    assert_eq!(report["invariants"][4]["violations"], serde_json::json!([]));
}

#[sqlx::test(migrations = false)]
async fn twenty_rows_are_named_and_json_has_them_all(pool: PgPool) {
    books(&pool).await;
    let many = "insert into payments
        (order_id, user_id, payment_method_id, gateway_token, amount, currency, status, charge, captured)
        select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'token', 5, 'EUR', 'captured', 'ch', 5
        from generate_series(1, 23)";
    raw_sql(many).execute(&pool).await.unwrap();
    let in_words = audit(&pool, &[]);
    assert_eq!(in_words.code, Some(1));
    assert_eq!(
        in_words.text.matches("and no such order").count(),
        20,
        "{}",
        in_words.text
    );
    assert!(in_words.text.contains("and 3 more"), "{}", in_words.text);
    let report: Value = serde_json::from_str(&audit(&pool, &["--json"]).text).unwrap();
    assert_eq!(
        report["invariants"][1]["violations"]
            .as_array()
            .unwrap()
            .len(),
        23
    );
}

/// Whose services are not there.
const RECORDING: [&str; 6] = [
    "--order-url",
    "http://127.0.0.1:1",
    "--auth-url",
    "http://127.0.0.1:1",
    "--audit-secret",
    "not to be told",
];

#[sqlx::test(migrations = false)]
async fn an_audit_that_cannot_be_recorded_stands(pool: PgPool) {
    books(&pool).await;
    let audit = audit(&pool, &RECORDING);
    assert_eq!(audit.code, Some(0), "{}", audit.errors);
    assert!(
        audit.text.contains("The books are right."),
        "{}",
        audit.text
    );
    assert!(audit.errors.contains("not recorded"), "{}", audit.errors);
    assert!(!audit.errors.contains(RECORDING[5]), "{}", audit.errors);
}

#[test]
fn recording_needs_to_know_where_and_by_whose_right() {
    for given in [
        &RECORDING[..2],
        &RECORDING[2..4],
        &RECORDING[4..],
        &RECORDING[..4],
    ] {
        let output = run_audit(given);
        assert_eq!(output.status.code(), Some(2), "{given:?}");
    }
    // A shop in one process does it itself.
    let output = run_audit(&RECORDING);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("records its audits itself"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn a_database_of_something_else_is_no_clean_audit(pool: PgPool) {
    let audit = audit(&pool, &[]);
    assert_eq!(audit.code, Some(2));
    assert!(
        audit.errors.contains("cannot read the reservations"),
        "{}",
        audit.errors
    );
}

/// Each of these breaks one rule of the books above, and nothing else.
macro_rules! wrong_books {
    ($($name:ident: $invariant:literal, $rule:literal, $row:literal, $sql:literal;)*) => {
        $(
            #[sqlx::test(migrations = false)]
            async fn $name(pool: PgPool) {
                books(&pool).await;
                raw_sql($sql).execute(&pool).await.unwrap();
                let audit = audit(&pool, &["--json"]);
                assert_eq!(audit.code, Some(1), "{}{}", audit.text, audit.errors);
                let report: Value = serde_json::from_str(&audit.text).unwrap();
                let found: Vec<_> = report["invariants"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .flat_map(|verdict| {
                        let rows = verdict["violations"].as_array().unwrap();
                        rows.iter().map(|it| {
                            let text = |it: &Value| it.as_str().unwrap().to_owned();
                            (text(&verdict["invariant"]), text(&it["rule"]), text(&it["row"]))
                        })
                    })
                    .collect();
                let expected = |it: &(String, String, String)| {
                    it.0 == $invariant && it.1 == $rule && it.2.contains($row)
                };
                assert!(found.iter().any(expected), "{found:#?}");
                assert!(found.iter().all(|it| it.0 == $invariant), "{found:#?}");
            }
        )*
    };
}

wrong_books! {
    a_key_with_two_orders: "I1", "a key has one order", "user 00000000-0000-7000-8000-0000000000aa",
        "alter table orders drop constraint orders_user_key_once;
         update orders set idempotency_key = 'k1' where idempotency_key = 'k3'";

    a_paid_order_without_its_payment: "I2", "a paid order has its payment", "C-1",
        "delete from refunds where order_id = '00000000-0000-7000-8000-000000000001';
         delete from payments where order_id = '00000000-0000-7000-8000-000000000001';
         delete from acquirer.charges where id = 'ch_1'";

    a_paid_order_that_is_not_captured: "I2", "a paid order's total is captured", "C-1",
        "alter table payments drop constraint payments_captured_status_check;
         update payments set captured = 1500 where captured = 2000;
         update acquirer.charges set captured = 1500 where id = 'ch_1'";

    a_pending_order_that_is_captured_in_part: "I2", "a pending order has all or nothing captured", "C-4",
        "alter table payments drop constraint payments_captured_status_check;
         update payments set status = 'captured', charge = 'ch', captured = 1
         where order_id = '00000000-0000-7000-8000-000000000004'";

    a_failed_order_that_keeps_money: "I2", "an order that came to nothing keeps no money", "C-3",
        "update payments set status = 'captured', charge = 'ch', captured = 1000
         where order_id = '00000000-0000-7000-8000-000000000003'";

    a_capture_without_an_order: "I2", "a captured payment has its order",
        "payment 00000000-0000-7000-8000-000000000009",
        "insert into payments
         (order_id, user_id, payment_method_id, gateway_token, amount, currency, status, charge, captured)
         values ('00000000-0000-7000-8000-000000000009', gen_random_uuid(), gen_random_uuid(), 't', 5, 'EUR',
                 'captured', 'ch', 5)";

    a_charge_that_nobody_knows_of: "I2", "what the acquirer took is in our books",
        "charge of order 00000000-0000-7000-8000-000000000009",
        "insert into acquirer.charges (id, reference, token, amount, currency, status, captured)
         values ('ch_9', '00000000-0000-7000-8000-000000000009', 'tok', 5, 'EUR', 'captured', 5)";

    more_refunded_than_captured: "I3", "no more goes back than came",
        "payment 00000000-0000-7000-8000-000000000001",
        "alter table payments drop constraint payments_refunded_check;
         alter table orders drop constraint orders_refunded_at_most_total;
         alter table acquirer.charges drop constraint charges_refunded_check;
         update payments set refunded = 2001 where captured = 2000;
         update refunds set amount = 2001 where amount = 1000 and reason = 'return';
         update orders set refunded_amount = 2001 where number = 'C-1';
         update returns set refund_amount = 2001;
         update acquirer.charges set refunded = 2001 where id = 'ch_1'";

    refunds_that_do_not_add_up: "I3", "the refunds add up",
        "payment 00000000-0000-7000-8000-000000000001",
        "update refunds set amount = 999 where reason = 'return'";

    a_return_that_the_order_forgot: "I3", "an order's refunds are those of its returns", "C-1",
        "update returns set refund_amount = 900";

    an_order_that_forgot_a_refund: "I3", "order and payment agree on what went back", "C-1",
        "update orders set refunded_amount = 0 where number = 'C-1';
         update returns set state = 'received'";

    a_cancelled_order_that_forgot_its_refund: "I3", "a cancelled order is refunded in full", "C-2",
        "update orders set refunded_amount = 0 where number = 'C-2'";

    an_acquirer_that_gave_back_less: "I3", "the acquirer gave back what our books say",
        "payment 00000000-0000-7000-8000-000000000001",
        "update acquirer.charges set refunded = 0 where id = 'ch_1'";

    stock_below_zero: "I4", "nothing is below zero", "(blue-mug)",
        "alter table stock drop constraint stock_available_check;
         update stock set available = -1;
         update stock_movements set delta = delta - 9 where reason = 'initial'";

    a_unit_that_is_nowhere: "I4", "what came is somewhere", "(blue-mug)",
        "update stock set available = available - 1";

    a_reserved_unit_without_a_reservation: "I4", "what is reserved is in open reservations", "(blue-mug)",
        "update stock set available = available - 1, reserved = reserved + 1";

    a_sold_unit_without_a_reservation: "I4", "what is sold is in committed reservations", "(blue-mug)",
        "update stock set available = available - 1, sold = sold + 1";

    a_reservation_that_outlived_its_expiry: "I5", "it ends with its expiry",
        "reservation 00000000-0000-5000-8000-000000000004",
        "update reservations set expires_at = now() - interval '1 minute'
         where id = '00000000-0000-5000-8000-000000000004'";

    a_reservation_that_outlived_its_order: "I5", "it ends with its order",
        "reservation 00000000-0000-5000-8000-000000000004",
        "update orders set status = 'payment_failed', failure = 'expired' where number = 'C-4';
         update payments set status = 'cancelled' where order_id = '00000000-0000-7000-8000-000000000004';
         delete from outbox";

    a_sale_that_nobody_paid_for: "I5", "what is sold was paid for",
        "reservation 00000000-0000-5000-8000-000000000009",
        "insert into reservations values ('00000000-0000-5000-8000-000000000009', 'committed', now(), now());
         insert into reservation_lines values ('00000000-0000-5000-8000-000000000009',
             '00000000-0000-7000-8000-0000000000cc', 1, 1000, 'EUR', 'Mug', 'Tasse', 0);
         update stock set available = available - 1, sold = sold + 1";

    a_sale_of_something_else: "I5", "what is sold was ordered",
        "reservation 00000000-0000-5000-8000-000000000001",
        "update order_lines set quantity = 3
         where order_id = '00000000-0000-7000-8000-000000000001'";

    a_paid_order_that_is_not_sold: "I5", "what was paid for is sold", "C-1",
        "update reservations set state = 'expired' where id = '00000000-0000-5000-8000-000000000001';
         update stock set available = available + 2, sold = sold - 2";
}
