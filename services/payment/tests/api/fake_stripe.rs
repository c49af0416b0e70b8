//! Stands in for Stripe: the answers have the shapes of its published API, a key gets the same answer again, an
//! intent goes through its life once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(crate) struct FakeStripe {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) intents: Vec<Value>,
    pub(crate) refunds: Vec<Value>,
    /// What its banks say of every card.
    pub(crate) decline: Option<&'static str>,
    /// What happens to requests whose path ends like this.
    pub(crate) trouble: Option<(&'static str, Trouble)>,
    /// `METHOD path`, and the form that came with it, in the order in which they came.
    pub(crate) calls: Vec<(String, HashMap<String, String>)>,
    answers: HashMap<String, (u16, Value)>,
}

#[derive(Clone, Copy)]
pub(crate) enum Trouble {
    /// It is done, and the answer comes too late for anybody.
    AnswerLost,
    /// It is done, and answered 500, which the key brings again.
    FailsAfterwards,
    /// It is not done, and answered like this.
    Answers(u16, &'static str),
}

/// Longer than any deadline in these tests.
const TOO_LATE: Duration = Duration::from_secs(30);

impl FakeStripe {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State::default()));
        let responder = Responder(state.clone());
        Mock::given(any())
            .respond_with(responder)
            .mount(&server)
            .await;
        Self { server, state }
    }

    pub(crate) fn url(&self) -> url::Url {
        self.server.uri().parse().unwrap()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) async fn headers_of(&self, path: &str) -> wiremock::http::HeaderMap {
        let all = self.server.received_requests().await.unwrap();
        let mut found = all.into_iter().filter(|it| it.url.path().ends_with(path));
        found.next().unwrap().headers
    }
}

struct Responder(Arc<Mutex<State>>);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().answer(request)
    }
}

impl State {
    /// As after a day.
    pub(crate) fn forget_keys(&mut self) {
        self.answers.clear();
    }

