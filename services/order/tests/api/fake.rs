//! Stands in for auth, cart, catalog and payment: small, but it keeps its promises (every call may come
//! twice), and it can be put in trouble.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(crate) struct Fake {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) carts: HashMap<Uuid, Vec<(Uuid, i64)>>,
    pub(crate) products: HashMap<Uuid, Product>,
    pub(crate) reservations: HashMap<Uuid, Reservation>,
    pub(crate) restocked: HashSet<Uuid>,
    pub(crate) cleared: HashSet<Uuid>,
    /// What paying with a method leads to; a method that is not here is nobody's.
    pub(crate) methods: HashMap<Uuid, Card>,
    pub(crate) payments: HashMap<Uuid, Payment>,
    /// Effective reservation time.
    pub(crate) reserved_for: Option<Duration>,
    /// Every call, as `name id`, in the order in which they came in.
    pub(crate) calls: Vec<String>,
    trouble: HashMap<&'static str, Trouble>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Card {
    Approved,
    Declined(&'static str),
}

#[derive(Clone, Copy)]
pub(crate) enum Trouble {
    /// Nothing is done, and 503 answered, this many times.
    Down(usize),
    /// It is done, and the answer lost, until told otherwise.
    AnswerLost,
    /// It is done, after a while.
    Slow(Duration),
    /// Refused in a way that says nothing of the outcome.
    Forbidden,
}

#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) price: i64,
    pub(crate) available: i64,
    pub(crate) sold: i64,
}

pub(crate) struct Reservation {
    pub(crate) state: &'static str,
    pub(crate) lines: Vec<(Uuid, i64)>,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Payment {
    pub(crate) status: &'static str,
    pub(crate) amount: i64,
    pub(crate) captured: i64,
    pub(crate) refunds: HashMap<Uuid, i64>,
    pub(crate) cancelled: bool,
    decline_code: Option<&'static str>,
}

impl Payment {
    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.values().sum()
    }
}

pub(crate) const FOR_EVER: usize = usize::MAX;

