use serde_json::{Value, json};
use sqlx::PgPool;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{AMEX, APPROVED, Desk, MASTERCARD, card};

const METHODS: &str = "/api/payments/methods";

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_card_is_kept_without_its_number(pool: PgPool) {
    let desk = Desk::open(pool);
    let mine = desk.client().bearer(&desk.authority.customer().token);
    for (number, brand, last4) in [
        (APPROVED, "visa", "4242"),
        (MASTERCARD, "mastercard", "4444"),
        (AMEX, "amex", "0005"),
        ("6011 0009 9013 9424", "other", "9424"),
    ] {
        let added = mine.post(METHODS, card(number)).await.expect(201);
        assert_eq!(added.body["brand"], brand);
        assert_eq!(added.body["last4"], last4);
        let mut fields: Vec<_> = added.body.as_object().unwrap().keys().collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "brand",
                "created_at",
                "exp_month",
                "exp_year",
                "id",
                "last4"
            ]
        );
        let listed = mine.get(METHODS).await.expect(200);
        assert_eq!(
            listed.body["items"][0], added.body,
            "the newest comes first"
        );
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_method_belongs_to_one_user(pool: PgPool) {
    let desk = Desk::open(pool);
    let buyer = desk.buyer(APPROVED).await;
    let mine = desk.client().bearer(&buyer.user.token);
    let theirs = desk.client().bearer(&desk.authority.customer().token);
    let path = format!("{METHODS}/{}", buyer.method);

    assert_eq!(
        theirs.get(METHODS).await.expect(200).body,
        json!({ "items": [] })
    );
    theirs.delete(&path).await.expect_problem(404, "not-found");
    assert_eq!(
        mine.get(METHODS).await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    mine.delete(&path).await.expect(204);
    mine.delete(&path).await.expect_problem(404, "not-found");
    mine.delete(&format!("{METHODS}/1"))
        .await
        .expect_problem(404, "not-found");
    assert_eq!(
        mine.get(METHODS).await.expect(200).body,
        json!({ "items": [] })
    );
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn every_wrong_field_is_named_and_none_is_repeated(pool: PgPool) {
    let desk = Desk::open(pool);
    let mine = desk.client().bearer(&desk.authority.customer().token);
    let with = |number: &str, month: u32, year: u32, cvc: &str| json!({ "card": { "number": number, "exp_month": month, "exp_year": year, "cvc": cvc } });
    let cases = [
        (
            with("4242424242424241", 12, 2040, "123"),
            vec!["card.number"],
        ),
        (
            with("4242-4242-4242-4242", 12, 2040, "123"),
            vec!["card.number"],
        ),
        (with("42424242424", 12, 2040, "123"), vec!["card.number"]),
        (with("", 12, 2040, "123"), vec!["card.number"]),
        (with("4242424242424242", 12, 2040, "1234"), vec!["card.cvc"]),
        (with("378282246310005", 12, 2040, "123"), vec!["card.cvc"]),
        (
            with("4242424242424242", 12, 2020, "123"),
            vec!["card.exp_year"],
        ),
        (
            with("4242424242424242", 13, 2040, "123"),
            vec!["card.exp_month"],
        ),
        (
            with("4242424242424241", 0, 2999, "98765"),
            vec!["card.number", "card.cvc", "card.exp_month", "card.exp_year"],
        ),
    ];
    for (body, wrong) in cases {
        let answer = mine
            .post(METHODS, body.clone())
            .await
            .expect_problem(422, "invalid-card");
        let errors = answer.body["errors"].as_array().unwrap();
        let fields: Vec<_> = errors
            .iter()
            .map(|it| it["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, wrong, "{body}");
        let said = answer.body.to_string();
        for secret in ["number", "cvc"].map(|it| body["card"][it].as_str().unwrap()) {
            assert!(secret.is_empty() || !said.contains(secret), "{said}");
        }
    }
    assert_eq!(mine.get(METHODS).await.body, json!({ "items": [] }));
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_malformed_body_is_not_repeated_either(pool: PgPool) {
    let desk = Desk::open(pool);
    let mine = desk.client().bearer(&desk.authority.customer().token);
    let good = card("4242424242424242");
    let mut as_integer = good.clone();
    as_integer["card"]["number"] = json!(4242424242424242_u64);
    let mut unknown_field = good.clone();
    unknown_field["card"]["4242424242424242"] = json!("4242424242424242");
    let mut misplaced = good.clone();
    misplaced["card"]["exp_month"] = json!("4242424242424242");
    for body in [
        as_integer,
        unknown_field,
        misplaced,
        json!("4242424242424242"),
    ] {
        let answer = mine
            .post(METHODS, body)
            .await
            .expect_problem(400, "malformed");
        assert!(
            !answer.body.to_string().contains("42424242"),
            "{}",
            answer.body
        );
    }
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_user_keeps_at_most_twenty_also_when_they_race(pool: PgPool) {
    let desk = Desk::open(pool);
    let mine = desk.client().bearer(&desk.authority.customer().token);
    for _ in 0..18 {
        mine.post(METHODS, card(APPROVED)).await.expect(201);
    }
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let mine = mine.clone();
        racing.spawn(async move { mine.post(METHODS, card(APPROVED)).await });
    }
    let mut added = 0;
    for answer in racing.join_all().await {
        match answer.status {
            201 => added += 1,
            _ => {
                answer.expect_problem(409, "too-many-payment-methods");
            }
        }
    }
    assert_eq!(added, 2);
    assert_eq!(
        mine.get(METHODS).await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    let other = desk.client().bearer(&desk.authority.customer().token);
    other.post(METHODS, card(APPROVED)).await.expect(201);
}

#[sqlx::test(migrator = "payment::MIGRATIONS")]
async fn a_gateway_that_refuses_or_fails_keeps_nothing(pool: PgPool) {
    let gateway = MockServer::start().await;
    let desk = Desk::at(
        pool,
        gateway.uri().parse().unwrap(),
        std::time::Duration::from_millis(300),
    );
    let mine = desk.client().bearer(&desk.authority.customer().token);
    let refusal = json!({ "error": { "code": "invalid_card" } });
    let slow = std::time::Duration::from_secs(2);
    let cases: [(ResponseTemplate, u16, &str); 5] = [
        (
            ResponseTemplate::new(402).set_body_json(refusal),
            422,
            "invalid-card",
        ),
        (ResponseTemplate::new(500), 503, "unavailable"),
        (ResponseTemplate::new(401), 503, "unavailable"),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            503,
            "unavailable",
        ),
        (
            ResponseTemplate::new(201).set_delay(slow),
            503,
            "unavailable",
        ),
    ];
    for (template, status, slug) in cases {
        gateway.reset().await;
        Mock::given(any())
            .respond_with(template)
            .mount(&gateway)
            .await;
        let answer = mine
            .post(METHODS, card(APPROVED))
            .await
            .expect_problem(status, slug);
        assert!(!answer.body.to_string().contains("4242"));
        assert_eq!(answer.headers.contains_key("retry-after"), status == 503);
    }
    let listed: Value = mine.get(METHODS).await.expect(200).body;
    assert_eq!(listed, json!({ "items": [] }));
}
