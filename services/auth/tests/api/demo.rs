//! Demo users, and what an operator does.

use auth::demo;
use sqlx::PgPool;

use crate::{settings, start_with};

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_demo_users_are_there_once_and_only_if_asked_for(pool: PgPool) {
    let mut settings = settings();
    let shop = start_with(&pool, &settings).await;
    shop.login(demo::CUSTOMER.email, demo::CUSTOMER.password)
        .await
        .expect_problem(401, "invalid-credentials");

    settings.seed = true;
    start_with(&pool, &settings).await;
    let shop = start_with(&pool, &settings).await;
    for (demo, roles) in [
        (demo::CUSTOMER, serde_json::json!(["customer"])),
        (demo::STAFF, serde_json::json!(["customer", "staff"])),
    ] {
        let tokens = shop.login(demo.email, demo.password).await.expect(200);
        let user = shop.signed_in(&tokens.body);
        let me = user.client.get("/api/auth/me").await.expect(200);
        assert_eq!(me.body["roles"], roles);
        assert_eq!(me.body["name"], demo.name);
    }
    let users: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(users, 2);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_operator_gives_and_takes_the_staff_role(pool: PgPool) {
    let url: String = sqlx::query_scalar("select current_database()")
        .fetch_one(&pool)
        .await
        .unwrap();
    let options = pool.connect_options();
    let mut settings = settings();
    settings.key_activation = 0;
    settings.database.database_url = format!(
        "postgres://{}@{}:{}/{url}",
        options.get_username(),
        options.get_host(),
        options.get_port()
    )
    .into();
    let shop = start_with(&pool, &settings).await;
    let before = shop.customer("sam@example.com").await;
    let rotate = "/api/auth/admin/keys/rotate";
    let body = serde_json::json!({});

    auth::set_staff(&settings, "Sam@Example.com", true)
        .await
        .unwrap();
    crate::eventually("the session of before ends", || async {
        before.client.get("/api/auth/me").await.status == 401
    })
    .await;
    let staff = shop.sign_in("sam@example.com").await;
    staff.client.post(rotate, body.clone()).await.expect(202);

    auth::set_staff(&settings, "sam@example.com", false)
        .await
        .unwrap();
    crate::eventually("the staff session ends", || async {
        staff.client.get("/api/auth/me").await.status == 401
    })
    .await;
    let after = shop.sign_in("sam@example.com").await;
    after
        .client
        .post(rotate, body)
        .await
        .expect_problem(403, "forbidden");
    let nobody = auth::set_staff(&settings, "nobody@example.com", true).await;
    assert!(nobody.is_err());
}
