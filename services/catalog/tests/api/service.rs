use std::time::{Duration, Instant};

use chassis::{Database, Http};
use identity::Scope;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::{open, open_seeded, open_with_category, thing};

fn staff_routes(id: &str) -> Vec<(Method, String, Option<Value>)> {
    let products = "/api/catalog/admin/products";
    let product = format!("{products}/{id}");
    vec![
        (Method::GET, products.to_owned(), None),
        (
            Method::POST,
            products.to_owned(),
            Some(thing("kettle", 100, 1)),
        ),
        (Method::GET, product.clone(), None),
        (
            Method::PATCH,
            product.clone(),
            Some(json!({ "name": "Changed" })),
        ),
        (Method::DELETE, product.clone(), None),
        (
            Method::POST,
            format!("{product}/stock"),
            Some(json!({ "delta": 1, "reason": "restock" })),
        ),
        (Method::GET, format!("{product}/stock/movements"), None),
        (Method::GET, "/api/catalog/admin/summary".to_owned(), None),
    ]
}

fn stock_routes(product: &str) -> Vec<(Method, String, Option<Value>)> {
    let id = Uuid::now_v7();
    let lines = json!([{ "product_id": product, "quantity": 1 }]);
    let reservation = format!("/internal/reservations/{id}");
    vec![
        (
            Method::PUT,
            reservation.clone(),
            Some(json!({ "lines": lines })),
        ),
        (
            Method::POST,
            format!("{reservation}/commit"),
            Some(json!({})),
        ),
        (
            Method::POST,
            format!("{reservation}/release"),
            Some(json!({})),
        ),
        (
            Method::PUT,
            format!("/internal/restocks/{id}"),
            Some(json!({ "reason": "return", "lines": lines })),
        ),
    ]
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn only_staff_run_the_shop(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 100, 5)).await;
    let customer = shop.visitor.bearer(&shop.authority.customer().token);
    for (method, path, body) in staff_routes(&id) {
        for (why, header) in shop.authority.bad_user_headers() {
            let client = match header {
                Some(header) => shop.visitor.with("authorization", header),
                None => shop.visitor.clone(),
            };
            let answer = client.send(method.clone(), &path, body.clone()).await;
            assert_eq!(answer.status, 401, "{method} {path}: {why}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            answer.expect_problem(401, "unauthenticated");
        }
        let answer = customer.send(method.clone(), &path, body.clone()).await;
        answer.expect_problem(403, "forbidden");
        let service = shop.order.send(method, &path, body).await;
        service.expect_problem(401, "unauthenticated");
    }
    assert_eq!(shop.level(&id).await, [5, 0, 0]);
    shop.visitor
        .get("/api/catalog/products/teapot")
        .await
        .expect(200);
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn internal_routes_are_for_services(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 100, 5)).await;
    let mut routes: Vec<_> = stock_routes(&id)
        .into_iter()
        .map(|it| (it, Scope::Products))
        .collect();
    let products = (Method::GET, format!("/internal/products?ids={id}"), None);
    routes.push((products, Scope::Stock));
    for ((method, path, body), other_scope) in routes {
        for (why, header, status) in shop.authority.bad_service_headers("catalog", other_scope) {
            let client = match header {
                Some(header) => shop.visitor.with("authorization", header),
                None => shop.visitor.clone(),
            };
            let answer = client.send(method.clone(), &path, body.clone()).await;
            assert_eq!(answer.status, status, "{method} {path}: {why}");
        }
    }
    assert_eq!(shop.level(&id).await, [5, 0, 0]);
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_broken_database_is_an_internal_error_without_details(pool: PgPool) {
    let shop = open(pool);
    sqlx::query("alter table products rename to gone")
        .execute(&shop.pool)
        .await
        .unwrap();
    sqlx::query("alter table categories rename to lost")
        .execute(&shop.pool)
        .await
        .unwrap();
    sqlx::query("alter table reservations rename to over")
        .execute(&shop.pool)
        .await
        .unwrap();
    sqlx::query("alter table restocks rename to away")
        .execute(&shop.pool)
        .await
        .unwrap();
    let id = Uuid::now_v7().to_string();
    let mut answers = Vec::new();
    for path in [
        "/api/catalog/categories",
        "/api/catalog/products",
        "/api/catalog/products/x",
        "/api/catalog/products/x/related",
        "/api/catalog/images/x.svg",
    ] {
        answers.push((path.to_owned(), shop.visitor.get(path).await));
    }
    for (method, path, body) in staff_routes(&id) {
        if !path.contains("/stock") {
            answers.push((path.clone(), shop.staff.send(method, &path, body).await));
        }
    }
    for (method, path, body) in stock_routes(&id) {
        answers.push((path.clone(), shop.order.send(method, &path, body).await));
    }
    for (path, answer) in answers {
        let body = json!({ "type": "urn:comptoir:problem:internal", "title": "Internal error", "status": 500 });
        assert_eq!(answer.body, body, "{path}");
        answer.expect_problem(500, "internal");
    }
}

