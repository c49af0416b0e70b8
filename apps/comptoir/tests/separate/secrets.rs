//! I6: what people type is not repeated to anybody, wherever they typed it. `ci/leaks` searches all the rest
//! that a run of the tests leaves behind, tables included.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    checkout::insist,
    harness::House,
    people::{Card, PASSWORD, Person},
    stock,
};

/// What `ci/leaks` searches for.
const NEEDLES: &str = include_str!("../../../../ci/leaks.txt");
const NUMBER: &str = "4242 4242 4242 4242";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_in_the_wrong_place_is_repeated_to_nobody() {
    let house = House::open("secrets").await;
    let front = house.front();
    let staff = Person::staff(&house).await;
    let person = Person::sign_up(&front).await;
    let digits: u64 = NUMBER.replace(' ', "").parse().expect("digits");
    let card = |changed: Value| {
        let mut card = json!({ "number": NUMBER, "exp_month": 12, "exp_year": 2035, "cvc": "123" });
        let fields = card.as_object_mut().expect("an object");
        fields.extend(changed.as_object().expect("an object").clone());
        json!({ "card": card })
    };

    let typed = [
        // A card, all kinds of wrong.
        ("/api/payments/methods", card(json!({ "number": digits }))),
        (
            "/api/payments/methods",
            card(json!({ "exp_month": NUMBER })),
        ),
        ("/api/payments/methods", card(json!({ "exp_year": digits }))),
        ("/api/payments/methods", card(json!({ "cvc": NUMBER }))),
        ("/api/payments/methods", card(json!({ "exp_year": 2001 }))),
        ("/api/payments/methods", card(json!({ NUMBER: true }))),
        ("/api/payments/methods", json!({ "card": NUMBER })),
        ("/api/payments/methods", json!(NUMBER)),
        ("/api/payments/methods", json!({ "number": NUMBER })),
        // A card where something else belongs.
        ("/api/orders", json!({ "payment_method_id": NUMBER })),
        ("/api/orders", json!({ "payment_method_id": digits })),
        // A password that is not, or not the right one, or one field too high.
        (
            "/api/auth/login",
            json!({ "email": person.email, "password": format!("{PASSWORD}!") }),
        ),
        (
            "/api/auth/login",
            json!({ "email": PASSWORD, "password": person.email }),
        ),
        (
            "/api/auth/login",
            json!({ "email": person.email, "password": { "is": PASSWORD } }),
        ),
        (
            "/api/auth/login",
            json!({ "email": person.email, "password": PASSWORD.repeat(9) }),
        ),
        (
            "/api/auth/login",
            json!({ "email": person.email, PASSWORD: "password" }),
        ),
        (
            "/api/auth/register",
            json!({ "email": PASSWORD, "password": PASSWORD, "name": "C" }),
        ),
        (
            "/api/auth/register",
            json!({
                "email": person.email, "password": PASSWORD, "name": "Camille Martin",
            }),
        ),
        ("/api/auth/refresh", json!({ "refresh_token": PASSWORD })),
    ];
    for (path, body) in typed {
        let front = person.front.with("idempotency-key", "typed");
        let answer = front.post(path, body.clone()).await;
        assert!(
            (400..500).contains(&answer.status),
            "{} to {body}",
            answer.status
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        is_in_no(&answer.body.to_string(), &format!("the answer to {body}"));
    }
    let passwords = json!({
        "current_password": "mot-de-passe-faux", "new_password": "mot-de-passe-neuf",
    });
    let answer = person
        .front
        .send(Method::PUT, "/api/auth/me/password", Some(passwords))
        .await;
    is_in_no(&answer.body.to_string(), "the answer to a wrong password");
    for header in ["authorization", "x-cart-token", "idempotency-key"] {
        let answer = front.with(header, PASSWORD).get("/api/cart").await;
        is_in_no(&answer.body.to_string(), header);
    }
    let answer = front.bearer(PASSWORD).get("/api/orders").await;
    is_in_no(&answer.body.to_string(), "the answer to a bad token");

    // And what is right is not repeated either: every card, to the end.
    let product = stock::product(&staff, 990, 100).await;
    for card in Card::ALL {
        person.put(product.id, 1).await;
        let method = person.method(card).await;
        insist(&person, &format!("{card:?}"), method).await;
    }
    house.audit().await;
    for (name, text) in house.metrics().await {
        assert!(
            text.contains("http_request_duration_seconds"),
            "{name:?}:\n{text}"
        );
        is_in_no(&text, &format!("the metrics of {name:?}"));
    }
    for (file, text) in house.logs() {
        assert!(text.lines().count() > 50, "{file} is no log:\n{text}");
        is_in_no(&text, &file);
    }
}

#[track_caller]
fn is_in_no(text: &str, place: &str) {
    for needle in NEEDLES.lines() {
        if let Some(at) = text.find(needle) {
            let from = text[..at].rfind('\n').map_or(0, |it| it + 1);
            let line = text[from..].lines().next().unwrap_or_default();
            panic!("{needle} is in {place}: {line}");
        }
    }
}
