//! Every route that needs a token, with every token that is not good for it.

use identity::Scope;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;
use testkit::Authority;

use crate::{claims, forge::Forge, settings, start, start_with};

const ID: &str = "0198c0de-0000-7000-8000-000000000000";

fn user_routes() -> Vec<(Method, String)> {
    vec![
        (Method::POST, "/api/auth/logout".to_owned()),
        (Method::GET, "/api/auth/me".to_owned()),
        (Method::PATCH, "/api/auth/me".to_owned()),
        (Method::DELETE, "/api/auth/me".to_owned()),
        (Method::PUT, "/api/auth/me/password".to_owned()),
        (Method::GET, "/api/auth/me/addresses".to_owned()),
        (Method::POST, "/api/auth/me/addresses".to_owned()),
        (Method::PUT, format!("/api/auth/me/addresses/{ID}")),
        (Method::DELETE, format!("/api/auth/me/addresses/{ID}")),
        (Method::GET, "/api/auth/me/sessions".to_owned()),
        (Method::DELETE, "/api/auth/me/sessions".to_owned()),
        (Method::DELETE, format!("/api/auth/me/sessions/{ID}")),
        (Method::POST, "/api/auth/admin/keys/rotate".to_owned()),
    ]
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_list_of_routes_is_complete(pool: PgPool) {
    let shop = start(&pool).await;
    let document = shop.client.get("/api/auth/openapi.json").await.expect(200);
    let mut listed: Vec<_> = user_routes()
        .into_iter()
        .map(|(method, path)| {
            let path = path.replace(ID, "{id}");
            (method.as_str().to_lowercase(), path)
        })
        .collect();
    for (method, path) in [
        ("post", "/api/auth/register"),
        ("post", "/api/auth/login"),
        ("post", "/api/auth/refresh"),
        ("get", "/.well-known/jwks.json"),
        ("post", "/internal/token"),
        ("get", "/internal/revocations"),
    ] {
        listed.push((method.to_owned(), path.to_owned()));
    }
    let mut served = Vec::new();
    for (path, methods) in document.body["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            served.push((method.clone(), path.clone()));
        }
    }
    listed.sort_unstable();
    served.sort_unstable();
    assert_eq!(served, listed);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn no_route_for_users_takes_another_token(pool: PgPool) {
    let settings = settings();
    let shop = start_with(&pool, &settings).await;
    let camille = shop.customer("camille@example.com").await;
    let forge = Forge::open(&pool, &settings).await;
    let good = claims(&camille.access);
    // The forge is not at fault: what it signs unchanged is taken.
    let control = shop.client.bearer(&forge.sign(&good));
    control.get("/api/auth/me").await.expect(200);

    let mut headers = Authority::over("auth").bad_user_headers();
    for (why, token) in forge.bad(&good) {
        headers.push((why, Some(format!("Bearer {token}"))));
    }
    let service = json!({
        "client_id": "cart", "client_secret": crate::secret("cart"), "audience": "auth", "scope": "revocations",
    });
    let service = shop
        .client
        .post("/internal/token", service)
        .await
        .expect(200);
    let service = format!("Bearer {}", service.text("/access_token"));
    headers.push(("a service's token", Some(service)));
    let refresh = format!("Bearer {}", camille.refresh);
    headers.push(("a refresh token", Some(refresh)));

    for (method, path) in user_routes() {
        for (why, header) in &headers {
            let client = match header {
                Some(header) => shop.client.with("authorization", header.clone()),
                None => shop.client.clone(),
            };
            let answer = client.send(method.clone(), &path, Some(json!({}))).await;
            assert_eq!(answer.status, 401, "{method} {path}: {why}");
            let answer = answer.expect_problem(401, "unauthenticated");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    // And nothing happened.
    camille.client.get("/api/auth/me").await.expect(200);
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_feed_is_for_services_with_the_scope_only(pool: PgPool) {
    let settings = settings();
    let shop = start_with(&pool, &settings).await;
    let feed = "/internal/revocations?after=0";
    let camille = shop.customer("camille@example.com").await;
    let forge = Forge::open(&pool, &settings).await;
    let now = chrono::Utc::now().timestamp();
    let good = json!({
        "iss": "comptoir-auth", "aud": "auth", "sub": "cart", "scope": "revocations",
        "iat": now, "exp": now + 300,
    });
    let client = |token: &str| shop.client.bearer(token);
    client(&forge.sign(&good)).get(feed).await.expect(200);

    let mut another_scope = good.clone();
    another_scope["scope"] = json!("stock");
    client(&forge.sign(&another_scope))
        .get(feed)
        .await
        .expect_problem(403, "forbidden");
    for (why, token) in forge.bad(&good) {
        let answer = client(&token).get(feed).await;
        assert_eq!(answer.status, 401, "{why}");
    }
    let for_another = shop.service("cart", "catalog", "products").await;
    for_another
        .get(feed)
        .await
        .expect_problem(401, "unauthenticated");
    camille
        .client
        .get(feed)
        .await
        .expect_problem(401, "unauthenticated");
    // A stranger's are refused before anything is asked of their scope.
    for (why, header, _) in Authority::over("auth").bad_service_headers("auth", Scope::Stock) {
        let client = match header {
            Some(header) => shop.client.with("authorization", header),
            None => shop.client.clone(),
        };
        assert_eq!(client.get(feed).await.status, 401, "{why}");
    }
}
