//! The numbers that tell how the shop does.

use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::{
    fake::{FOR_EVER, Trouble},
    open,
};

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn orders_are_counted_by_status_and_pending_ones_have_an_age(pool: PgPool) {
    let shop = open(pool.clone()).await;
    let (buyer, ..) = shop.shopper();
    buyer.check_out("paid").await.expect(201);
    let (buyer, ..) = shop.shopper();
    shop.fake.trouble("pay", Trouble::Down(FOR_EVER));
    buyer.check_out("open").await.expect(503);
    let order = shop.order_of(&buyer).await;
    shop.run(
        "update orders set created_at = now() - interval '1 hour' where id = $1",
        order,
    )
    .await;
    let metrics = shop.metrics().await;
    for line in [
        r#"upstream_call_duration_seconds_count{outcome="ok",target="payment",service="order"} 1"#,
        r#"upstream_breaker_state{target="payment",service="order"} 0"#,
        r#"upstream_breaker_state{target="auth",service="order"} 0"#,
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }

    // All are counted at the start, and then once a minute.
    let another = open(pool).await;
    let expected = [
        "orders_pending{service=\"order\"} 1",
        "orders_pending_oldest_age_seconds{service=\"order\"} 36",
        "orders{status=\"cancelled\",service=\"order\"} 0",
        "orders{status=\"confirmed\",service=\"order\"} 1",
        "orders{status=\"delivered\",service=\"order\"} 0",
        "orders{status=\"packed\",service=\"order\"} 0",
        "orders{status=\"payment_failed\",service=\"order\"} 0",
        "orders{status=\"pending\",service=\"order\"} 1",
        "orders{status=\"shipped\",service=\"order\"} 0",
    ];
    let until = Instant::now() + Duration::from_secs(20);
    let mut metrics = another.metrics().await;
    while !expected.iter().all(|it| metrics.contains(it)) {
        assert!(Instant::now() < until, "{metrics}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        metrics = another.metrics().await;
    }
}
