//! Cancelling, packing, shipping, delivering.

use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fake::{FOR_EVER, Trouble},
    id, kinds, open,
};

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn an_order_is_packed_shipped_and_delivered(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = shop.delivered(&buyer).await;
    let seen = buyer.order(order).await;
    assert_eq!(seen["status"], "delivered");
    assert_eq!(seen["tracking_number"], "6A123");
    assert_eq!(seen["carrier"], "La Poste");
    assert_eq!(
        kinds(&seen),
        ["placed", "confirmed", "packed", "shipped", "delivered"]
    );
    let actors: Vec<_> = seen["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["actor"])
        .collect();
    assert_eq!(actors, ["customer", "system", "staff", "staff", "staff"]);
    assert_eq!(seen["timeline"][3]["note"], "La Poste 6A123");
    assert_eq!(seen["shipping_address"]["city"], "Paris");

    let path = format!("/api/orders/admin/{order}");
    let staffs = shop.staff().get(&path).await.expect(200).body;
    assert_eq!(staffs["user_id"], json!(buyer.user.id));
    assert_eq!(staffs["timeline"], seen["timeline"]);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn no_step_can_be_skipped_or_repeated(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = shop.bought(&buyer).await;
    let staff = shop.staff();
    let parcel = json!({ "tracking_number": "6A123" });
    let steps = [
        ("pack", json!({})),
        ("ship", parcel),
        ("deliver", json!({})),
    ];
    for done in 0..=steps.len() {
        for (i, (step, body)) in steps.iter().enumerate() {
            if i != done {
                staff
                    .post(&format!("/api/orders/admin/{order}/{step}"), body.clone())
                    .await
                    .expect_problem(409, "not-allowed-now");
            }
        }
        if let Some((step, body)) = steps.get(done) {
            let path = format!("/api/orders/admin/{order}/{step}");
            staff.post(&path, body.clone()).await.expect(200);
            buyer
                .client
                .post(&format!("/api/orders/{order}/cancel"), json!({}))
                .await
                .expect_problem(409, "not-cancellable");
        }
    }
    let wrong = [
        json!({ "tracking_number": "" }),
        json!({ "tracking_number": "x".repeat(65) }),
    ];
    for body in wrong {
        let path = format!("/api/orders/admin/{order}/ship");
        staff.post(&path, body).await.expect_problem(422, "invalid");
    }
    for (step, body) in &steps {
        let path = format!("/api/orders/admin/{}/{step}", Uuid::now_v7());
        staff
            .post(&path, body.clone())
            .await
            .expect_problem(404, "not-found");
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn cancelling_gives_back_money_and_goods(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let order = shop.bought(&buyer).await;
    let path = format!("/api/orders/{order}/cancel");
    let answer = buyer.client.post(&path, json!({})).await.expect(200);
    assert_eq!(answer.body["status"], "cancelled");
    shop.settled(order).await;
    let seen = buyer.order(order).await;
    assert_eq!(seen["refunded"], seen["total"]);
    assert_eq!(
        kinds(&seen),
        ["placed", "confirmed", "cancelled", "refunded"]
    );
    {
        let state = shop.fake.state();
        assert_eq!(state.payments[&order].refunded(), 2550);
        assert_eq!(
            (state.products[&ten].available, state.products[&ten].sold),
            (50, 0)
        );
    }
    buyer
        .client
        .post(&path, json!({}))
        .await
        .expect_problem(409, "not-cancellable");
    let again = buyer.check_out("bought").await.expect(201);
    assert_eq!(again.body["status"], "cancelled");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn of_cancelling_and_packing_at_once_exactly_one_wins(pool: PgPool) {
    let shop = open(pool).await;
    let staff = shop.staff();
    for round in 0..25 {
        let (buyer, ten, _) = shop.shopper();
        let order = shop.bought(&buyer).await;
        let (pack, cancel) = (
            format!("/api/orders/admin/{order}/pack"),
            format!("/api/orders/{order}/cancel"),
        );
        // Each is let off first half of the time.
        let (pack, cancel) = if round % 2 == 0 {
            tokio::join!(
                staff.post(&pack, json!({})),
                buyer.client.post(&cancel, json!({}))
            )
        } else {
            let (cancel, pack) = tokio::join!(
                buyer.client.post(&cancel, json!({})),
                staff.post(&pack, json!({}))
            );
            (pack, cancel)
        };
        match (pack.status, cancel.status) {
            (200, 409) | (409, 200) => {}
            other => panic!("{other:?}"),
        }
        shop.settled(order).await;
        let seen = buyer.order(order).await;
        let state = shop.fake.state();
        let payment = &state.payments[&order];
        if seen["status"] == "packed" {
            assert_eq!(
                (payment.refunded(), state.products[&ten].available),
                (0, 48)
            );
        } else {
            assert_eq!(seen["status"], "cancelled");
            assert_eq!(
                (payment.refunded(), state.products[&ten].available),
                (2550, 50)
            );
        }
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn nothing_is_packed_before_its_stock_is_taken(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    shop.fake.trouble("commit", Trouble::Down(FOR_EVER));
    let order = id(&buyer.check_out("one").await.expect(201));
    let path = format!("/api/orders/admin/{order}/pack");
    let answer = shop.staff().post(&path, json!({})).await;
    let answer = answer.expect_problem(409, "stock-not-settled");
    assert!(answer.headers.contains_key("retry-after"));

    // Staff who are as fast as that need not notice.
    shop.fake.well("commit");
    shop.run(
        "update outbox set attend_at = now() where order_id = $1",
        order,
    )
    .await;
    shop.staff().post(&path, json!({})).await.expect(200);
}