impl Fake {
    pub(crate) async fn open() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State::default()));
        Mock::given(any())
            .respond_with(Responder(state.clone()))
            .mount(&server)
            .await;
        Self { server, state }
    }

    pub(crate) fn url(&self) -> Url {
        self.server.uri().parse().unwrap()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn trouble(&self, call: &'static str, trouble: Trouble) {
        self.state().trouble.insert(call, trouble);
    }

    pub(crate) fn well(&self, call: &'static str) {
        self.state().trouble.remove(call);
    }

    /// The names of the calls that were about `id`, in their order.
    pub(crate) fn calls_about(&self, id: Uuid) -> Vec<String> {
        let id = id.to_string();
        let state = self.state();
        let about = state.calls.iter().filter_map(|it| it.split_once(' '));
        about
            .filter(|(_, of)| *of == id)
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}

struct Responder(Arc<Mutex<State>>);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let path: Vec<_> = request.url.path().split('/').skip(2).collect();
        let method = request.method.as_str();
        if path == ["token"] {
            let token = format!(
                "{}:{}",
                body["audience"].as_str().unwrap(),
                body["scope"].as_str().unwrap()
            );
            return ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 300 }));
        }
        let (call, token, id) = match (method, path.as_slice()) {
            ("GET", ["carts", user]) => ("read", "cart:carts", user),
            ("POST", ["carts", user, "clear"]) => ("clear", "cart:carts", user),
            ("PUT", ["reservations", id]) => ("reserve", "catalog:stock", id),
            ("POST", ["reservations", id, "commit"]) => ("commit", "catalog:stock", id),
            ("POST", ["reservations", id, "release"]) => ("release", "catalog:stock", id),
            ("PUT", ["restocks", id]) => ("restock", "catalog:stock", id),
            ("PUT", ["payments", id]) => ("pay", "payment:payments", id),
            ("POST", ["payments", id, "cancel"]) => ("cancel", "payment:payments", id),
            ("PUT", ["payments", id, "refunds", _]) => ("refund", "payment:payments", id),
            other => panic!("no such route: {other:?}"),
        };
        let id: Uuid = id.parse().unwrap();
        let authorised = request
            .headers
            .get("authorization")
            .is_some_and(|it| it.as_bytes() == format!("Bearer {token}").as_bytes());
        if !authorised {
            return problem(401, "unauthenticated", json!([]));
        }

        let mut state = self.0.lock().unwrap();
        state.calls.push(format!("{call} {id}"));
        match state.trouble.get(call).copied() {
            Some(Trouble::Down(times)) => {
                if times == 1 {
                    state.trouble.remove(call);
                } else {
                    state.trouble.insert(call, Trouble::Down(times - 1));
                }
                return problem(503, "unavailable", json!([]));
            }
            Some(Trouble::Forbidden) => return problem(403, "forbidden", json!([])),
            _ => {}
        }
        let answer = match call {
            "read" => state.read(id),
            "clear" => state.clear(id, request, &body),
            "reserve" => state.reserve(id, &body),
            "commit" => state.commit(id),
            "release" => state.release(id),
            "restock" => state.restock(id, &body),
            "pay" => state.pay(id, &body),
            "cancel" => state.cancel(id),
            _ => state.refund(id, path[3].parse().unwrap(), &body),
        };
        match state.trouble.get(call) {
            Some(Trouble::AnswerLost) => problem(503, "outcome-unknown", json!([])),
            Some(Trouble::Slow(delay)) => answer.set_delay(*delay),
            _ => answer,
        }
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn problem(status: u16, slug: &str, errors: Value) -> ResponseTemplate {
    let kind = format!("urn:comptoir:problem:{slug}");
    let body = json!({ "type": kind, "title": slug, "status": status, "errors": errors });
    ResponseTemplate::new(status).set_body_json(body)
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

fn items(of: &Value) -> Vec<(Uuid, i64)> {
    let items = of.as_array().unwrap().iter();
    items
        .map(|it| {
            let id = it["product_id"].as_str().unwrap().parse().unwrap();
            (id, it["quantity"].as_i64().unwrap())
        })
        .collect()
}

impl State {
    fn read(&self, user: Uuid) -> ResponseTemplate {
        let cart = self.carts.get(&user).cloned().unwrap_or_default();
        let items: Vec<_> = cart
            .iter()
            .map(|(product, quantity)| json!({ "product_id": product, "quantity": quantity }))
            .collect();
        ok(json!({ "version": 1, "items": items }))
    }

    fn clear(&mut self, user: Uuid, request: &Request, body: &Value) -> ResponseTemplate {
        let order = request.url.query().unwrap().strip_prefix("order=").unwrap();
        if self.cleared.insert(order.parse().unwrap()) {
            let bought: HashMap<_, _> = items(&body["items"]).into_iter().collect();
            let cart = self.carts.entry(user).or_default();
            for (product, quantity) in cart.iter_mut() {
                *quantity -= bought.get(product).copied().unwrap_or(0);
            }
            cart.retain(|(_, quantity)| *quantity > 0);
        }
        ok(json!({}))
    }

    fn short(&self, lines: &[(Uuid, i64)]) -> Vec<Value> {
        let short = lines.iter().enumerate().filter(|(_, (product, quantity))| {
            self.products
                .get(product)
                .is_some_and(|it| it.available < *quantity)
        });
        short
            .map(|(i, _)| json!({ "field": format!("lines[{i}]"), "detail": "not enough" }))
            .collect()
    }

    fn take(&mut self, lines: &[(Uuid, i64)], sign: i64) {
        for (product, quantity) in lines {
            self.products.get_mut(product).unwrap().available -= sign * quantity;
        }
    }

    fn reservation(&self, id: Uuid) -> ResponseTemplate {
        let held = &self.reservations[&id];
        let lines: Vec<_> = held
            .lines
            .iter()
            .map(|(product, quantity)| {
                let found = &self.products[product];
                json!({
                    "product_id": product, "name": found.name, "name_fr": "Un truc",
                    "quantity": quantity, "unit_price": eur(found.price),
                })
            })
            .collect();
        ok(json!({ "id": id, "state": held.state, "expires_at": held.expires_at, "lines": lines }))
    }

    fn reserve(&mut self, id: Uuid, body: &Value) -> ResponseTemplate {
        match self.reservations.get(&id).map(|it| it.state) {
            Some("released") => return problem(409, "released", json!([])),
            Some("reserved" | "committed") => return self.reservation(id),
            _ => {}
        }
        let lines = items(&body["lines"]);
        if lines.iter().any(|(it, _)| !self.products.contains_key(it)) {
            return problem(422, "unknown-product", json!([]));
        }
        let short = self.short(&lines);
        if !short.is_empty() {
            return problem(409, "out-of-stock", short.into());
        }
        self.take(&lines, 1);
        let held = Reservation {
            state: "reserved",
            lines,
            expires_at: Utc::now() + self.reserved_for.unwrap_or(Duration::from_secs(600)),
        };
        self.reservations.insert(id, held);
        self.reservation(id)
    }

    fn commit(&mut self, id: Uuid) -> ResponseTemplate {
        let Some(held) = self.reservations.get(&id) else {
            return problem(404, "not-found", json!([]));
        };
        let (state, lines) = (held.state, held.lines.clone());
        match state {
            "committed" => return self.reservation(id),
            "released" => return problem(409, "released", json!([])),
            "expired" => {
                let short = self.short(&lines);
                if !short.is_empty() {
                    return problem(409, "out-of-stock", short.into());
                }
                self.take(&lines, 1);
            }
            _ => {}
        }
        for (product, quantity) in &lines {
            self.products.get_mut(product).unwrap().sold += quantity;
        }
        self.reservations.get_mut(&id).unwrap().state = "committed";
        self.reservation(id)
    }

    fn release(&mut self, id: Uuid) -> ResponseTemplate {
        match self.reservations.get(&id) {
            Some(held) if held.state == "committed" => {
                return problem(409, "committed", json!([]));
            }
            Some(held) if held.state == "reserved" => {
                let lines = held.lines.clone();
                self.take(&lines, -1);
            }
            _ => {}
        }
        let held = self.reservations.entry(id).or_insert(Reservation {
            state: "released",
            lines: Vec::new(),
            expires_at: Utc::now(),
        });
        held.state = "released";
        self.reservation(id)
    }

    fn restock(&mut self, id: Uuid, body: &Value) -> ResponseTemplate {
        if self.restocked.insert(id) {
            for (product, quantity) in items(&body["lines"]) {
                let product = self.products.get_mut(&product).unwrap();
                product.available += quantity;
                product.sold -= quantity;
            }
        }
        ok(json!({ "id": id }))
    }

    fn payment(&self, order: Uuid) -> ResponseTemplate {
        let payment = &self.payments[&order];
        ok(json!({
            "order_id": order, "status": payment.status, "amount": eur(payment.amount),
            "captured": eur(payment.captured), "refunded": eur(payment.refunded()),
            "decline_code": payment.decline_code,
        }))
    }

    fn pay(&mut self, order: Uuid, body: &Value) -> ResponseTemplate {
        let method = body["payment_method_id"].as_str().unwrap().parse().unwrap();
        let amount = body["amount"]["amount"].as_i64().unwrap();
        if !self.payments.contains_key(&order) {
            let Some(card) = self.methods.get(&method) else {
                return problem(422, "unknown-payment-method", json!([]));
            };
            let payment = match card {
                Card::Approved => Payment {
                    status: "captured",
                    captured: amount,
                    ..Payment::default()
                },
                Card::Declined(code) => Payment {
                    status: "declined",
                    decline_code: Some(code),
                    ..Payment::default()
                },
            };
            self.payments.insert(order, Payment { amount, ..payment });
        }
        self.payment(order)
    }

    fn cancel(&mut self, order: Uuid) -> ResponseTemplate {
        let payment = self.payments.entry(order).or_default();
        payment.status = "cancelled";
        if !payment.cancelled {
            payment.cancelled = true;
            let left = payment.captured - payment.refunded();
            payment.refunds.insert(order, left);
        }
        self.payment(order)
    }

    fn refund(&mut self, order: Uuid, id: Uuid, body: &Value) -> ResponseTemplate {
        let Some(payment) = self.payments.get_mut(&order) else {
            return problem(404, "not-found", json!([]));
        };
        let amount = body["amount"]["amount"].as_i64().unwrap();
        if !payment.refunds.contains_key(&id) {
            if payment.refunded() + amount > payment.captured {
                return problem(409, "refund-exceeds-capture", json!([]));
            }
            payment.refunds.insert(id, amount);
        }
        ok(json!({ "refund_id": id, "status": "refunded", "amount": eur(amount) }))
    }
}
