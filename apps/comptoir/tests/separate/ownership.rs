//! I8: nobody reads or changes what is another user's. The routes are those of the committed API documents:
//! one that is in none of the tables below fails the test.

use std::{collections::BTreeSet, path::Path};

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    front::Front,
    harness::{House, Name},
    people::{Card, PASSWORD, Person},
    stock::{self, Product},
};

const SERVICES: [Name; 5] = [
    Name::Auth,
    Name::Catalog,
    Name::Cart,
    Name::Payment,
    Name::Order,
];

/// The same for everybody: nobody's data is in it. Whether a gateway signed its event, payment's tests ask.
const FOR_EVERYBODY: &[(&str, &str)] = &[
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/api/auth/register"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/refresh"),
    ("GET", "/api/catalog/categories"),
    ("GET", "/api/catalog/products"),
    ("GET", "/api/catalog/products/{slug}"),
    ("GET", "/api/catalog/products/{slug}/related"),
    ("GET", "/api/catalog/images/{slug}.svg"),
    ("POST", "/api/payments/webhooks/{gateway}"),
];

/// The caller's own things, whoever that is; guests have carts too.
const OF_THE_CALLER: &[(&str, &str)] = &[
    ("GET", "/api/auth/me"),
    ("PATCH", "/api/auth/me"),
    ("DELETE", "/api/auth/me"),
    ("PUT", "/api/auth/me/password"),
    ("POST", "/api/auth/logout"),
    ("GET", "/api/auth/me/addresses"),
    ("POST", "/api/auth/me/addresses"),
    ("GET", "/api/auth/me/sessions"),
    ("DELETE", "/api/auth/me/sessions"),
    ("GET", "/api/payments/methods"),
    ("POST", "/api/payments/methods"),
    ("POST", "/api/cart/merge"),
    ("POST", "/api/orders"),
    ("GET", "/api/orders"),
];
const OF_THE_CALLER_OR_GUEST: &[(&str, &str)] = &[
    ("GET", "/api/cart"),
    ("DELETE", "/api/cart"),
    ("PUT", "/api/cart/items/{product_id}"),
    ("DELETE", "/api/cart/items/{product_id}"),
];

/// Names a thing, which must be the caller's. What destroys it comes last.
const OF_ITS_OWNER: &[(&str, &str)] = &[
    ("PUT", "/api/auth/me/addresses/{id}"),
    ("DELETE", "/api/auth/me/addresses/{id}"),
    ("DELETE", "/api/auth/me/sessions/{id}"),
    ("GET", "/api/orders/{id}"),
    ("GET", "/api/orders/{id}/returns"),
    ("POST", "/api/orders/{id}/returns"),
    ("POST", "/api/orders/{id}/cancel"),
    ("DELETE", "/api/payments/methods/{id}"),
];

/// For staff.
const OF_STAFF: &[(&str, &str)] = &[
    ("POST", "/api/auth/admin/keys/rotate"),
    ("GET", "/api/catalog/admin/products"),
    ("POST", "/api/catalog/admin/products"),
    ("GET", "/api/catalog/admin/summary"),
    ("GET", "/api/catalog/admin/products/{id}"),
    ("PATCH", "/api/catalog/admin/products/{id}"),
    ("DELETE", "/api/catalog/admin/products/{id}"),
    ("POST", "/api/catalog/admin/products/{id}/stock"),
    ("GET", "/api/catalog/admin/products/{id}/stock/movements"),
    ("GET", "/api/orders/admin"),
    ("GET", "/api/orders/admin/summary"),
    ("GET", "/api/orders/admin/audits"),
    ("GET", "/api/orders/admin/{id}"),
    ("POST", "/api/orders/admin/{id}/pack"),
    ("POST", "/api/orders/admin/{id}/ship"),
    ("POST", "/api/orders/admin/{id}/deliver"),
    ("GET", "/api/orders/admin/returns"),
    ("POST", "/api/orders/admin/returns/{id}/approve"),
    ("POST", "/api/orders/admin/returns/{id}/refuse"),
    ("POST", "/api/orders/admin/returns/{id}/receive"),
];

/// Asked by a service that has no token yet; its secret is in the body.
const TOKEN: (&str, &str) = ("POST", "/internal/token");

