//! How often and how fast passwords may be tried.

use std::num::NonZeroU32;

use serde_json::json;
use sqlx::PgPool;

use crate::{PASSWORD, settings, start_with};

const HOUR: NonZeroU32 = NonZeroU32::new(3_600_000).unwrap();

fn retry_after(answer: &testkit::Answer) -> u64 {
    answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_account_can_be_tried_so_often_even_with_the_right_password(pool: PgPool) {
    let mut settings = settings();
    settings.limits.account_burst = NonZeroU32::new(3).unwrap();
    settings.limits.account_period = HOUR;
    let shop = start_with(&pool, &settings).await;
    let camille = shop.customer("camille@example.com").await;
    shop.customer("other@example.com").await;
    for _ in 0..2 {
        shop.login("camille@example.com", "not the password")
            .await
            .expect_problem(401, "invalid-credentials");
    }
    for email in ["camille@example.com", " CAMILLE@Example.com"] {
        let limited = shop.login(email, PASSWORD).await;
        let limited = limited.expect_problem(429, "too-many-attempts");
        assert!((3500..=3600).contains(&retry_after(&limited)));
    }
    // A stolen token is no way round it, and those who are signed in stay so.
    let body =
        json!({ "current_password": "not the password", "new_password": "seven black pots" });
    camille
        .client
        .put("/api/auth/me/password", body)
        .await
        .expect_problem(429, "too-many-attempts");
    let body = json!({ "email": "new@example.com", "current_password": "not the password" });
    camille
        .client
        .patch("/api/auth/me", body)
        .await
        .expect_problem(429, "too-many-attempts");
    shop.refresh(&camille.refresh).await.expect(200);
    shop.login("other@example.com", PASSWORD).await.expect(200);

    // An unknown account is limited alike, or the limit would tell which accounts exist.
    for _ in 0..3 {
        shop.login("nobody@example.com", PASSWORD)
            .await
            .expect_problem(401, "invalid-credentials");
    }
    shop.login("nobody@example.com", PASSWORD)
        .await
        .expect_problem(429, "too-many-attempts");
    let metrics = shop.metrics().await;
    let counted = "sign_ins_total{outcome=\"limited\",service=\"auth\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_address_can_try_so_often_over_all_accounts(pool: PgPool) {
    let mut settings = settings();
    settings.limits.address_burst = NonZeroU32::new(3).unwrap();
    settings.limits.address_period = HOUR;
    let shop = start_with(&pool, &settings).await;
    shop.customer("camille@example.com").await;
    shop.login("nobody@example.com", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    let limited = shop.login("another@example.com", PASSWORD).await;
    let limited = limited.expect_problem(429, "too-many-attempts");
    assert!((3500..=3600).contains(&retry_after(&limited)));
    let body = json!({ "email": "new@example.com", "password": PASSWORD, "name": "New" });
    shop.client
        .post("/api/auth/register", body)
        .await
        .expect_problem(429, "too-many-attempts");
    // Whatever the client says of itself: it is not behind a proxy of ours.
    let disguised = shop.client.with("x-forwarded-for", "192.0.2.1");
    let body = json!({ "email": "camille@example.com", "password": PASSWORD });
    disguised
        .post("/api/auth/login", body)
        .await
        .expect_problem(429, "too-many-attempts");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn behind_a_proxy_the_last_forwarded_address_counts(pool: PgPool) {
    let mut settings = settings();
    settings.limits.address_burst = NonZeroU32::MIN;
    settings.limits.address_period = HOUR;
    settings.trust_forwarded_for = true;
    let shop = start_with(&pool, &settings).await;
    let login = |forwarded: &'static str| {
        let client = shop.client.with("x-forwarded-for", forwarded);
        let body = json!({ "email": "camille@example.com", "password": PASSWORD });
        async move { client.post("/api/auth/login", body).await.status }
    };
    assert_eq!(login("192.0.2.1").await, 401);
    assert_eq!(login("192.0.2.1").await, 429);
    assert_eq!(login("192.0.2.2").await, 401);
    assert_eq!(
        login("192.0.2.9, 192.0.2.1").await,
        429,
        "the first is the client's claim"
    );
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_full_hashing_queue_is_answered_at_once(pool: PgPool) {
    let mut settings = settings();
    settings.hashing_threads = Some(1);
    settings.hashing_queue = 1;
    let shop = start_with(&pool, &settings).await;
    let crowd = (0..30).map(|_| {
        let client = shop.client.clone();
        let body = json!({ "email": "camille@example.com", "password": PASSWORD });
        tokio::spawn(async move { client.post("/api/auth/login", body).await })
    });
    let (mut hashed, mut refused) = (0, 0);
    for answer in crowd.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        if answer.status == 503 {
            assert!(retry_after(&answer) >= 1);
            answer.expect_problem(503, "unavailable");
            refused += 1;
        } else {
            answer.expect_problem(401, "invalid-credentials");
            hashed += 1;
        }
    }
    assert!(hashed >= 2 && refused >= 1, "{hashed} {refused}");
    // The places were given back.
    shop.customer("camille@example.com").await;
    let metrics = shop.metrics().await;
    let depth = "password_hashing_queue_depth{service=\"auth\"} 0";
    assert!(metrics.contains(depth), "{metrics}");
    let busy = format!("sign_ins_total{{outcome=\"busy\",service=\"auth\"}} {refused}");
    assert!(metrics.contains(&busy), "{metrics}");
}
