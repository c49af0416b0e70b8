//! What other services are told, and what happens when they do not listen.

use serde_json::json;
use sqlx::PgPool;

use crate::{
    fake::{FOR_EVER, Trouble},
    id, kinds, open,
};

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_message_is_repeated_until_it_is_heard(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(3));
    shop.fake.trouble("clear", Trouble::Down(2));
    let order = shop.bought(&buyer).await;
    let state = shop.fake.state();
    let count = |name: &str| state.calls.iter().filter(|it| it.starts_with(name)).count();
    assert_eq!((count("commit "), count("clear ")), (4, 3));
    assert_eq!(state.products[&ten].sold, 2);
    assert!(state.cleared.contains(&order));
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_receiver_hears_the_messages_of_an_order_in_their_order(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(FOR_EVER));
    let order = id(&buyer.check_out("one").await.expect(201));
    buyer
        .client
        .post(&format!("/api/orders/{order}/cancel"), json!({}))
        .await
        .expect(200);

    // The money does not wait for the catalog, the restock does.
    shop.eventually(
        "select refunded_amount = total_amount from orders where id = $1",
        order,
    )
    .await;
    assert_eq!(shop.fake.state().payments[&order].status, "cancelled");
    let waiting = "select array_agg(kind order by id) = '{commit_reservation,restock}' from outbox where order_id = $1";
    shop.eventually(waiting, order).await;
    assert!(shop.fake.state().restocked.is_empty());

    // Another order is not held up.
    shop.fake.well("commit");
    shop.run(
        "update outbox set attend_at = now() where order_id = $1",
        order,
    )
    .await;
    shop.settled(order).await;
    let state = shop.fake.state();
    let stock: Vec<_> = state
        .calls
        .iter()
        .filter_map(|it| it.split(' ').next())
        .filter(|it| ["commit", "restock"].contains(it))
        .collect();
    assert_eq!(stock[stock.len() - 2..], ["commit", "restock"]);
    assert_eq!(
        (state.products[&ten].available, state.products[&ten].sold),
        (50, 0)
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn one_orders_trouble_is_not_anothers(pool: PgPool) {
    let shop = open(pool).await;
    let (stuck, ..) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(FOR_EVER));
    let waiting = id(&stuck.check_out("one").await.expect(201));
    // Not while an attempt is under way, which would set the next one itself: a message that is held is due
    // in fifteen seconds.
    let put_off = "with put_off as (
            update outbox set attend_at = now() + interval '1 hour'
            where order_id = $1 and receiver = 'catalog' and attempts >= 2
              and attend_at < now() + interval '10 seconds'
            returning id
        )
        select count(*) = 1 from put_off";
    shop.eventually(put_off, waiting).await;
    shop.fake.well("commit");

    let (other, ..) = shop.shopper();
    shop.bought(&other).await;
    assert!(
        shop.holds(
            "select count(*) = 1 from outbox where order_id = $1",
            waiting
        )
        .await
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let order = shop.bought(&buyer).await;
    for call in ["cancel", "restock"] {
        shop.fake.trouble(call, Trouble::AnswerLost);
    }
    buyer
        .client
        .post(&format!("/api/orders/{order}/cancel"), json!({}))
        .await
        .expect(200);
    shop.eventually(
        "select bool_and(attempts >= 2) from outbox where order_id = $1",
        order,
    )
    .await;
    for call in ["cancel", "restock"] {
        shop.fake.well(call);
    }
    shop.settled(order).await;
    let seen = buyer.order(order).await;
    assert_eq!(seen["refunded"], seen["total"]);
    assert_eq!(
        kinds(&seen),
        ["placed", "confirmed", "cancelled", "refunded"]
    );
    let state = shop.fake.state();
    assert_eq!(state.payments[&order].refunded(), 2550);
    assert_eq!(
        (state.products[&ten].available, state.products[&ten].sold),
        (50, 0)
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_paid_order_whose_stock_is_gone_is_cancelled_and_paid_back(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(FOR_EVER));
    let order = id(&buyer.check_out("one").await.expect(201));
    {
        let mut state = shop.fake.state();
        for held in state.reservations.values_mut() {
            held.state = "expired";
        }
        state.products.get_mut(&ten).unwrap().available = 0;
    }
    shop.fake.well("commit");
    shop.run(
        "update outbox set attend_at = now() where order_id = $1",
        order,
    )
    .await;
    shop.eventually(
        "select status = 'cancelled' from orders where id = $1",
        order,
    )
    .await;
    shop.settled(order).await;

    let seen = buyer.order(order).await;
    assert_eq!(
        kinds(&seen),
        ["placed", "confirmed", "cancelled", "refunded"]
    );
    assert_eq!(seen["timeline"][2]["actor"], "system");
    assert_eq!(seen["refunded"], seen["total"]);
    let again = buyer.check_out("one").await.expect(201);
    assert_eq!(again.body["status"], "cancelled");
    let state = shop.fake.state();
    assert_eq!(state.payments[&order].status, "cancelled");
    assert_eq!(state.products[&ten].available, 0);
    assert!(state.restocked.is_empty());
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn units_that_were_never_taken_are_not_put_back(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(FOR_EVER));
    let order = id(&buyer.check_out("one").await.expect(201));
    buyer
        .client
        .post(&format!("/api/orders/{order}/cancel"), json!({}))
        .await
        .expect(200);
    {
        let mut state = shop.fake.state();
        for held in state.reservations.values_mut() {
            held.state = "expired";
        }
        state.products.get_mut(&ten).unwrap().available = 1;
    }
    shop.fake.well("commit");
    shop.run(
        "update outbox set attend_at = now() where order_id = $1",
        order,
    )
    .await;
    shop.settled(order).await;
    let state = shop.fake.state();
    assert!(state.restocked.is_empty());
    assert_eq!(state.products[&ten].available, 1);
    assert_eq!(state.payments[&order].refunded(), 2550);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_message_that_is_refused_is_kept_and_shows(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake.trouble("clear", Trouble::Forbidden);
    let order = id(&buyer.check_out("one").await.expect(201));
    shop.eventually(
        "select count(*) = 1 and bool_and(kind = 'clear_cart' and attempts >= 2) from outbox where order_id = $1",
        order,
    )
    .await;
    let metrics = testkit::Client::new(shop.running.management_url());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let text = metrics.get("/metrics").await.expect(200).body;
        let text = text.as_str().unwrap();
        assert!(text.contains("checkouts_total{outcome=\"confirmed\",service=\"order\"} 1"));
        assert!(text.contains("checkout_own_seconds_count{service=\"order\"} 1"));
        if text.contains("outbox_pending{service=\"order\"} 1") {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    shop.fake.well("clear");
    shop.run(
        "update outbox set attend_at = now() where order_id = $1",
        order,
    )
    .await;
    shop.settled(order).await;
}
