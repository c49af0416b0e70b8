//! What other services ask: their tokens, and the revocation feed.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{CLIENTS, SERVICES, claims, eventually, header, secret, start};

fn ask(client: &str, secret: &str, audience: &str, scope: &str) -> Value {
    json!({ "client_id": client, "client_secret": secret, "audience": audience, "scope": scope })
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_service_gets_tokens_for_what_it_may_do_and_for_nothing_else(pool: PgPool) {
    let shop = start(&pool).await;
    let mut granted = vec![
        ("cart", "catalog", "products"),
        ("order", "cart", "carts"),
        ("order", "catalog", "stock"),
        ("order", "payment", "payments"),
        ("audit", "order", "audits"),
    ];
    granted.extend(SERVICES.map(|it| (it, "auth", "revocations")));

    for client in CLIENTS {
        for audience in CLIENTS {
            for scope in [
                "products",
                "stock",
                "carts",
                "payments",
                "revocations",
                "audits",
                "everything",
            ] {
                let body = ask(client, &secret(client), audience, scope);
                let answer = shop.client.post("/internal/token", body).await;
                if granted.contains(&(client, audience, scope)) {
                    let answer = answer.expect(200);
                    assert_eq!(answer.body["token_type"], "Bearer");
                    assert_eq!(answer.body["expires_in"], 300);
                    let token = answer.text("/access_token");
                    assert_eq!(header(&token)["alg"], "EdDSA");
                    assert_eq!(header(&token)["typ"], "at+jwt");
                    let claims = claims(&token);
                    assert_eq!(claims["sub"], client);
                    assert_eq!(claims["aud"], audience);
                    assert_eq!(claims["scope"], scope);
                } else {
                    answer.expect_problem(403, "forbidden");
                }
            }
        }
    }
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_service_without_its_secret_gets_nothing(pool: PgPool) {
    let shop = start(&pool).await;
    for (client, secret) in [
        ("cart", "not the secret"),
        ("cart", ""),
        ("cart", &secret("order")),
        ("stranger", &secret("cart")),
        ("", ""),
    ] {
        let body = ask(client, secret, "catalog", "products");
        shop.client
            .post("/internal/token", body)
            .await
            .expect_problem(401, "invalid-client");
    }
    let body = ask("cart", &"x".repeat(1001), "catalog", "products");
    shop.client
        .post("/internal/token", body)
        .await
        .expect_problem(422, "invalid");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_feed_comes_in_pages_and_in_order(pool: PgPool) {
    let shop = start(&pool).await;
    // Of 1200, every third is over.
    sqlx::query(
        "insert into revocations (session_id, until)
         select gen_random_uuid(), now() + case when n % 3 = 0 then interval '-1 minute' else interval '1 hour' end
         from generate_series(1, 1200) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let expected: Vec<String> = sqlx::query_scalar(
        "select session_id::text from revocations where until > now() order by seq",
    )
    .fetch_all(&pool)
    .await
    .unwrap();

    let follower = shop.service("order", "auth", "revocations").await;
    let (mut sizes, mut seen, mut after) = (Vec::new(), Vec::new(), 0);
    loop {
        let path = format!("/internal/revocations?after={after}");
        let page = follower.get(&path).await.expect(200).body;
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(
            items
                .iter()
                .map(|it| it["session"].as_str().unwrap().to_owned()),
        );
        let next = page["next"].as_i64().unwrap();
        if items.is_empty() {
            assert_eq!(next, after);
            break;
        }
        after = next;
    }
    assert_eq!(sizes, [500, 300, 0]);
    assert_eq!(seen, expected);
    follower
        .get("/internal/revocations?after=x")
        .await
        .expect_problem(400, "malformed");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_later_revocation_is_never_visible_before_an_earlier_one(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    let session = claims(&camille.access)["sid"].as_str().unwrap().to_owned();

    // Another replica is at it, has its number, and has not committed yet.
    let mut other = pool.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(1)")
        .execute(&mut *other)
        .await
        .unwrap();
    let earlier: String = sqlx::query_scalar(
        "insert into revocations (session_id, until)
         values (gen_random_uuid(), now() + interval '1 hour') returning session_id::text",
    )
    .fetch_one(&mut *other)
    .await
    .unwrap();

    let client = camille.client.clone();
    let logout = tokio::spawn(async move { client.post("/api/auth/logout", json!({})).await });
    eventually("the logout waits its turn", || async {
        sqlx::query_scalar::<_, i64>(
            "select count(*) from pg_locks
             where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())",
        )
        .fetch_one(&pool)
        .await
        .unwrap()
            == 1
    })
    .await;
    assert_eq!(shop.revoked().await, [""; 0]);

    other.commit().await.unwrap();
    logout.await.unwrap().expect(204);
    assert_eq!(shop.revoked().await, [earlier, session]);
}
