//! What stands in for the catalog and for the auth service's token endpoint.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

pub(crate) const SECRET: &str = "cart's secret";
const TOKEN: &str = "a token for the catalog";

/// Answers only to the credentials of cart, and only for the catalog's products.
pub(crate) async fn token_endpoint() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/internal/token"))
        .and(body_json(json!({
            "client_id": "cart", "client_secret": SECRET, "audience": "catalog", "scope": "products",
        })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "access_token": TOKEN, "token_type": "Bearer", "expires_in": 300,
        })))
        .mount(&server)
        .await;
    server
}

/// A catalog whose shelf a test fills.
pub(crate) struct Catalog {
    server: MockServer,
    shelf: Shelf,
}

#[derive(Clone, Default)]
struct Shelf {
    products: Arc<Mutex<HashMap<Uuid, Value>>>,
    down: Arc<AtomicBool>,
}

impl Catalog {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let shelf = Shelf::default();
        Mock::given(method("GET"))
            .and(path("/internal/products"))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .respond_with(shelf.clone())
            .mount(&server)
            .await;
        Self { server, shelf }
    }

    pub(crate) fn url(&self) -> Url {
        self.server.uri().parse().unwrap()
    }

    /// Puts a new product on the shelf.
    pub(crate) fn add(&self, slug: &str, amount: i64, available: i32) -> Uuid {
        let id = Uuid::now_v7();
        let product = json!({
            "id": id,
            "slug": slug,
            "name": format!("The {slug}"),
            "name_fr": format!("Le {slug}"),
            "price": { "amount": amount, "currency": "EUR" },
            "available": available,
            "image_url": format!("/images/{slug}.svg"),
            "active": true,
            "something_new": "that cart does not know",
        });
        self.shelf.products.lock().unwrap().insert(id, product);
        id
    }

    pub(crate) fn set(&self, id: Uuid, field: &str, value: Value) {
        self.shelf.products.lock().unwrap().get_mut(&id).unwrap()[field] = value;
    }

    /// Makes the catalog forget that the product ever was.
    pub(crate) fn forget(&self, id: Uuid) {
        self.shelf.products.lock().unwrap().remove(&id);
    }

    pub(crate) fn break_down(&self) {
        self.shelf.down.store(true, Ordering::SeqCst);
    }

    pub(crate) fn recover(&self) {
        self.shelf.down.store(false, Ordering::SeqCst);
    }

    /// How often it has been asked.
    pub(crate) async fn calls(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }
}

impl Respond for Shelf {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if self.down.load(Ordering::SeqCst) {
            return ResponseTemplate::new(500).set_body_string("out of order");
        }
        let ids = request
            .url
            .query_pairs()
            .find_map(|(name, value)| (name == "ids").then(|| value.into_owned()))
            .unwrap();
        let ids: Vec<Uuid> = ids.split(',').map(|it| it.parse().unwrap()).collect();
        assert!(ids.len() <= 100, "more than the catalog answers");
        let products = self.products.lock().unwrap();
        let items: Vec<_> = ids.iter().filter_map(|it| products.get(it)).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "items": items }))
    }
}
