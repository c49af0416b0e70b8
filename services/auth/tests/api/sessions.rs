//! Staying signed in, and signing out.

use serde_json::json;
use sqlx::PgPool;

use crate::{SignedIn, claims, eventually, settings, start, start_with};

fn sid(it: &SignedIn) -> String {
    claims(&it.access)["sid"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_refresh_token_is_exchanged_once_for_new_ones(pool: PgPool) {
    let shop = start(&pool).await;
    let first = shop.customer("camille@example.com").await;
    let answer = shop.refresh(&first.refresh).await.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 300);
    let second = shop.signed_in(&answer.body);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(sid(&first), sid(&second));
    second.client.get("/api/auth/me").await.expect(200);
    // The older access token is good until it ends.
    first.client.get("/api/auth/me").await.expect(200);
    shop.refresh(&second.refresh).await.expect(200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_refresh_token_that_comes_twice_ends_the_session(pool: PgPool) {
    let shop = start(&pool).await;
    let stolen = shop.customer("camille@example.com").await;
    let elsewhere = shop.sign_in("camille@example.com").await;
    let answer = shop.refresh(&stolen.refresh).await.expect(200);
    let thief = shop.signed_in(&answer.body);

    shop.refresh(&stolen.refresh)
        .await
        .expect_problem(401, "session-ended");
    for token in [&stolen.refresh, &thief.refresh] {
        shop.refresh(token)
            .await
            .expect_problem(401, "session-ended");
    }
    for client in [&stolen.client, &thief.client] {
        client
            .get("/api/auth/me")
            .await
            .expect_problem(401, "unauthenticated");
    }
    assert_eq!(shop.revoked().await, [sid(&stolen)]);
    elsewhere.client.get("/api/auth/me").await.expect(200);
    shop.refresh(&elsewhere.refresh).await.expect(200);
    let metrics = shop.metrics().await;
    let counted = "revocations_total{reason=\"refresh_token_reused\",service=\"auth\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn of_two_refreshes_at_once_one_at_most_is_answered_and_the_session_ends(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    let (one, other) = tokio::join!(
        shop.refresh(&camille.refresh),
        shop.refresh(&camille.refresh)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let winner = if one.status == 200 { one } else { other };
    let winner = shop.signed_in(&winner.body);
    shop.refresh(&winner.refresh)
        .await
        .expect_problem(401, "session-ended");
    assert_eq!(shop.revoked().await, [sid(&camille)]);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn what_is_no_refresh_token_is_refused(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    for token in ["", "gibberish", &camille.refresh.to_lowercase()] {
        shop.refresh(token)
            .await
            .expect_problem(401, "session-ended");
    }
    shop.refresh(&"x".repeat(101))
        .await
        .expect_problem(422, "invalid");
    shop.refresh(&camille.refresh).await.expect(200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn after_logout_the_tokens_are_refused_at_once(pool: PgPool) {
    let shop = start(&pool).await;
    let here = shop.customer("camille@example.com").await;
    let there = shop.sign_in("camille@example.com").await;
    here.client
        .post("/api/auth/logout", json!({}))
        .await
        .expect(204);
    here.client
        .get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");
    here.client
        .post("/api/auth/logout", json!({}))
        .await
        .expect_problem(401, "unauthenticated");
    shop.refresh(&here.refresh)
        .await
        .expect_problem(401, "session-ended");
    there.client.get("/api/auth/me").await.expect(200);
    assert_eq!(shop.revoked().await, [sid(&here)]);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn another_replica_hears_of_a_logout_within_two_seconds(pool: PgPool) {
    let settings = settings();
    let one = start_with(&pool, &settings).await;
    let other = start_with(&pool, &settings).await;
    let camille = one.customer("camille@example.com").await;
    let there = other.client.bearer(&camille.access);
    there.get("/api/auth/me").await.expect(200);

    camille
        .client
        .post("/api/auth/logout", json!({}))
        .await
        .expect(204);
    eventually("the other replica refuses", || async {
        there.get("/api/auth/me").await.status == 401
    })
    .await;
    // One that starts later knows from its first request on.
    let later = start_with(&pool, &settings).await;
    later
        .client
        .bearer(&camille.access)
        .get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_user_sees_and_ends_own_sessions_only(pool: PgPool) {
    let shop = start(&pool).await;
    let here = shop.customer("camille@example.com").await;
    let there = shop.sign_in("camille@example.com").await;
    let stranger = shop.customer("other@example.com").await;

    let list = here.client.get("/api/auth/me/sessions").await.expect(200);
    let items = list.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["id"], sid(&there));
    assert_eq!(items[0]["current"], false);
    assert_eq!(items[1]["id"], sid(&here));
    assert_eq!(items[1]["current"], true);
    assert_eq!(items[1]["user_agent"], "the tests");

    let one = |id: &str| format!("/api/auth/me/sessions/{id}");
    stranger
        .client
        .delete(&one(&sid(&here)))
        .await
        .expect_problem(404, "not-found");
    here.client.get("/api/auth/me").await.expect(200);
    here.client.delete(&one(&sid(&there))).await.expect(204);
    here.client
        .delete(&one(&sid(&there)))
        .await
        .expect_problem(404, "not-found");
    there
        .client
        .get("/api/auth/me")
        .await
        .expect_problem(401, "unauthenticated");
    here.client.get("/api/auth/me").await.expect(200);
    assert_eq!(shop.revoked().await, [sid(&there)]);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn signing_out_everywhere_ends_all_sessions_of_one_user(pool: PgPool) {
    let shop = start(&pool).await;
    let here = shop.customer("camille@example.com").await;
    let there = shop.sign_in("camille@example.com").await;
    let stranger = shop.customer("other@example.com").await;
    here.client
        .delete("/api/auth/me/sessions")
        .await
        .expect(204);
    for ended in [&here, &there] {
        ended
            .client
            .get("/api/auth/me")
            .await
            .expect_problem(401, "unauthenticated");
        shop.refresh(&ended.refresh)
            .await
            .expect_problem(401, "session-ended");
    }
    stranger.client.get("/api/auth/me").await.expect(200);
    assert_eq!(shop.revoked().await.len(), 2);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_long_user_agent_is_shortened(pool: PgPool) {
    let shop = start(&pool).await;
    shop.customer("camille@example.com").await;
    let long = testkit::Client::new(shop.auth.url()).with("user-agent", "x".repeat(1000));
    let body = json!({ "email": "camille@example.com", "password": crate::PASSWORD });
    let answer = long.post("/api/auth/login", body).await.expect(200);
    let here = shop.signed_in(&answer.body);
    let list = here.client.get("/api/auth/me/sessions").await.expect(200);
    assert_eq!(list.text("/items/0/user_agent").len(), 200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn sessions_end_when_idle_or_old_and_are_forgotten_later(pool: PgPool) {
    let ends = [
        "last_used_at = now() - interval '14 days 1 minute'",
        "created_at = now() - interval '31 days', ends_at = now() - interval '1 minute'",
    ];
    let settings = settings();
    let shop = start_with(&pool, &settings).await;
    let alive = shop.customer("alive@example.com").await;
    let age = |set: &str, sid: String| {
        let update = format!("update sessions set {set} where id = '{sid}'");
        sqlx::query(sqlx::AssertSqlSafe(update)).execute(&pool)
    };
    for (user, set) in ends.iter().enumerate() {
        let ended = shop.customer(&format!("user{user}@example.com")).await;
        age(set, sid(&ended)).await.unwrap();
        shop.refresh(&ended.refresh)
            .await
            .expect_problem(401, "session-ended");
        let list = ended.client.get("/api/auth/me/sessions").await.expect(200);
        assert_eq!(list.body["items"], json!([]));
        // As long as its access token may be good, signing out must still work.
        ended
            .client
            .post("/api/auth/logout", json!({}))
            .await
            .expect(204);
        assert!(shop.revoked().await.contains(&sid(&ended)));
    }

    let forgotten = shop.customer("forgotten@example.com").await;
    age("last_used_at = now() - interval '15 days'", sid(&forgotten))
        .await
        .unwrap();
    let over = "update revocations set until = now() - interval '1 minute'";
    sqlx::query(over).execute(&pool).await.unwrap();
    // The purge is the first thing that a worker does.
    let _purges = start_with(&pool, &settings).await;
    eventually("the purge", || async {
        let left: (i64, i64) = sqlx::query_as(
            "select (select count(*) from sessions), (select count(*) from revocations)",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        left == (1, 0)
    })
    .await;
    shop.refresh(&alive.refresh).await.expect(200);
}
