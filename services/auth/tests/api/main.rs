//! The auth service, over HTTP, against a database of its own per test.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod accounts;
mod addresses;
mod authorisation;
mod demo;
mod forge;
mod keys;
mod limits;
mod openapi;
mod pool;
mod privacy;
mod services;
mod sessions;

use std::{num::NonZeroU32, time::Duration};

use auth::{Limits, Service};
use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::{Http, Running};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::Client;

/// Those who check tokens.
pub(crate) const SERVICES: [&str; 5] = ["auth", "catalog", "cart", "payment", "order"];
/// Those who have a secret: the services, and the operator's audit.
pub(crate) const CLIENTS: [&str; 6] = ["auth", "catalog", "cart", "payment", "order", "audit"];
pub(crate) const PASSWORD: &str = "four green tea pots";

/// The service, on a database of its own.
pub(crate) struct Shop {
    pub(crate) auth: Running,
    pub(crate) client: Client,
}

/// What somebody holds who is signed in.
pub(crate) struct SignedIn {
    pub(crate) client: Client,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Settings that no test runs into by accident; those that are about a limit set it.
pub(crate) fn settings() -> Service {
    let mut key = [0; 32];
    rand::fill(&mut key).unwrap();
    let secrets = CLIENTS.map(|it| format!("{it}={}", secret(it)));
    let many = NonZeroU32::new(100_000).unwrap();
    let mut service = Service::new(
        Http::loopback(),
        chassis::Database::new("postgres://unused".into(), 1),
        secrets.join(",").into(),
        STANDARD.encode(key).into(),
    );
    service.limits = Limits {
        account_burst: many,
        address_burst: many,
        ..Limits::default()
    };
    service
}

pub(crate) fn secret(service: &str) -> String {
    format!("a long secret of {service}")
}

pub(crate) async fn start(pool: &PgPool) -> Shop {
    start_with(pool, &settings()).await
}

pub(crate) async fn start_with(pool: &PgPool, service: &Service) -> Shop {
    let auth = auth::serve(pool.clone(), service).await.unwrap();
    let client = Client::new(auth.url()).with("user-agent", "the tests");
    Shop { auth, client }
}

impl Shop {
    /// A new customer, signed in.
    pub(crate) async fn customer(&self, email: &str) -> SignedIn {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Somebody" });
        self.client
            .post("/api/auth/register", body)
            .await
            .expect(201);
        self.sign_in(email).await
    }

    /// A new member of staff, signed in.
    pub(crate) async fn staff(&self, pool: &PgPool) -> SignedIn {
        let email = "staff@example.com";
        self.customer(email).await;
        sqlx::query("update users set roles = '{customer,staff}' where email = $1")
            .bind(email)
            .execute(pool)
            .await
            .unwrap();
        self.sign_in(email).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> SignedIn {
        let answer = self.login(email, PASSWORD).await.expect(200);
        self.signed_in(&answer.body)
    }

    pub(crate) fn signed_in(&self, tokens: &Value) -> SignedIn {
        let access = tokens["access_token"].as_str().unwrap().to_owned();
        SignedIn {
            client: self.client.bearer(&access),
            refresh: tokens["refresh_token"].as_str().unwrap().to_owned(),
            access,
        }
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> testkit::Answer {
        let body = json!({ "email": email, "password": password });
        self.client.post("/api/auth/login", body).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> testkit::Answer {
        let body = json!({ "refresh_token": token });
        self.client.post("/api/auth/refresh", body).await
    }

    /// A client with a service's token.
    pub(crate) async fn service(&self, name: &str, audience: &str, scope: &str) -> Client {
        let body = json!({
            "client_id": name, "client_secret": secret(name), "audience": audience, "scope": scope,
        });
        let answer = self.client.post("/internal/token", body).await.expect(200);
        self.client.bearer(&answer.text("/access_token"))
    }

    /// The whole revocation feed: the sessions, in order.
    pub(crate) async fn revoked(&self) -> Vec<String> {
        let follower = self.service("cart", "auth", "revocations").await;
        let page = follower
            .get("/internal/revocations?after=0")
            .await
            .expect(200);
        let items = page.body["items"].as_array().unwrap();
        items
            .iter()
            .map(|it| it["session"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) async fn metrics(&self) -> String {
        let management = Client::new(self.auth.management_url());
        match management.get("/metrics").await.expect(200).body {
            Value::String(text) => text,
            other => panic!("{other}"),
        }
    }
}

/// The claims of a token, unchecked.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, which: usize) -> Value {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = token.split('.').nth(which).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Waits for what a worker brings about.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    for _ in 0..200 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within two seconds: {what}");
}