#[test]
fn every_route_has_its_rule() {
    let documented: BTreeSet<_> = documented()
        .into_iter()
        .map(|it| (it.method, it.path))
        .filter(|(_, path)| !path.starts_with("/internal/"))
        .collect();
    let mut ruled = BTreeSet::new();
    for (method, path) in [
        FOR_EVERYBODY,
        OF_THE_CALLER,
        OF_THE_CALLER_OR_GUEST,
        OF_ITS_OWNER,
        OF_STAFF,
    ]
    .concat()
    {
        let is_new = ruled.insert((method.to_owned(), path.to_owned()));
        assert!(is_new, "{method} {path} is in two tables");
    }
    let without: Vec<_> = documented.difference(&ruled).collect();
    let gone: Vec<_> = ruled.difference(&documented).collect();
    assert!(
        without.is_empty(),
        "say in ownership.rs whose these routes are: {without:#?}"
    );
    assert!(
        gone.is_empty(),
        "there are no such routes any more: {gone:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_or_changes_what_is_anothers() {
    let house = House::open("ownership").await;
    let front = house.front();
    let staff = Person::staff(&house).await;
    let owner = Owner::new(&front, &staff).await;
    let before = owner.everything(&staff).await;

    for (method, path) in OF_ITS_OWNER {
        let stranger = Person::sign_up(&front).await;
        let answer = owner.call(&stranger.front, method, path).await;
        assert_eq!(answer.status, 404, "{method} {path}: {:#}", answer.body);
        answer.expect_problem(404, "not-found");
        let answer = owner.call(&front, method, path).await;
        assert_eq!(
            answer.status, 401,
            "{method} {path} signed out: {:#}",
            answer.body
        );
    }
    for (method, path) in [OF_THE_CALLER, OF_THE_CALLER_OR_GUEST].concat() {
        let stranger = Person::sign_up(&front).await;
        let answer = owner.call(&stranger.front, method, path).await;
        owner.is_not_in(&answer.body.to_string(), method, path);
    }
    for (method, path) in OF_THE_CALLER {
        let answer = owner.call(&front, method, path).await;
        assert_eq!(
            answer.status, 401,
            "{method} {path} signed out: {:#}",
            answer.body
        );
    }
    for (method, path) in OF_THE_CALLER_OR_GUEST {
        // Neither a made-up token nor the owner's own ids open the owner's cart.
        for token in ["gibberish", &owner.person.id.to_string()] {
            let guest = front.with("x-cart-token", token);
            let answer = owner.call(&guest, method, path).await;
            owner.is_not_in(&answer.body.to_string(), method, path);
        }
    }
    for (method, path) in OF_STAFF {
        let answer = owner.call(&owner.person.front, method, path).await;
        assert_eq!(answer.status, 403, "{method} {path}: {:#}", answer.body);
        let answer = owner.call(&front, method, path).await;
        assert_eq!(
            answer.status, 401,
            "{method} {path} signed out: {:#}",
            answer.body
        );
    }

    // Another's card pays for nothing.
    let thief = Person::sign_up(&front).await;
    let other = stock::product(&staff, 100, 10).await;
    thief.put(other.id, 1).await;
    let answer = thief
        .try_check_out("theft", owner.method)
        .await
        .expect("an answer");
    answer.expect_problem(422, "unknown-payment-method");
    let orders = thief.front.get("/api/orders").await.expect(200);
    for order in orders.body["items"].as_array().expect("orders") {
        assert_eq!(order["status"], "payment_failed");
    }
    // Another's key is a key of one's own.
    let method = thief.method(Card::Approved).await;
    let answer = thief
        .try_check_out(KEY, method)
        .await
        .expect("an answer")
        .expect(201);
    assert_ne!(answer.text("/id"), owner.order.to_string());

    assert_eq!(
        owner.everything(&staff).await,
        before,
        "all of that changed something"
    );

    // To the owner these things are there: it was not for their absence that they were not found.
    for (method, path) in OF_ITS_OWNER {
        let answer = owner.call(&owner.person.front, method, path).await;
        assert!(
            matches!(answer.status, 200..=299 | 409),
            "{method} {path}: {:#}",
            answer.body
        );
    }
    house.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn internal_routes_are_for_services_only() {
    let house = House::open("internal").await;
    let staff = Person::staff(&house).await;
    let routes = documented();
    let routes: Vec<_> = routes
        .iter()
        .filter(|it| it.path.starts_with("/internal/"))
        .filter(|it| (it.method.as_str(), it.path.as_str()) != TOKEN)
        .collect();
    assert!(routes.len() >= 10, "{}", routes.len());
    for route in routes {
        let path = filled(&route.path, |_| staff.id.to_string());
        let service = house.client(route.service);
        for client in [service.bearer(&staff.token), service] {
            let body = (route.method != "GET").then(|| json!({}));
            let answer = client.send(method_of(&route.method), &path, body).await;
            answer.expect_problem(401, "unauthenticated");
        }
    }
    let body = json!({
        "client_id": "order", "client_secret": house.environment(Name::Cart)["SERVICE_SECRET"],
        "audience": "payment", "scope": "payments",
    });
    let auth = house.client(Name::Auth);
    auth.post(TOKEN.1, body)
        .await
        .expect_problem(401, "invalid-client");
    let body = json!({
        "client_id": "cart", "client_secret": house.environment(Name::Cart)["SERVICE_SECRET"],
        "audience": "payment", "scope": "payments",
    });
    auth.post(TOKEN.1, body)
        .await
        .expect_problem(403, "forbidden");
}

const KEY: &str = "the-owners-key";

/// Somebody who has one of everything.
struct Owner {
    person: Person,
    product: Product,
    slug: String,
    address: Uuid,
    session: Uuid,
    method: Uuid,
    order: Uuid,
    returned: Uuid,
}

impl Owner {
    async fn new(front: &Front, staff: &Person) -> Self {
        let person = Person::sign_up(front).await;
        let product = stock::product(staff, 4200, 1000).await;
        let address = person
            .front
            .post("/api/auth/me/addresses", address())
            .await
            .expect(201);
        let elsewhere = Person::sign_in(front, &person.email, PASSWORD).await;
        let sessions = elsewhere
            .front
            .get("/api/auth/me/sessions")
            .await
            .expect(200);
        let sessions = sessions.body["items"].as_array().expect("sessions");
        let session = sessions
            .iter()
            .find(|it| it["current"] == true)
            .expect("a session");
        let session = serde_json::from_value(session["id"].clone()).expect("an id");
        let method = person.method(Card::Approved).await;

        // One order that has arrived and is on its way back in part, and one that could be cancelled.
        person.put(product.id, 3).await;
        let arrived = person
            .try_check_out("the-first", method)
            .await
            .expect("an answer");
        let arrived = arrived.expect(201).text("/id");
        for (step, body) in [
            ("pack", json!({})),
            ("ship", json!({ "tracking_number": "FR-42" })),
            ("deliver", json!({})),
        ] {
            let path = format!("/api/orders/admin/{arrived}/{step}");
            staff.front.post(&path, body).await.expect(200);
        }
        let body = json!({
            "lines": [{ "product_id": product.id, "quantity": 1 }], "reason": "One was enough",
        });
        let path = format!("/api/orders/{arrived}/returns");
        let returned = person.front.post(&path, body).await.expect(201);
        person.put(product.id, 3).await;
        let order = person
            .try_check_out(KEY, method)
            .await
            .expect("an answer")
            .expect(201);
        let mut owner = Self {
            slug: product.slug.clone(),
            address: address.text("/id").parse().expect("an id"),
            session,
            method,
            order: order.text("/id").parse().expect("an id"),
            returned: returned.text("/id").parse().expect("an id"),
            person,
            product,
        };
        owner.fill_cart().await;
        owner
    }

    /// Once the orders' own lines are out of it.
    async fn fill_cart(&mut self) {
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let cart = self.person.front.get("/api/cart").await.expect(200);
            if cart.body["items"].as_array().is_some_and(Vec::is_empty) {
                break;
            }
            assert!(tokio::time::Instant::now() < until, "{:#}", cart.body);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        self.person.put(self.product.id, 5).await;
    }

    /// Calls a route with the owner's ids in its path.
    async fn call(&self, front: &Front, method: &str, path: &str) -> testkit::Answer {
        let filled = filled(path, |name| match name {
            "product_id" => self.product.id.to_string(),
            "slug" => self.slug.clone(),
            "id" => {
                let id = match path {
                    it if it.contains("/addresses/") => self.address,
                    it if it.contains("/sessions/") => self.session,
                    it if it.contains("/methods/") => self.method,
                    it if it.contains("/admin/returns/") => self.returned,
                    it if it.starts_with("/api/orders/") => self.order,
                    it if it.starts_with("/api/catalog/") => self.product.id,
                    other => panic!("whose id is in {other}?"),
                };
                id.to_string()
            }
            other => panic!("what is {other} in {path}?"),
        });
        let body = (method != "GET").then(|| self.body(method, path));
        let front = if path == "/api/orders" {
            front.with("idempotency-key", KEY)
        } else {
            front.clone()
        };
        front.send(method_of(method), &filled, body).await
    }

    /// A body that would do harm if the route let it.
    fn body(&self, method: &str, path: &str) -> Value {
        match (method, path) {
            ("PATCH", "/api/auth/me") => json!({ "name": "Somebody Else" }),
            ("PUT", "/api/auth/me/password") => json!({
                "current_password": PASSWORD, "new_password": "mot-de-passe-vole-1183",
            }),
            (_, it) if it.starts_with("/api/auth/me/addresses") => address(),
            (_, "/api/payments/methods") => json!({ "card": {
                "number": "4242 4242 4242 4242", "exp_month": 1, "exp_year": 2036, "cvc": "123",
            } }),
            ("PUT", "/api/cart/items/{product_id}") => json!({ "quantity": 7 }),
            (_, "/api/orders") => json!({
                "payment_method_id": self.method, "shipping_address": address(),
            }),
            (_, "/api/orders/{id}/returns") => json!({
                "lines": [{ "product_id": self.product.id, "quantity": 1 }], "reason": "Mine now",
            }),
            (_, "/api/orders/admin/{id}/ship") => json!({ "tracking_number": "FR-43" }),
            (_, "/api/orders/admin/returns/{id}/refuse") => json!({ "reason": "No" }),
            _ => json!({}),
        }
    }

    /// All that the owner and the staff see of the owner's things.
    async fn everything(&self, staff: &Person) -> Vec<Value> {
        let mut everything = Vec::new();
        for path in [
            "/api/auth/me".to_owned(),
            "/api/auth/me/addresses".to_owned(),
            "/api/auth/me/sessions".to_owned(),
            "/api/cart".to_owned(),
            "/api/payments/methods".to_owned(),
            "/api/orders".to_owned(),
            format!("/api/orders/{}", self.order),
        ] {
            let answer = self.person.front.get(&path).await.expect(200);
            everything.push(json!({ path: answer.body }));
        }
        let path = format!("/api/orders/admin/{}", self.order);
        let answer = staff.front.get(&path).await.expect(200);
        everything.push(json!({ path: answer.body }));
        everything
    }

    /// Nothing that only the owner has, and the caller did not send, is in a text.
    #[track_caller]
    fn is_not_in(&self, text: &str, method: &str, path: &str) {
        let ids = [
            self.person.id,
            self.address,
            self.session,
            self.method,
            self.order,
            self.returned,
        ];
        let owned = ids.map(|it| it.to_string());
        for secret in owned.iter().chain([&self.person.email]) {
            assert!(
                !text.contains(secret.as_str()),
                "{method} {path} shows {secret}: {text}"
            );
        }
    }
}

fn address() -> Value {
    json!({
        "name": "Camille Martin", "line1": "1 rue Rambuteau", "city": "Paris",
        "postal_code": "75001", "country": "FR",
    })
}

struct Route {
    service: Name,
    method: String,
    path: String,
}

/// The operations of all committed API documents.
fn documented() -> Vec<Route> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services");
    let mut routes = Vec::new();
    for service in SERVICES {
        let file = services.join(service.as_str()).join("openapi.json");
        let document = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let document: Value = serde_json::from_str(&document).expect("JSON");
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for method in operations.as_object().expect("operations").keys() {
                if ["get", "put", "post", "patch", "delete", "head"].contains(&method.as_str()) {
                    routes.push(Route {
                        service,
                        method: method.to_uppercase(),
                        path: path.clone(),
                    });
                }
            }
        }
    }
    routes
}

/// A path with each `{name}` replaced.
fn filled(path: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a closing brace");
        filled.push_str(before);
        filled.push_str(&value(name));
        rest = after;
    }
    filled + rest
}

fn method_of(name: &str) -> Method {
    name.parse().expect("a method")
}
