//! The staff's figures.

use chrono::{Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Buyer, Shop, id, open};

const PATH: &str = "/api/orders/admin/summary";

async fn summary(shop: &Shop, query: &str) -> Value {
    let path = format!("{PATH}{query}");
    shop.staff().get(&path).await.expect(200).body
}

fn day(date: NaiveDate, orders: i64, sales: i64, refunds: i64, refunded: i64) -> Value {
    let euros = |amount| json!({ "amount": amount, "currency": "EUR" });
    json!({
        "date": date, "orders": orders, "sales": euros(sales),
        "refunds": refunds, "refunded": euros(refunded),
    })
}

/// A paid order of one thing at this price.
async fn bought(shop: &Shop, buyer: &Buyer, price: i64) -> Uuid {
    let product = shop.product(price, 10);
    shop.fill_cart(buyer, &[(product, 1)]);
    let order = id(&buyer
        .check_out(&Uuid::now_v7().to_string())
        .await
        .expect(201));
    shop.settled(order).await;
    order
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_shop_without_orders_has_figures_too(pool: PgPool) {
    let shop = open(pool).await;
    let seen = summary(&shop, "").await;
    let today = Utc::now().date_naive();
    let days: Vec<_> = (0..14)
        .rev()
        .map(|ago| day(today - Days::new(ago), 0, 0, 0, 0))
        .collect();
    let expected = json!({
        "by_status": {
            "pending": 0, "confirmed": 0, "packed": 0, "shipped": 0, "delivered": 0, "cancelled": 0,
            "payment_failed": 0,
        },
        "returns_by_state": {
            "requested": 0, "approved": 0, "refused": 0, "received": 0, "refunded": 0,
        },
        "days": days,
    });
    // Unless midnight came in between.
    if Utc::now().date_naive() == today {
        assert_eq!(seen, expected);
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn what_was_sold_and_given_back_counts_for_its_day(pool: PgPool) {
    let shop = open(pool).await;
    let buyer = shop.buyer();
    let at = |days: i64| Utc::now() - TimeDelta::days(days);
    let moved = |statement: &'static str, order: Uuid, days: i64| {
        let (pool, at) = (shop.pool.clone(), at(days));
        async move {
            let moved = sqlx::query(statement).bind(order).bind(at).execute(&pool);
            assert_eq!(moved.await.unwrap().rows_affected(), 1);
        }
    };
    let placed = "update orders set created_at = $2 where id = $1";
    let cancelled = "update orders set updated_at = $2 where id = $1 and status = 'cancelled'";

    // Three days ago two were sold; one of them was called off yesterday.
    let kept = bought(&shop, &buyer, 1000).await;
    let dropped = bought(&shop, &buyer, 700).await;
    let path = format!("/api/orders/{dropped}/cancel");
    buyer.client.post(&path, json!({})).await.expect(200);
    shop.settled(dropped).await;
    moved(placed, kept, 3).await;
    moved(placed, dropped, 3).await;
    moved(cancelled, dropped, 1).await;

    // Today one was sold, delivered, and a part of it given back; another return is only asked for.
    let returning = shop.buyer();
    let (ten, five) = (shop.product(1000, 50), shop.product(550, 50));
    shop.fill_cart(&returning, &[(ten, 2), (five, 1)]);
    let delivered = shop.delivered(&returning).await;
    let path = format!("/api/orders/{delivered}/returns");
    let back = |product: Uuid| json!({ "lines": [{ "product_id": product, "quantity": 1 }], "reason": "no" });
    let first = returning.client.post(&path, back(five)).await.expect(201);
    returning.client.post(&path, back(ten)).await.expect(201);
    let staff = shop.staff();
    for step in ["approve", "receive"] {
        let path = format!("/api/orders/admin/returns/{}/{step}", first.text("/id"));
        staff.post(&path, json!({})).await.expect(200);
    }
    shop.settled(delivered).await;

    // What was never paid, what is not paid yet, what is in another currency, and what is too long ago.
    let poor = shop.buyer();
    for (status, failure) in [("pending", None), ("payment_failed", Some("declined"))] {
        let order = bought(&shop, &poor, 1).await;
        sqlx::query("update orders set status = $2, failure = $3 where id = $1")
            .bind(order)
            .bind(status)
            .bind(failure)
            .execute(&shop.pool)
            .await
            .unwrap();
        // For the worker that looks after pending orders there is nothing to do.
        shop.run(
            "update orders set attend_at = now() + interval '1 hour' where id = $1",
            order,
        )
        .await;
    }
    let dollars = bought(&shop, &poor, 5000).await;
    shop.run("update orders set currency = 'USD' where id = $1", dollars)
        .await;
    let old = bought(&shop, &poor, 5000).await;
    moved(placed, old, 4).await;

    let seen = summary(&shop, "?days=4&zone=UTC").await;
    assert_eq!(
        seen["by_status"],
        json!({
            "pending": 1, "confirmed": 3, "packed": 0, "shipped": 0, "delivered": 1, "cancelled": 1,
            "payment_failed": 1,
        })
    );
    assert_eq!(
        seen["returns_by_state"],
        json!({ "requested": 1, "approved": 0, "refused": 0, "received": 0, "refunded": 1 })
    );
    let date = |days| at(days).date_naive();
    assert_eq!(
        seen["days"],
        json!([
            day(date(3), 2, 1700, 0, 0),
            day(date(2), 0, 0, 0, 0),
            day(date(1), 0, 0, 1, 700),
            day(date(0), 1, 2550, 1, 550),
        ])
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_day_begins_at_midnight_where_the_shop_is(pool: PgPool) {
    let shop = open(pool).await;
    let buyer = shop.buyer();
    let order = bought(&shop, &buyer, 1000).await;
    // Kiritimati is 14 hours ahead of UTC, Pago Pago 11 behind: an order just after midnight in one is of
    // the day before, or the one before that, in the other.
    shop.run(
        "update orders set created_at =
             date_trunc('day', now() at time zone 'Pacific/Kiritimati') at time zone 'Pacific/Kiritimati'
             + interval '1 minute'
         where id = $1",
        order,
    )
    .await;
    let of_order = |summary: &Value| {
        let days = summary["days"].as_array().unwrap();
        let mut days = days.iter().filter(|it| it["orders"] == 1);
        let date = days.next().unwrap()["date"].clone();
        assert!(days.next().is_none());
        let date: NaiveDate = serde_json::from_value(date).unwrap();
        date
    };
    let kiritimati = summary(&shop, "?zone=Pacific/Kiritimati&days=1").await;
    let pago_pago = summary(&shop, "?zone=Pacific%2FPago_Pago&days=3").await;
    let behind = of_order(&kiritimati) - of_order(&pago_pago);
    assert!((1..=2).contains(&behind.num_days()), "{behind}");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_days_are_whole_where_clocks_change(pool: PgPool) {
    let shop = open(pool).await;
    for zone in [
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Etc/GMT-14",
    ] {
        let seen = summary(&shop, &format!("?zone={zone}&days=90")).await;
        let dates: Vec<NaiveDate> = seen["days"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| serde_json::from_value(it["date"].clone()).unwrap())
            .collect();
        assert_eq!(dates.len(), 90);
        assert!(dates.windows(2).all(|it| it[0].succ_opt() == Some(it[1])));
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn days_that_make_no_sense_are_refused(pool: PgPool) {
    let shop = open(pool).await;
    let staff = shop.staff();
    let long = format!("zone={}", "A".repeat(65));
    for query in [
        "zone=Europe/Atlantis",
        "zone=Europe/Paris2",
        "zone=",
        "zone=%00",
        "zone=UTC%27",
        &long,
        "days=0",
        "days=91",
    ] {
        let answer = staff.get(&format!("{PATH}?{query}")).await;
        answer.expect_problem(422, "invalid");
    }
    for query in ["days=256", "days=x", "since=1"] {
        let answer = staff.get(&format!("{PATH}?{query}")).await;
        answer.expect_problem(400, "malformed");
    }
}
