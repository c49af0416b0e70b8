//! The embedded database has one connection: nothing may ask for a second while it holds it.

use std::time::Duration;

use serde_json::json;
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::{PASSWORD, settings, start_with};

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn one_connection_is_enough(pool: PgPool) {
    let one = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(pool.connect_options().as_ref().clone())
        .await
        .unwrap();
    let mut settings = settings();
    settings.seed = true;
    settings.key_activation = 0;
    let shop = start_with(&one, &settings).await;

    let camille = shop.customer("one@example.com").await;
    let (tokens, _) = tokio::join!(
        shop.refresh(&camille.refresh),
        shop.sign_in("one@example.com")
    );
    let camille = shop.signed_in(&tokens.expect(200).body);
    let address = json!({ "name": "C", "line1": "1 rue X", "city": "Lyon", "postal_code": "69001", "country": "FR" });
    let added = camille.client.post("/api/auth/me/addresses", address).await;
    added.expect(201);
    let change = json!({ "email": "two@example.com", "current_password": PASSWORD });
    camille
        .client
        .patch("/api/auth/me", change)
        .await
        .expect(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "seven black tea pots" });
    let tokens = camille.client.put("/api/auth/me/password", change).await;
    let camille = shop.signed_in(&tokens.expect(200).body);
    shop.refresh(&camille.refresh).await.expect(200);
    shop.refresh(&camille.refresh)
        .await
        .expect_problem(401, "session-ended");

    let staff = shop.staff(&one).await;
    let rotated = staff.client.post("/api/auth/admin/keys/rotate", json!({}));
    rotated.await.expect(202);
    assert_eq!(shop.revoked().await.len(), 3);
    staff.client.delete("/api/auth/me").await.expect(204);
}
