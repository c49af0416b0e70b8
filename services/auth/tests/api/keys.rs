//! Signing keys: published, replaced, kept secret.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{PASSWORD, Shop, header, settings, start, start_with};

const ROTATE: &str = "/api/auth/admin/keys/rotate";

async fn published(shop: &Shop) -> Vec<String> {
    let jwks = shop.client.get("/.well-known/jwks.json").await.expect(200);
    let keys = jwks.body["keys"].as_array().unwrap();
    keys.iter()
        .map(|it| it["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_public_keys_are_published_and_nothing_else(pool: PgPool) {
    let shop = start(&pool).await;
    let jwks = shop.client.get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(jwks.headers["cache-control"], "public, max-age=60");
    let keys = jwks.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let key = keys[0].as_object().unwrap();
    let fields: Vec<_> = key.keys().collect();
    assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x"]);
    let camille = shop.customer("camille@example.com").await;
    assert_eq!(key["kid"], kid(&camille.access));
    assert_eq!(header(&camille.access)["alg"], "EdDSA");
    assert_eq!(header(&camille.access)["typ"], "at+jwt");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn keys_are_replaced_without_a_restart_and_old_tokens_stay_good(pool: PgPool) {
    let mut settings = settings();
    settings.key_activation = 0;
    let shop = start_with(&pool, &settings).await;
    let old = shop.customer("camille@example.com").await;
    let staff = shop.staff(&pool).await;

    let rotated = staff.client.post(ROTATE, json!({})).await.expect(202);
    let new = shop.sign_in("camille@example.com").await;
    assert_eq!(rotated.text("/kid"), kid(&new.access));
    assert_ne!(kid(&old.access), kid(&new.access));
    assert_eq!(published(&shop).await, [kid(&old.access), kid(&new.access)]);
    old.client.get("/api/auth/me").await.expect(200);
    new.client.get("/api/auth/me").await.expect(200);

    // Another replica, started before or after, knows both.
    let other = start_with(&pool, &settings).await;
    for token in [&old.access, &new.access] {
        let there = other.client.bearer(token);
        there.get("/api/auth/me").await.expect(200);
    }
    let again = other.sign_in("camille@example.com").await;
    assert_eq!(kid(&again.access), kid(&new.access));

    // The last token of the old key has ended: it goes, and its tokens with it.
    sqlx::query("update signing_keys set active_from = now() - interval '1 day', retired_at = now() - interval '17 minutes' where retired_at is not null")
        .execute(&pool)
        .await
        .unwrap();
    let later = start_with(&pool, &settings).await;
    assert_eq!(published(&later).await, [kid(&new.access)]);
    later
        .client
        .bearer(&old.access)
        .get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_new_key_is_published_before_it_signs(pool: PgPool) {
    let shop = start(&pool).await;
    let before = shop.customer("camille@example.com").await;
    let staff = shop.staff(&pool).await;
    let rotated = staff.client.post(ROTATE, json!({})).await.expect(202);
    let after = shop.sign_in("camille@example.com").await;
    assert_eq!(kid(&after.access), kid(&before.access));
    assert_eq!(
        published(&shop).await,
        [kid(&before.access), rotated.text("/kid")]
    );
    staff
        .client
        .post(ROTATE, json!({}))
        .await
        .expect_problem(409, "rotation-pending");

    let customer = before.client.post(ROTATE, json!({})).await;
    customer.expect_problem(403, "forbidden");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn replicas_that_start_at_once_make_one_key(pool: PgPool) {
    let settings = settings();
    let (one, other) = tokio::join!(start_with(&pool, &settings), start_with(&pool, &settings));
    assert_eq!(published(&one).await.len(), 1);
    assert_eq!(published(&one).await, published(&other).await);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_key_that_is_old_enough_is_replaced_by_itself(pool: PgPool) {
    let settings = settings();
    let shop = start_with(&pool, &settings).await;
    let first = published(&shop).await;
    sqlx::query("update signing_keys set created_at = created_at - interval '30 days 1 minute'")
        .execute(&pool)
        .await
        .unwrap();
    let (one, other) = tokio::join!(start_with(&pool, &settings), start_with(&pool, &settings));
    let keys = published(&one).await;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], first[0]);
    assert_eq!(keys, published(&other).await);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_wrong_setting_stops_the_start_and_is_named(pool: PgPool) {
    start(&pool).await;
    let fails = |service: auth::Service| {
        let pool = pool.clone();
        async move {
            let error = auth::serve(pool, &service).await.map(|_| ()).unwrap_err();
            format!("{error:#}")
        }
    };
    for key in ["", "not base64!", "c2hvcnQ="] {
        let mut service = settings();
        service.key_encryption_key = key.into();
        let error = fails(service).await;
        assert_eq!(error, "KEY_ENCRYPTION_KEY is not 32 bytes in base64");
    }
    // Of the right form, but not the one that the stored key was sealed with.
    let error = fails(settings()).await;
    assert!(error.contains("KEY_ENCRYPTION_KEY"), "{error}");

    for clients in ["", "cart", "cart=short", &format!("nobody={PASSWORD}")] {
        let mut service = settings();
        service.service_clients = clients.into();
        let error = fails(service).await;
        assert!(error.contains("SERVICE_CLIENTS"), "{error}");
        assert!(!error.contains(PASSWORD), "{error}");
    }
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_sealed_key_cannot_be_passed_off_as_another(pool: PgPool) {
    let settings = settings();
    drop(start_with(&pool, &settings).await);
    sqlx::query("update signing_keys set id = 'another'")
        .execute(&pool)
        .await
        .unwrap();
    let result = auth::serve(pool, &settings).await;
    assert!(result.is_err());
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn every_service_can_follow(pool: PgPool) {
    let shop = start(&pool).await;
    let credentials = upstream::Credentials {
        auth_url: shop.auth.url().clone(),
        service_secret: crate::secret("cart").into(),
    };
    let metrics = telemetry::Metrics::new("cart").unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let cart = identity::follow("cart", &credentials, &metrics, stop.clone()).unwrap();
    let _stop = stop.drop_guard();
    crate::eventually("cart has caught up", || async { cart.is_current() }).await;

    let camille = shop.customer("camille@example.com").await;
    assert!(cart.user(&camille.access).await.is_ok());
    camille
        .client
        .post("/api/auth/logout", Value::Null)
        .await
        .expect(204);
    crate::eventually("cart refuses the token", || async {
        cart.user(&camille.access).await.is_err()
    })
    .await;
}
