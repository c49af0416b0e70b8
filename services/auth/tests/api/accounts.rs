//! Registering, signing in, changing and deleting an account.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{PASSWORD, claims, start};

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn who_registers_can_sign_in_and_is_a_customer(pool: PgPool) {
    let shop = start(&pool).await;
    let body = json!({ "email": " Camille@Example.com ", "password": PASSWORD, "name": " Camille Martin " });
    let user = shop
        .client
        .post("/api/auth/register", body)
        .await
        .expect(201)
        .body;
    assert_eq!(user["email"], "camille@example.com");
    assert_eq!(user["name"], "Camille Martin");
    assert_eq!(user["roles"], json!(["customer"]));
    let fields: Vec<_> = user.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["created_at", "email", "id", "name", "roles"]);

    let tokens = shop
        .login("CAMILLE@example.com", PASSWORD)
        .await
        .expect(200);
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(tokens.body["expires_in"], 300);
    assert_eq!(tokens.headers["cache-control"], "no-store");
    let camille = shop.signed_in(&tokens.body);
    let claims = claims(&camille.access);
    assert_eq!(claims["sub"], user["id"]);
    assert_eq!(claims["roles"], json!(["customer"]));
    let me = camille.client.get("/api/auth/me").await.expect(200);
    assert_eq!(me.body, user);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_address_has_one_account_however_it_is_typed(pool: PgPool) {
    let shop = start(&pool).await;
    shop.customer("camille@example.com").await;
    let again = json!({ "email": "CAMILLE@example.com", "password": PASSWORD, "name": "Other" });
    shop.client
        .post("/api/auth/register", again)
        .await
        .expect_problem(409, "email-taken");
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn twins_that_register_at_once_get_one_account(pool: PgPool) {
    let shop = start(&pool).await;
    let body = json!({ "email": "twin@example.com", "password": PASSWORD, "name": "Twin" });
    let (one, other) = tokio::join!(
        shop.client.post("/api/auth/register", body.clone()),
        shop.client.post("/api/auth/register", body.clone()),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn every_invalid_field_of_a_registration_is_named(pool: PgPool) {
    let shop = start(&pool).await;
    let register = |email: &str, password: &str, name: &str| {
        let body = json!({ "email": email, "password": password, "name": name });
        let client = shop.client.clone();
        async move { client.post("/api/auth/register", body).await }
    };
    let all = register("nonsense", "123456789", "  ")
        .await
        .expect_problem(422, "invalid");
    let mut fields: Vec<_> = all.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["field"].as_str().unwrap().to_owned())
        .collect();
    fields.sort_unstable();
    assert_eq!(fields, ["email", "name", "password"]);

    for (password, slug) in [
        ("123456789", "invalid"),
        (&*"x".repeat(129), "invalid"),
        ("I am Camille!", "weak-password"),
    ] {
        register("camille@example.com", password, "Camille")
            .await
            .expect_problem(422, slug);
    }
    for name in ["", "a\u{0}b", "a\nb", &"x".repeat(101)] {
        register("camille@example.com", PASSWORD, name)
            .await
            .expect_problem(422, "invalid");
    }
    let extra =
        json!({ "email": "a@example.com", "password": PASSWORD, "name": "A", "roles": ["staff"] });
    shop.client
        .post("/api/auth/register", extra)
        .await
        .expect_problem(400, "malformed");
    // Characters count, not bytes, and the longest password works.
    register("camille@example.com", &"é".repeat(128), "Camille")
        .await
        .expect(201);
    shop.login("camille@example.com", &"é".repeat(128))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_unknown_address_and_a_wrong_password_look_the_same(pool: PgPool) {
    let shop = start(&pool).await;
    shop.customer("camille@example.com").await;
    let wrong = shop
        .login("camille@example.com", "not the password")
        .await
        .expect_problem(401, "invalid-credentials");
    let unknown = shop
        .login("nobody@example.com", "not the password")
        .await
        .expect_problem(401, "invalid-credentials");
    assert_eq!(wrong.body, unknown.body);
    let names = |it: &testkit::Answer| {
        let mut names: Vec<_> = it.headers.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&wrong), names(&unknown));
    // Both passed through a hash: that is what takes the time.
    let metrics = shop.metrics().await;
    assert!(
        metrics.contains("password_hash_duration_seconds_count{service=\"auth\"} 4"),
        "{metrics}"
    );
    assert!(
        metrics.contains("sign_ins_total{outcome=\"wrong_credentials\",service=\"auth\"} 2"),
        "{metrics}"
    );
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_name_can_be_changed_and_an_address_with_the_password_only(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    shop.customer("taken@example.com").await;
    let change = |body: Value| {
        let client = camille.client.clone();
        async move { client.patch("/api/auth/me", body).await }
    };

    let renamed = change(json!({ "name": "Camille D." })).await.expect(200);
    assert_eq!(renamed.body["name"], "Camille D.");
    assert_eq!(renamed.body["email"], "camille@example.com");
    // What is the same already needs no password.
    change(json!({ "email": "Camille@example.com" }))
        .await
        .expect(200);

    let new = "c.martin@example.com";
    change(json!({ "email": new }))
        .await
        .expect_problem(403, "wrong-password");
    change(json!({ "email": new, "current_password": "not the password" }))
        .await
        .expect_problem(403, "wrong-password");
    change(json!({ "email": "taken@example.com", "current_password": PASSWORD }))
        .await
        .expect_problem(409, "email-taken");
    change(json!({ "email": "nonsense", "current_password": PASSWORD }))
        .await
        .expect_problem(422, "invalid");
    change(json!({ "name": "" }))
        .await
        .expect_problem(422, "invalid");
    change(json!({ "roles": ["staff"] }))
        .await
        .expect_problem(400, "malformed");
    let unchanged = camille.client.get("/api/auth/me").await.expect(200);
    assert_eq!(unchanged.body, renamed.body);

    let moved = change(json!({ "email": new, "current_password": PASSWORD }))
        .await
        .expect(200);
    assert_eq!(moved.body["email"], new);
    assert_eq!(moved.body["name"], "Camille D.");
    shop.login("camille@example.com", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    shop.login(new, PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_new_password_ends_every_session_and_begins_one(pool: PgPool) {
    let shop = start(&pool).await;
    let here = shop.customer("camille@example.com").await;
    let there = shop.sign_in("camille@example.com").await;
    let stranger = shop.customer("other@example.com").await;
    let new = "seven black tea pots";
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        let client = here.client.clone();
        async move { client.put("/api/auth/me/password", body).await }
    };
    change("not the password", new)
        .await
        .expect_problem(403, "wrong-password");
    change(PASSWORD, "short")
        .await
        .expect_problem(422, "invalid");
    change(PASSWORD, "camille camille")
        .await
        .expect_problem(422, "weak-password");
    here.client.get("/api/auth/me").await.expect(200);

    let tokens = change(PASSWORD, new).await.expect(200);
    let after = shop.signed_in(&tokens.body);
    after.client.get("/api/auth/me").await.expect(200);
    for old in [&here, &there] {
        old.client
            .get("/api/auth/me")
            .await
            .expect_problem(401, "unauthenticated");
        shop.refresh(&old.refresh)
            .await
            .expect_problem(401, "session-ended");
    }
    stranger.client.get("/api/auth/me").await.expect(200);
    shop.refresh(&after.refresh).await.expect(200);
    shop.login("camille@example.com", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    shop.login("camille@example.com", new).await.expect(200);

    let mut ended: Vec<_> = [&here, &there]
        .map(|it| claims(&it.access)["sid"].as_str().unwrap().to_owned())
        .into();
    let mut revoked = shop.revoked().await;
    ended.sort_unstable();
    revoked.sort_unstable();
    assert_eq!(revoked, ended);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_deleted_account_leaves_nothing(pool: PgPool) {
    let shop = start(&pool).await;
    let here = shop.customer("camille@example.com").await;
    let there = shop.sign_in("camille@example.com").await;
    let stranger = shop.customer("other@example.com").await;
    let address = json!({ "name": "C", "line1": "1 rue X", "city": "Lyon", "postal_code": "69001", "country": "FR" });
    here.client
        .post("/api/auth/me/addresses", address)
        .await
        .expect(201);

    here.client.delete("/api/auth/me").await.expect(204);
    for old in [&here, &there] {
        old.client
            .get("/api/auth/me")
            .await
            .expect_problem(401, "unauthenticated");
        shop.refresh(&old.refresh)
            .await
            .expect_problem(401, "session-ended");
    }
    shop.login("camille@example.com", PASSWORD)
        .await
        .expect_problem(401, "invalid-credentials");
    stranger.client.get("/api/auth/me").await.expect(200);
    assert_eq!(shop.revoked().await.len(), 2);
    let left: Vec<i64> = sqlx::query_scalar(
        "select count(*) from users union all select count(*) from sessions
         union all select count(*) from refresh_tokens union all select count(*) from addresses",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(left, [1, 1, 1, 0], "the stranger's");
    // The address is free again.
    shop.customer("camille@example.com").await;
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_broken_database_is_an_internal_error_without_details(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await;
    for table in ["users", "addresses", "sessions", "refresh_tokens"] {
        let rename = format!("alter table {table} rename to {table}_gone");
        sqlx::query(sqlx::AssertSqlSafe(rename))
            .execute(&pool)
            .await
            .unwrap();
    }
    let expected = json!({ "type": "urn:comptoir:problem:internal", "title": "Internal error", "status": 500 });
    let answers = [
        camille.client.get("/api/auth/me").await,
        camille.client.get("/api/auth/me/sessions").await,
        camille.client.get("/api/auth/me/addresses").await,
        shop.login("camille@example.com", PASSWORD).await,
        shop.refresh(&camille.refresh).await,
    ];
    for answer in answers {
        assert_eq!(answer.expect(500).body, expected);
    }
}