    /// How often a request came whose path ends like this.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.calls
            .iter()
            .filter(|(it, _)| it.ends_with(path))
            .count()
    }

    fn answer(&mut self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        let form: HashMap<_, _> = url::form_urlencoded::parse(&request.body)
            .into_owned()
            .collect();
        self.calls
            .push((format!("{} {path}", request.method), form.clone()));
        let trouble = self.trouble.filter(|(end, _)| path.ends_with(end));
        if let Some((_, Trouble::Answers(status, error))) = trouble {
            return ResponseTemplate::new(status).set_body_raw(error, "application/json");
        }
        if request.method == "GET" {
            let query: HashMap<_, _> = request.url.query_pairs().into_owned().collect();
            return ok(&self.read(path, &query));
        }
        let key = request.headers.get("idempotency-key");
        let key = key.map(|it| it.to_str().unwrap().to_owned());
        let known = key.as_ref().and_then(|it| self.answers.get(it).cloned());
        let (status, body) = match known {
            Some(answer) => answer,
            None => {
                let answer = match trouble {
                    Some((_, Trouble::FailsAfterwards)) => {
                        self.write(path, &form);
                        (500, error("api_error", "", ""))
                    }
                    _ => self.write(path, &form),
                };
                if let Some(key) = key {
                    self.answers.insert(key, answer.clone());
                }
                answer
            }
        };
        let template = ResponseTemplate::new(status).set_body_json(body);
        match trouble {
            Some((_, Trouble::AnswerLost)) => template.set_delay(TOO_LATE),
            _ => template,
        }
    }

    fn read(&self, path: &str, query: &HashMap<String, String>) -> Value {
        let list = |items: &[Value], by: &str| {
            let of = |it: &&Value| query.get(by).is_some_and(|wanted| it[by] == **wanted);
            let data: Vec<_> = items.iter().filter(of).rev().collect();
            json!({ "object": "list", "data": data, "has_more": false, "url": path })
        };
        match path {
            "/v1/payment_intents" => list(&self.intents, "customer"),
            "/v1/refunds" => list(&self.refunds, "payment_intent"),
            path => {
                let id = path.rsplit('/').next().unwrap();
                self.intents
                    .iter()
                    .find(|it| it["id"] == id)
                    .unwrap()
                    .clone()
            }
        }
    }

    fn write(&mut self, path: &str, form: &HashMap<String, String>) -> (u16, Value) {
        match path.split('/').skip(2).collect::<Vec<_>>()[..] {
            ["payment_methods"] => (200, json!({ "id": "pm_1", "object": "payment_method" })),
            ["customers"] => (200, json!({ "id": "cus_1", "object": "customer" })),
            ["payment_intents"] => {
                let number = self.intents.len() + 1;
                let intent = json!({
                    "id": format!("pi_{number}"), "object": "payment_intent",
                    "amount": cents(&form["amount"]), "amount_received": 0,
                    "currency": form["currency"], "customer": form["customer"],
                    "metadata": { "reference": form["metadata[reference]"] },
                    "last_payment_error": null, "status": "requires_confirmation",
                });
                self.intents.push(intent.clone());
                (200, intent)
            }
            ["payment_intents", id, step] => self.step(id, step, form),
            ["refunds"] => self.refund(form),
            _ => panic!("no such path: {path}"),
        }
    }

    fn step(&mut self, id: &str, step: &str, form: &HashMap<String, String>) -> (u16, Value) {
        let decline = self.decline;
        let intent = self.intents.iter_mut().find(|it| it["id"] == id).unwrap();
        let status = intent["status"].as_str().unwrap().to_owned();
        match (step, &*status) {
            ("confirm", "requires_confirmation") => match decline {
                Some(code) => {
                    intent["status"] = json!("requires_payment_method");
                    let mut error = error("card_error", "card_declined", code);
                    intent["last_payment_error"] = error["error"].clone();
                    error["error"]["payment_intent"] = intent.clone();
                    return (402, error);
                }
                None => intent["status"] = json!("requires_capture"),
            },
            ("capture", "requires_capture") => {
                intent["status"] = json!("succeeded");
                intent["amount_received"] = json!(cents(&form["amount_to_capture"]));
            }
            (
                "cancel",
                "requires_confirmation" | "requires_capture" | "requires_payment_method",
            ) => {
                intent["status"] = json!("canceled");
            }
            _ => {
                let code = "payment_intent_unexpected_state";
                return (400, error("invalid_request_error", code, ""));
            }
        }
        (200, intent.clone())
    }

    fn refund(&mut self, form: &HashMap<String, String>) -> (u16, Value) {
        let of = |it: &&Value| it["payment_intent"] == *form["payment_intent"];
        let before: i64 = self
            .refunds
            .iter()
            .filter(of)
            .map(|it| it["amount"].as_i64().unwrap())
            .sum();
        let intent = self
            .intents
            .iter()
            .find(|it| it["id"] == *form["payment_intent"])
            .unwrap();
        let amount = cents(&form["amount"]);
        if before + amount > intent["amount_received"].as_i64().unwrap() {
            let code = "charge_already_refunded";
            return (400, error("invalid_request_error", code, ""));
        }
        let refund = json!({
            "id": format!("re_{}", self.refunds.len() + 1), "object": "refund", "amount": amount,
            "payment_intent": form["payment_intent"], "status": "succeeded",
            "metadata": { "reference": form["metadata[reference]"] },
        });
        self.refunds.push(refund.clone());
        (200, refund)
    }
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn cents(text: &str) -> i64 {
    text.parse().unwrap()
}

fn error(kind: &str, code: &str, decline_code: &str) -> Value {
    let mut error = json!({ "error": { "type": kind, "message": "What 4242424242424242 did" } });
    for (name, value) in [("code", code), ("decline_code", decline_code)] {
        if !value.is_empty() {
            error["error"][name] = json!(value);
        }
    }
    error
}
