//! What becomes of an order when its checkout is cut short.

use std::time::Duration;

use sqlx::PgPool;

use crate::{
    body,
    fake::{Card, FOR_EVER, Trouble},
    id, kinds, open,
};

const SETTLED: &str = "select status <> 'pending' from orders where id = $1";

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_checkout_that_died_before_paying_is_finished_by_the_worker(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("pay", Trouble::Down(FOR_EVER));
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "outcome-unknown");
    let order = shop.order_of(&buyer).await;
    shop.fake.well("pay");
    shop.lease_ends(order).await;

    shop.eventually(SETTLED, order).await;
    shop.settled(order).await;
    let answer = buyer.check_out("one").await.expect(201);
    assert_eq!(id(&answer), order);
    assert_eq!(kinds(&buyer.order(order).await), ["placed", "confirmed"]);
    let state = shop.fake.state();
    assert_eq!(state.payments[&order].captured, 2550);
    assert_eq!(state.products[&ten].sold, 2);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_checkout_that_died_after_the_charge_is_not_charged_again(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake.trouble("pay", Trouble::AnswerLost);
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "outcome-unknown");
    let order = shop.order_of(&buyer).await;
    assert_eq!(shop.fake.state().payments[&order].captured, 2550);
    shop.fake.well("pay");
    shop.lease_ends(order).await;

    shop.eventually(SETTLED, order).await;
    assert_eq!(buyer.order(order).await["status"], "confirmed");
    assert_eq!(shop.fake.state().payments[&order].captured, 2550);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_late_decline_reaches_the_key(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let declined = body(shop.card(Card::Declined("lost_card")));
    shop.fake.trouble("pay", Trouble::AnswerLost);
    let answer = buyer.check_out_with("one", declined.clone()).await;
    answer.expect_problem(503, "outcome-unknown");
    let order = shop.order_of(&buyer).await;
    shop.fake.well("pay");
    shop.lease_ends(order).await;
    shop.eventually(SETTLED, order).await;
    let answer = buyer.check_out_with("one", declined).await;
    answer.expect_problem(402, "payment-declined");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_order_whose_reservation_runs_out_is_given_up_and_its_money_goes_back(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("pay", Trouble::AnswerLost);
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "outcome-unknown");
    let order = shop.order_of(&buyer).await;
    // Ten minutes were reserved; the last of them is not used to pay.
    shop.run(
        "update orders set created_at = now() - interval '570 seconds',
                reserved_until = now() + interval '30 seconds',
                held_until = null, attend_at = now() where id = $1",
        order,
    )
    .await;

    shop.eventually(SETTLED, order).await;
    shop.settled(order).await;
    let answer = buyer
        .check_out("one")
        .await
        .expect_problem(402, "payment-declined");
    assert!(answer.text("/detail").contains(&order.to_string()));
    let seen = buyer.order(order).await;
    assert_eq!(seen["status"], "payment_failed");
    assert_eq!(seen["timeline"][1]["note"], "expired");
    let state = shop.fake.state();
    assert_eq!(state.payments[&order].status, "cancelled");
    assert_eq!(state.payments[&order].refunded(), 2550);
    assert_eq!(state.products[&ten].available, 50);
    assert!(state.reservations.values().all(|it| it.state == "released"));
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_repeated_key_gives_an_expired_order_up_too(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake.trouble("pay", Trouble::Down(FOR_EVER));
    buyer
        .check_out("one")
        .await
        .expect_problem(503, "outcome-unknown");
    let order = shop.order_of(&buyer).await;
    let before = shop.fake.calls_about(order).len();
    shop.run(
        "update orders set reserved_until = now(), attend_at = now() + interval '1 hour' where id = $1",
        order,
    )
    .await;
    shop.fake.well("pay");
    buyer
        .check_out("one")
        .await
        .expect_problem(402, "payment-declined");
    shop.settled(order).await;
    assert_eq!(shop.fake.calls_about(order)[before..], ["cancel"]);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_request_that_is_overtaken_by_giving_up_tells_the_truth(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake
        .trouble("pay", Trouble::Slow(Duration::from_secs(6)));
    let client = buyer.client.with("idempotency-key", "one");
    let body = buyer.body();
    let request = tokio::spawn(async move { client.post("/api/orders", body).await });
    while shop.fake.state().payments.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The request is charged, and stuck; the worker takes its order for abandoned.
    let order = shop.order_of(&buyer).await;
    shop.run(
        "update orders set reserved_until = now(), held_until = null, attend_at = now() where id = $1",
        order,
    )
    .await;
    shop.eventually(SETTLED, order).await;

    request
        .await
        .unwrap()
        .expect_problem(402, "payment-declined");
    shop.settled(order).await;
    assert_eq!(
        kinds(&buyer.order(order).await),
        ["placed", "payment_failed"]
    );
    let state = shop.fake.state();
    let payment = &state.payments[&order];
    assert_eq!((payment.status, payment.refunded()), ("cancelled", 2550));
    assert!(state.reservations.values().all(|it| it.state == "released"));
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_order_that_somebody_drives_is_left_to_them(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake
        .trouble("pay", Trouble::Slow(Duration::from_millis(2500)));
    buyer.check_out("one").await.expect(201);
    // The worker looked at least twice meanwhile.
    let order = shop.order_of(&buyer).await;
    assert_eq!(shop.fake.calls_about(order), ["pay"]);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_very_short_reservation_can_still_be_paid(pool: PgPool) {
    let shop = open(pool).await;
    shop.fake.state().reserved_for = Some(Duration::from_secs(8));
    let (buyer, ..) = shop.shopper();
    buyer.check_out("one").await.expect(201);
}
