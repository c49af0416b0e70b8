//! The storefront, over HTTP, in front of services that answer as told.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod account;
mod admin;
mod browse;
mod cart;
mod checkout;
mod docs;
mod orders;
mod pay;
mod product;
mod renewal;
mod review;
mod routes;
mod sign_in;
mod styleguide;
mod visit;

use actix_web::cookie::{Cookie, CookieJar, Key};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chassis::{Http, Running};
use serde_json::{Value, json};
use testkit::Client;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

use testkit::Browser;

const COOKIE_KEY: &str =
    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";

/// The storefront while it is open.
pub(crate) struct Front {
    running: Running,
    /// All services in one: their paths differ.
    pub(crate) services: MockServer,
}

impl Front {
    /// With services that answer nothing but what every page asks for.
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut storefront::Service)) -> Self {
        let services = MockServer::start().await;
        let url: url::Url = services.uri().parse().unwrap();
        let mut service = storefront::Service {
            http: Http::loopback(),
            addresses: storefront::Addresses {
                auth_url: url.clone(),
                catalog_url: url.clone(),
                cart_url: url.clone(),
                payment_url: url.clone(),
                order_url: url.clone(),
                auth_management_url: url.clone(),
                catalog_management_url: url.clone(),
                cart_management_url: url.clone(),
                payment_management_url: url.clone(),
                order_management_url: url.clone(),
            },
            cookie_key: COOKIE_KEY.into(),
            https: false,
            trust_forwarded_for: false,
        };
        change(&mut service);
        let running = storefront::start(&service).await.unwrap();
        let front = Self { running, services };
        front
            .answer("GET", "/api/catalog/categories", 200, categories())
            .await;
        front
    }

    /// What a service says from now on to `verb` of exactly this path. What was said first is said for as
    /// long as the server lives, so a test says each thing once.
    pub(crate) async fn answer(&self, verb: &str, at: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .mount(&self.services)
            .await;
    }

    /// The same for a problem.
    pub(crate) async fn refuse(&self, verb: &str, at: &str, status: u16, slug: &str) {
        let kind = format!("urn:comptoir:problem:{slug}");
        let problem = json!({ "type": kind, "title": "No", "status": status });
        self.answer(verb, at, status, problem).await;
    }

    /// What a service was asked at exactly this path.
    pub(crate) async fn all(&self, verb: &str, at: &str) -> Vec<Request> {
        let all = self.services.received_requests().await.unwrap();
        all.into_iter()
            .filter(|it| it.method.as_str() == verb && it.url.path() == at)
            .collect()
    }

    pub(crate) async fn count(&self, verb: &str, at: &str) -> usize {
        self.all(verb, at).await.len()
    }

    pub(crate) async fn last(&self, verb: &str, at: &str) -> Request {
        self.all(verb, at).await.pop().unwrap()
    }

    /// Somebody who has put something into a cart and is not known yet. Their cookie is written here, as
    /// the shop writes it.
    pub(crate) fn guest_with_a_cart(&self) -> Browser {
        let memory = json!({ "csrf": "", "cart": "the-guests-cart" });
        let key = Key::from(&STANDARD.decode(COOKIE_KEY).unwrap());
        let mut jar = CookieJar::new();
        jar.private_mut(&key)
            .add(Cookie::new("comptoir", memory.to_string()));
        let cookie = jar.get("comptoir").unwrap().encoded().to_string();
        let mut browser = self.browser();
        browser.cookie = Some(cookie);
        browser
    }

    /// A program and not a person.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.running.url())
    }

    /// A visitor who has not been here before.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.running.url())
    }

    /// Somebody who is signed in, whose access token is `token-of-NAME`.
    pub(crate) async fn member(&self, name: &str, roles: &[&str]) -> Browser {
        self.member_for(name, roles, 300).await
    }

    /// The same with a token that lasts for so many seconds.
    pub(crate) async fn member_for(&self, name: &str, roles: &[&str], lasts: i64) -> Browser {
        let tokens = json!({
            "access_token": format!("token-of-{name}"), "refresh_token": format!("refresh-of-{name}"),
            "token_type": "Bearer", "expires_in": lasts,
        });
        let me = json!({
            "id": "0199a000-0000-7000-8000-000000000001", "email": format!("{name}@example.com"),
            "name": name, "roles": roles, "created_at": "2026-11-01T10:00:00Z",
        });
        self.answer("POST", "/api/auth/login", 200, tokens).await;
        self.answer("GET", "/api/auth/me", 200, me).await;
        self.answer("GET", "/api/cart", 200, empty_cart()).await;
        let mut browser = self.browser();
        browser.get("/sign-in").await.expect(200);
        let fields = [
            ("email", "somebody@example.com"),
            ("password", "a long enough phrase"),
            ("to", "/"),
        ];
        browser.send("/sign-in", &fields).await.expect(303);
        browser
    }
}

pub(crate) fn categories() -> Value {
    json!([
        { "slug": "bakery", "name": "Bakery", "children": [{ "slug": "bread", "name": "Bread", "children": [] }] },
        { "slug": "cellar", "name": "Cellar", "children": [] },
    ])
}

pub(crate) fn empty_cart() -> Value {
    json!({ "items": [], "total": { "amount": 0, "currency": "EUR" }, "version": 0, "stale": false })
}
