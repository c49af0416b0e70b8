//! `POST /api/orders`.

use std::{collections::HashSet, time::Duration};

use serde_json::json;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    body,
    fake::{Card, FOR_EVER, Trouble},
    id, kinds, open,
};

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_cart_becomes_a_paid_order(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, five) = shop.shopper();

    let answer = buyer.check_out("one").await.expect(201);
    let order = id(&answer);
    assert_eq!(answer.headers["location"], format!("/api/orders/{order}"));
    let placed = answer.body;
    assert_eq!(placed["status"], "confirmed");
    assert!(placed["number"].as_str().unwrap().starts_with("C-20"));
    assert_eq!(
        placed["total"],
        json!({ "amount": 2550, "currency": "EUR" })
    );
    assert_eq!(placed["refunded"]["amount"], 0);
    let expected = json!([
        {
            "product_id": ten, "name": "Thing at 1000", "name_fr": "Un truc", "quantity": 2,
            "unit_price": { "amount": 1000, "currency": "EUR" },
            "line_total": { "amount": 2000, "currency": "EUR" },
        },
        {
            "product_id": five, "name": "Thing at 550", "name_fr": "Un truc", "quantity": 1,
            "unit_price": { "amount": 550, "currency": "EUR" },
            "line_total": { "amount": 550, "currency": "EUR" },
        },
    ]);
    assert_eq!(placed["lines"], expected);

    shop.settled(order).await;
    let state = shop.fake.state();
    assert_eq!(state.carts[&buyer.user.id], []);
    assert_eq!(state.payments[&order].captured, 2550);
    assert_eq!(
        (state.products[&ten].available, state.products[&ten].sold),
        (48, 2)
    );
    let states: Vec<_> = state.reservations.values().map(|it| it.state).collect();
    assert_eq!(states, ["committed"]);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_repeated_key_gets_the_first_answer_and_does_nothing(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let first = buyer.check_out("one").await.expect(201);
    shop.settled(id(&first)).await;
    shop.fill_cart(&buyer, &[(ten, 7)]);

    let again = buyer.check_out("one").await.expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!(shop.fake.calls_about(id(&first)), ["pay"]);

    // White space and the order of fields make no other request of it.
    let mut reordered = buyer.body();
    reordered["shipping_address"]["line2"] = json!(null);
    buyer.check_out_with("one", reordered).await.expect(201);

    // A key belongs to its user, and another key is another checkout.
    let (other, ..) = shop.shopper();
    assert_ne!(
        other.check_out("one").await.expect(201).body["id"],
        first.body["id"]
    );
    let second = buyer.check_out("two").await.expect(201);
    assert_ne!(second.body["number"], first.body["number"]);
    assert_eq!(second.body["total"]["amount"], 7000);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_key_that_was_used_with_another_body_is_refused(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    buyer.check_out("one").await.expect(201);
    let other_method = body(shop.card(Card::Approved));
    let mut other_city = buyer.body();
    other_city["shipping_address"]["city"] = json!("Lyon");
    let mut other_line = buyer.body();
    other_line["shipping_address"]["line2"] = json!("");
    for other in [other_method, other_city, other_line] {
        buyer
            .check_out_with("one", other)
            .await
            .expect_problem(422, "idempotency-key-reused");
    }
    buyer.check_out("one").await.expect(201);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_decline_is_final_for_its_key_and_frees_the_stock(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let declined = body(shop.card(Card::Declined("insufficient_funds")));

    let answer = buyer
        .check_out_with("one", declined.clone())
        .await
        .expect_problem(402, "payment-declined");
    let order = shop.order_of(&buyer).await;
    let detail = answer.text("/detail");
    assert!(detail.contains("insufficient_funds") && detail.contains(&order.to_string()));
    assert_eq!(answer.text("/errors/0/detail"), "insufficient_funds");

    shop.settled(order).await;
    assert_eq!(shop.fake.state().products[&ten].available, 50);
    assert_eq!(shop.fake.state().carts[&buyer.user.id].len(), 2);
    let again = buyer.check_out_with("one", declined).await;
    assert_eq!(again.expect(402).body, answer.body);
    assert_eq!(shop.fake.calls_about(order), ["pay"]);
    let order = buyer.order(order).await;
    assert_eq!(order["status"], "payment_failed");
    assert_eq!(kinds(&order), ["placed", "payment_failed"]);

    // The cart is as it was, and a new key is a new attempt.
    buyer.check_out("two").await.expect(201);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_method_that_is_not_the_users_ends_the_order(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let unknown = body(Uuid::now_v7());
    for _ in 0..2 {
        let answer = buyer.check_out_with("one", unknown.clone()).await;
        let answer = answer.expect_problem(422, "unknown-payment-method");
        assert!(answer.text("/detail").contains("new key"));
    }
    let order = shop.order_of(&buyer).await;
    shop.settled(order).await;
    assert_eq!(shop.fake.calls_about(order), ["pay"]);
    assert_eq!(shop.fake.state().products[&ten].available, 50);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn what_cannot_be_reserved_is_not_ordered(pool: PgPool) {
    let shop = open(pool).await;
    let buyer = shop.buyer();
    buyer
        .check_out("one")
        .await
        .expect_problem(422, "cart-empty");

    let (enough, short) = (shop.product(100, 9), shop.product(100, 1));
    shop.fill_cart(&buyer, &[(enough, 1), (short, 2)]);
    let answer = buyer
        .check_out("one")
        .await
        .expect_problem(409, "out-of-stock");
    assert_eq!(
        answer.body["errors"],
        json!([{ "field": short.to_string(), "detail": "not enough" }])
    );
    assert_eq!(shop.fake.state().products[&enough].available, 9);

    shop.fill_cart(&buyer, &[(Uuid::now_v7(), 1)]);
    buyer
        .check_out("one")
        .await
        .expect_problem(422, "unknown-product");

    let many: Vec<_> = (0..101).map(|_| (Uuid::now_v7(), 1)).collect();
    shop.fill_cart(&buyer, &many);
    buyer
        .check_out("one")
        .await
        .expect_problem(422, "cart-too-large");

    for call in ["read", "reserve"] {
        shop.fill_cart(&buyer, &[(enough, 1)]);
        shop.fake.trouble(call, Trouble::Down(FOR_EVER));
        let answer = buyer
            .check_out("one")
            .await
            .expect_problem(503, "unavailable");
        assert!(answer.headers.contains_key("retry-after"));
        shop.fake.well(call);
    }

    // Nothing of this was stored for the key.
    buyer.check_out("one").await.expect(201);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn prices_are_those_of_the_reservation_and_a_retry_reuses_it(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    // The answer to the reservation is lost: a crash before the order is recorded.
    shop.fake.trouble("reserve", Trouble::AnswerLost);
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "unavailable");
    shop.fake.well("reserve");
    let order = buyer.check_out("one").await.expect(201);
    assert_eq!(order.body["total"]["amount"], 2550);
    assert_eq!(shop.fake.state().reservations.len(), 1);
    assert_eq!(shop.fake.state().products[&ten].available, 48);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_unknown_outcome_is_never_a_failure_and_the_key_gets_the_truth(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    // Charged, but nobody heard of it; refused for a reason that says nothing of the money; silent.
    for trouble in [
        Trouble::AnswerLost,
        Trouble::Forbidden,
        Trouble::Down(FOR_EVER),
    ] {
        shop.fake.trouble("pay", trouble);
        let answer = buyer.check_out("one").await;
        let answer = answer.expect_problem(503, "outcome-unknown");
        assert!(answer.headers.contains_key("retry-after"));
        assert!(answer.text("/detail").contains("same key"));
    }
    let order = shop.order_of(&buyer).await;
    assert_eq!(buyer.order(order).await["status"], "pending");
    buyer
        .client
        .post(&format!("/api/orders/{order}/cancel"), json!({}))
        .await
        .expect_problem(409, "not-cancellable");

    shop.fake.well("pay");
    let answer = buyer.check_out("one").await.expect(201);
    assert_eq!(id(&answer), order);
    assert_eq!(answer.body["status"], "confirmed");
    shop.settled(order).await;
    assert_eq!(shop.fake.state().payments.len(), 1);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_database_that_breaks_after_the_charge_leaves_the_outcome_unknown(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    sqlx::query("alter table outbox rename to elsewhere")
        .execute(&shop.pool)
        .await
        .unwrap();
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "outcome-unknown");
    sqlx::query("alter table elsewhere rename to outbox")
        .execute(&shop.pool)
        .await
        .unwrap();
    let order = shop.order_of(&buyer).await;
    assert_eq!(shop.fake.state().payments[&order].captured, 2550);
    shop.lease_ends(order).await;
    assert_eq!(id(&buyer.check_out("one").await.expect(201)), order);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn twenty_twins_make_one_order(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake
        .trouble("pay", Trouble::Slow(Duration::from_millis(200)));

    let mut twins = JoinSet::new();
    for _ in 0..20 {
        let client = buyer.client.with("idempotency-key", "one");
        let body = buyer.body();
        twins.spawn(async move {
            loop {
                let answer = client.post("/api/orders", body.clone()).await;
                // On a busy machine a twin may be told to come back, and nothing else.
                if answer.status != 409 {
                    return answer;
                }
                answer.expect_problem(409, "checkout-in-progress");
            }
        });
    }
    let answers = twins.join_all().await;
    let orders: HashSet<_> = answers
        .into_iter()
        .map(|it| it.expect(201).body.to_string())
        .collect();
    assert_eq!(orders.len(), 1, "{orders:?}");

    let order = shop.order_of(&buyer).await;
    shop.settled(order).await;
    assert_eq!(shop.fake.calls_about(order), ["pay"]);
    let state = shop.fake.state();
    assert_eq!(state.payments.len(), 1);
    assert_eq!(state.reservations.len(), 1);
    assert_eq!(state.products[&ten].available, 48);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn twins_of_a_declined_checkout_all_hear_of_the_decline(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let declined = body(shop.card(Card::Declined("do_not_honor")));
    let mut twins = JoinSet::new();
    for _ in 0..10 {
        let client = buyer.client.with("idempotency-key", "one");
        let body = declined.clone();
        twins.spawn(async move { client.post("/api/orders", body).await });
    }
    for answer in twins.join_all().await {
        answer.expect_problem(402, "payment-declined");
    }
    assert_eq!(shop.fake.state().payments.len(), 1);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_twin_that_waits_too_long_is_told_to_come_back(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake
        .trouble("pay", Trouble::Slow(Duration::from_secs(6)));
    let client = buyer.client.with("idempotency-key", "one");
    let body = buyer.body();
    let first = tokio::spawn(async move { client.post("/api/orders", body).await });
    while shop.fake.state().payments.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let twin = buyer.check_out("one").await;
    let twin = twin.expect_problem(409, "checkout-in-progress");
    assert!(twin.headers.contains_key("retry-after"));
    let first = first.await.unwrap().expect(201);
    assert_eq!(buyer.check_out("one").await.expect(201).body, first.body);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn twenty_buyers_of_five_units_make_five_orders(pool: PgPool) {
    let shop = open(pool).await;
    let product = shop.product(999, 5);
    let mut buyers = JoinSet::new();
    for _ in 0..20 {
        let buyer = shop.buyer();
        shop.fill_cart(&buyer, &[(product, 1)]);
        buyers.spawn(async move { buyer.check_out("one").await.status });
    }
    let statuses = buyers.join_all().await;
    assert_eq!(statuses.iter().filter(|it| **it == 201).count(), 5);
    assert_eq!(statuses.iter().filter(|it| **it == 409).count(), 15);
    assert_eq!(shop.fake.state().products[&product].available, 0);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_request_that_makes_no_sense_is_refused(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    buyer
        .client
        .post("/api/orders", buyer.body())
        .await
        .expect_problem(400, "idempotency-key-missing");
    for key in ["", "with space", "é", &"k".repeat(201)] {
        buyer.check_out(key).await.expect_problem(422, "invalid");
    }
    let fields = [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("line1", json!("two\nlines")),
        ("line2", json!("x".repeat(201))),
        ("city", json!("")),
        ("postal_code", json!("x".repeat(21))),
        ("country", json!("fr")),
        ("country", json!("FRA")),
    ];
    for (field, value) in fields {
        let mut wrong = buyer.body();
        wrong["shipping_address"][field] = value;
        let answer = buyer.check_out_with("one", wrong).await;
        let answer = answer.expect_problem(422, "invalid");
        assert_eq!(
            answer.text("/errors/0/field"),
            format!("shipping_address.{field}")
        );
    }
    let mut prices = buyer.body();
    prices["total"] = json!(1);
    buyer
        .check_out_with("one", prices)
        .await
        .expect_problem(400, "malformed");

    let longest = "k".repeat(200);
    buyer.check_out(&longest).await.expect(201);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn one_connection_is_enough(pool: PgPool) {
    let options = pool.connect_options().as_ref().clone();
    let single = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await
        .unwrap();
    let shop = open(single).await;
    let (buyer, ten, _) = shop.shopper();
    let order = shop.delivered(&buyer).await;
    let wanted = json!({ "lines": [{ "product_id": ten, "quantity": 1 }], "reason": "broken" });
    let path = format!("/api/orders/{order}/returns");
    let answer = buyer.client.post(&path, wanted).await.expect(201);
    let path = format!("/api/orders/admin/returns/{}", answer.text("/id"));
    for step in ["approve", "receive"] {
        shop.staff()
            .post(&format!("{path}/{step}"), json!({}))
            .await
            .expect(200);
    }
    shop.settled(order).await;
    assert_eq!(buyer.order(order).await["refunded"]["amount"], 1000);

    let (other, ..) = shop.shopper();
    let order = shop.bought(&other).await;
    other
        .client
        .post(&format!("/api/orders/{order}/cancel"), json!({}))
        .await
        .expect(200);
    other.client.get("/api/orders").await.expect(200);
}
