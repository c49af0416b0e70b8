use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Client};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{APPROVED, DECLINED, Desk};

async fn ask(acquirer: &Client, path: &str, key: &str, body: Value) -> Answer {
    acquirer.with("idempotency-key", key).post(path, body).await
}

async fn token(acquirer: &Client, number: &str) -> String {
    let body = json!({ "number": number, "exp_month": 1, "exp_year": 2040, "cvc": "123" });
    let key = Uuid::now_v7().to_string();
    ask(acquirer, "/v1/tokens", &key, body)
        .await
        .expect(201)
        .text("/id")
}

fn authorisation(token: &str, reference: &str) -> Value {
    json!({ "token": token, "reference": reference, "amount": 100, "currency": "EUR" })
}

#[track_caller]
fn assert_code(answer: Answer, status: u16, code: &str) {
    assert_eq!(answer.expect(status).body["error"]["code"], code);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn the_same_key_gets_the_same_answer(pool: PgPool) {
    let desk = Desk::open(pool);
    let acquirer = desk.third_party();
    let token = token(&acquirer, APPROVED).await;
    let first = ask(
        &acquirer,
        "/v1/authorizations",
        "a",
        authorisation(&token, "one"),
    )
    .await;
    let again = ask(
        &acquirer,
        "/v1/authorizations",
        "a",
        authorisation(&token, "one"),
    )
    .await;
    assert_eq!(first.clone().expect(201).body, again.expect(201).body);
    assert_eq!(first.body["status"], "authorized");

    let other = ask(
        &acquirer,
        "/v1/authorizations",
        "a",
        authorisation(&token, "two"),
    )
    .await;
    assert_code(other, 422, "idempotency_key_reused");
    let other = ask(&acquirer, "/v1/voids", "a", json!({ "reference": "one" })).await;
    assert_code(other, 422, "idempotency_key_reused");
    let missing = acquirer
        .post("/v1/voids", json!({ "reference": "one" }))
        .await;
    assert_code(missing, 400, "idempotency_key_missing");

    // A refusal is an answer too.
    let declined = self::token(&acquirer, DECLINED).await;
    for _ in 0..2 {
        let refused = ask(
            &acquirer,
            "/v1/authorizations",
            "b",
            authorisation(&declined, "b"),
        )
        .await;
        assert_code(refused, 402, "card_declined");
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_charge_goes_one_way(pool: PgPool) {
    let desk = Desk::open(pool);
    let acquirer = desk.third_party();
    let token = token(&acquirer, APPROVED).await;
    let charge = ask(
        &acquirer,
        "/v1/authorizations",
        "1",
        authorisation(&token, "one"),
    )
    .await;
    let charge = charge.expect(201).text("/id");
    let of = |amount: i64| json!({ "charge": charge, "amount": amount });

    let answer = ask(
        &acquirer,
        "/v1/authorizations",
        "2",
        authorisation(&token, "one"),
    )
    .await;
    assert_code(answer, 409, "duplicate_reference");
    let answer = ask(&acquirer, "/v1/refunds", "3", of(1)).await;
    assert_code(answer, 402, "refund_exceeds_capture");
    let answer = ask(&acquirer, "/v1/captures", "4", of(101)).await;
    assert_code(answer, 402, "capture_exceeds_authorization");
    let captured = ask(&acquirer, "/v1/captures", "5", of(100))
        .await
        .expect(200);
    assert_eq!(captured.body["captured"], 100);
    let answer = ask(&acquirer, "/v1/captures", "6", of(100)).await;
    assert_code(answer, 409, "already_captured");
    let answer = ask(&acquirer, "/v1/voids", "7", json!({ "reference": "one" })).await;
    assert_code(answer, 409, "already_captured");
    ask(&acquirer, "/v1/refunds", "8", of(60)).await.expect(201);
    let answer = ask(&acquirer, "/v1/refunds", "9", of(41)).await;
    assert_code(answer, 402, "refund_exceeds_capture");

    let seen = acquirer
        .get(&format!("/v1/charges/{charge}"))
        .await
        .expect(200);
    assert_eq!(seen.body["refunded"], 60);
    let found = acquirer.get("/v1/charges?reference=one").await.expect(200);
    assert_eq!(found.body, json!({ "items": [seen.body] }));
    let nothing = acquirer.get("/v1/charges?reference=two").await.expect(200);
    assert_eq!(nothing.body, json!({ "items": [] }));
    assert_code(
        acquirer.get("/v1/charges/ch_none").await,
        404,
        "no_such_charge",
    );
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_void_is_remembered(pool: PgPool) {
    let desk = Desk::open(pool);
    let acquirer = desk.third_party();
    let token = token(&acquirer, APPROVED).await;
    let charge = ask(
        &acquirer,
        "/v1/authorizations",
        "1",
        authorisation(&token, "one"),
    )
    .await;
    let charge = charge.expect(201).text("/id");
    ask(&acquirer, "/v1/voids", "2", json!({ "reference": "one" }))
        .await
        .expect(200);
    let of = json!({ "charge": charge, "amount": 100 });
    assert_code(ask(&acquirer, "/v1/captures", "3", of).await, 402, "voided");

    ask(&acquirer, "/v1/voids", "4", json!({ "reference": "two" }))
        .await
        .expect(200);
    let late = ask(
        &acquirer,
        "/v1/authorizations",
        "5",
        authorisation(&token, "two"),
    )
    .await;
    assert_code(late, 402, "voided");
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn twins_do_one_thing(pool: PgPool) {
    let desk = Desk::open(pool);
    let acquirer = desk.third_party();
    let token = token(&acquirer, APPROVED).await;
    let mut twins = JoinSet::new();
    for _ in 0..20 {
        let (acquirer, body) = (acquirer.clone(), authorisation(&token, "one"));
        twins.spawn(async move { ask(&acquirer, "/v1/authorizations", "1", body).await });
    }
    let answers = twins.join_all().await;
    let first = answers[0].clone().expect(201).body;
    for answer in answers {
        assert_eq!(answer.expect(201).body, first);
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn only_a_shop_with_the_key_is_served(pool: PgPool) {
    let desk = Desk::open(pool);
    let nobody = Client::new(desk.acquirer.as_ref().unwrap().url());
    let card =
        json!({ "number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123" });
    for client in [
        nobody.clone(),
        nobody.bearer("sk_test_comptoiR"),
        nobody.bearer("sk_test"),
        nobody.bearer(""),
    ] {
        for (path, body) in [
            ("/v1/tokens", card.clone()),
            ("/v1/authorizations", authorisation("tok", "one")),
            ("/v1/captures", json!({ "charge": "ch", "amount": 1 })),
            ("/v1/voids", json!({ "reference": "one" })),
            ("/v1/refunds", json!({ "charge": "ch", "amount": 1 })),
        ] {
            assert_code(ask(&client, path, "k", body).await, 401, "invalid_api_key");
        }
        assert_code(client.get("/v1/charges/ch").await, 401, "invalid_api_key");
        assert_code(
            client.get("/v1/charges?reference=one").await,
            401,
            "invalid_api_key",
        );
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn what_makes_no_sense_is_refused(pool: PgPool) {
    let desk = Desk::open(pool);
    let acquirer = desk.third_party();
    let card = |number: &str, cvc: &str| json!({ "number": number, "cvc": cvc });
    for body in [
        card("4242424242424241", "123"),
        card("0", "123"),
        card("4242424242424242", "1"),
    ] {
        assert_code(
            ask(&acquirer, "/v1/tokens", "t", body).await,
            402,
            "invalid_card",
        );
    }
    let unknown = ask(
        &acquirer,
        "/v1/authorizations",
        "1",
        authorisation("tok_none", "one"),
    )
    .await;
    assert_code(unknown, 402, "invalid_token");
    let of = |amount: i64| json!({ "charge": "ch_none", "amount": amount });
    for path in ["/v1/captures", "/v1/refunds"] {
        assert_code(
            ask(&acquirer, path, path, of(1)).await,
            404,
            "no_such_charge",
        );
        assert_code(
            ask(&acquirer, path, path, of(0)).await,
            422,
            "invalid_request",
        );
    }
    let long = json!({ "reference": "x".repeat(101) });
    assert_code(
        ask(&acquirer, "/v1/voids", "v", long).await,
        422,
        "invalid_request",
    );
}