/// The embedded database has one connection: no request may need a second one.
#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn one_connection_is_enough(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(3))
        .connect_with(options)
        .await
        .unwrap();
    let shop = open_seeded(pool).await;
    let product = shop
        .visitor
        .get("/api/catalog/products/aged-comte")
        .await
        .expect(200)
        .text("/id");
    shop.visitor
        .get("/api/catalog/products/aged-comte/related")
        .await
        .expect(200);
    shop.visitor
        .get("/api/catalog/categories")
        .await
        .expect(200);
    shop.visitor
        .get("/api/catalog/products?q=fromge&category=dairy")
        .await
        .expect(200);
    let mut kettle = thing("kettle", 100, 1);
    kettle["category"] = json!("books");
    let kettle = shop.add(kettle).await;
    shop.visitor
        .get("/api/catalog/images/kettle.svg")
        .await
        .expect(200);
    for (method, path, body) in staff_routes(&kettle) {
        if (method.as_str(), path.ends_with("/products")) != ("POST", true) {
            let answer = shop.staff.send(method, &path, body).await;
            assert!(answer.status < 300, "{path}: {:#}", answer.body);
        }
    }
    for _ in 0..2 {
        for (method, path, body) in stock_routes(&product) {
            let answer = shop.order.send(method, &path, body).await;
            assert!(answer.status < 500, "{path}: {:#}", answer.body);
        }
    }
    let reservation = Uuid::now_v7().to_string();
    let body = json!({ "lines": [{ "product_id": product, "quantity": 1 }] });
    let path = format!("/internal/reservations/{reservation}");
    shop.order.put(&path, body.clone()).await.expect(200);
    shop.run_out(&reservation).await;
    shop.order.put(&path, body).await.expect(200);
    shop.run_out(&reservation).await;
    assert_eq!(catalog::expire(&shop.pool).await.unwrap(), 1);
    shop.order
        .post(&format!("{path}/commit"), json!({}))
        .await
        .expect(200);
    shop.assert_i4().await;
    // Whoever drops the database waits for connections that are still open.
    shop.running.stop().await.unwrap();
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_worker_sweeps_and_counts(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into reservations (id, state, expires_at) values
             (gen_random_uuid(), 'reserved', now() - interval '1 second'),
             (gen_random_uuid(), 'reserved', now() + interval '1 hour'),
             (gen_random_uuid(), 'committed', now() - interval '1 hour')",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;

    let service = catalog::Service {
        http: Http::loopback(),
        database: Database::new(options.to_url_lossy().to_string().into(), 1),
        credentials: upstream::Credentials {
            // Nobody is there: what needs no token works without the auth service.
            auth_url: "http://127.0.0.1:9".parse().unwrap(),
            service_secret: "secret".to_owned().into(),
        },
        reservation_ttl: 900,
        seed: true,
    };
    let running = catalog::start(&service).await.unwrap();
    let management = testkit::Client::new(running.management_url());
    let started = Instant::now();
    let expected = [
        r#"reservations_open{service="catalog"} 1"#,
        r#"reservations_total{outcome="expired",service="catalog"} 1"#,
    ];
    loop {
        let metrics = management.get("/metrics").await.expect(200).body;
        let metrics = metrics.as_str().unwrap();
        if expected.iter().all(|it| metrics.contains(it)) {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{metrics}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let shop = testkit::Client::new(running.url());
    let body = shop.get("/api/catalog/products").await.expect(200).body;
    assert!(body["total"].as_i64().unwrap() >= 96);
    running.stop().await.unwrap();
}
