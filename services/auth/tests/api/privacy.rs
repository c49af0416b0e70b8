//! I6: passwords and tokens are nowhere in the clear.

use std::fmt::Write as _;

use serde_json::json;
use sqlx::PgPool;

use crate::{PASSWORD, start};

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn no_password_and_no_token_is_in_the_database(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    let answer = shop.refresh(&camille.refresh).await.expect(200);
    let camille_after = shop.signed_in(&answer.body);
    let new = "seven black tea pots";
    let body = json!({ "current_password": PASSWORD, "new_password": new });
    let answer = camille_after
        .client
        .put("/api/auth/me/password", body)
        .await
        .expect(200);
    let last = shop.signed_in(&answer.body);

    let everything = everything(&pool).await;
    assert!(everything.contains("camille@example.com"), "{everything}");
    assert!(everything.contains("$argon2id$"), "{everything}");
    for secret in [
        PASSWORD,
        new,
        &camille.refresh,
        &camille_after.refresh,
        &last.refresh,
        &camille.access,
        &last.access,
    ] {
        assert!(!everything.contains(secret), "{secret}");
        assert!(!everything.contains(&hex(secret.as_bytes())), "{secret}");
    }
    // What a PKCS#8 Ed25519 private key has in it: the algorithm, and the octet string of the key.
    assert!(!everything.contains("06032b657004220420"));

    let metrics = shop.metrics().await;
    assert!(!metrics.contains("camille"), "{metrics}");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn what_is_malformed_is_not_repeated(pool: PgPool) {
    let shop = start(&pool).await;
    for body in [
        json!({ "email": "camille@example.com", "password": PASSWORD, "name": 7 }),
        json!({ "email": "camille@example.com", "password": [PASSWORD], "name": "C" }),
        json!({ "email": "not an address", "password": PASSWORD, "name": "C" }),
        json!({ PASSWORD: PASSWORD }),
    ] {
        let answer = shop.client.post("/api/auth/register", body).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(!answer.body.to_string().contains(PASSWORD));
    }
}

/// Every row of every table, as text; bytes are in hexadecimal.
async fn everything(pool: &PgPool) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables where table_schema = 'public'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut everything = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select row::text from \"{table}\" row"
        )))
        .fetch_all(pool)
        .await
        .unwrap();
        everything.push_str(&rows.join("\n"));
    }
    everything
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
