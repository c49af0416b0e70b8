//! One checkout is one trace, whole from the request to the last statement, and what the outbox does later is
//! linked to it; the log has its id. Nothing in either is about a person.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use testkit::{Answer, Client};
use url::Url;

use crate::{
    checkout::insist,
    collector::{Collector, Span},
    harness::{House, NAMES, Name},
    people::{Card, PASSWORD, Person},
    stock,
};

/// As a browser's or a load generator's would be.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const FAILED_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ROOT: &str = "00f067aa0ba902b7";

/// Who has a part in a checkout.
const SERVICES: [&str; 5] = ["acquirer", "cart", "catalog", "order", "payment"];

/// A shop that sends all that it can send.
async fn open(collector: &Collector) -> House {
    let configured = NAMES.map(|name| {
        [
            (name, "OTLP_ENDPOINT", collector.url.as_str()),
            (name, "OTEL_BSP_SCHEDULE_DELAY", "100"),
            (name, "OTEL_BLRP_SCHEDULE_DELAY", "100"),
        ]
    });
    House::open_with("traces", configured.as_flattened()).await
}

/// Somebody whose requests belong to this trace.
fn within(trace: &str, person: &Person) -> Person {
    let traceparent = format!("00-{trace}-{ROOT}-01");
    Person {
        front: person.front.with("traceparent", &traceparent),
        ..person.clone()
    }
}

/// The lines of a service's log.
fn log(house: &House, name: Name) -> Vec<Value> {
    let of_service = format!("-{}.log", name.as_str());
    let logs = house.logs();
    let log = logs.iter().find(|(file, _)| file.ends_with(&of_service));
    let lines = log.expect("a log").1.lines();
    lines
        .map(|it| serde_json::from_str(it).expect("a JSON object"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_is_one_trace_without_a_gap() {
    let collector = Collector::open();
    let house = open(&collector).await;
    let staff = Person::staff(&house).await;
    let person = Person::sign_up(&house.front()).await;
    let product = stock::product(&staff, 990, 100).await;
    person.put(product.id, 1).await;
    let method = person.method(Card::Approved).await;
    let told = insist(&within(TRACE, &person), "traced", method).await;
    assert_eq!(told.answer.status, 201);

    let of_all = |spans: &[Span]| has_a_part(&SERVICES, spans);
    let trace = collector.whole_trace(TRACE, ROOT, of_all).await;
    let steps: BTreeSet<_> = trace
        .iter()
        .map(|it| (service(it), it.name.as_str()))
        .collect();
    for step in [
        ("order", "POST /api/orders"),
        ("order", "GET"),
        ("cart", "GET /internal/carts/{user_id}"),
        ("catalog", "PUT /internal/reservations/{id}"),
        ("order", "PUT"),
        ("payment", "PUT /internal/payments/{order_id}"),
        ("payment", "POST /v1/authorizations"),
        ("acquirer", "POST /v1/authorizations"),
        ("payment", "POST /v1/captures"),
        ("order", "COMMIT"),
    ] {
        assert!(steps.contains(&step), "no {step:?} in {steps:#?}");
    }
    for name in SERVICES {
        let is_statement = |it: &&Span| it.attributes.contains_key("db.query.text");
        let statements = trace
            .iter()
            .filter(is_statement)
            .filter(|it| service(it) == name);
        assert!(statements.count() > 0, "no SQL of {name}");
    }

    for (name, receiver) in [
        ("deliver clear_cart", "cart"),
        ("deliver commit_reservation", "catalog"),
    ] {
        let is_linked = |it: &&Span| it.name == name && it.links == [TRACE];
        let spans = collector
            .spans_when(|spans| spans.iter().any(|it| is_linked(&it)))
            .await;
        let first = spans.iter().find(is_linked).expect("it was there");
        let both = |spans: &[Span]| has_a_part(&[receiver, "order"], spans);
        collector.whole_trace(&first.trace_id, "", both).await;
    }

    // Nobody asked for a poll.
    let spans = collector.spans_when(|_| true).await;
    let polls = spans.iter().filter(|it| it.name.contains("revocations"));
    assert_eq!(polls.count(), 0);
    nothing_is_about(&person, &collector, &spans);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_fails_is_found_in_the_log_by_its_trace() {
    let collector = Collector::open();
    let house = open(&collector).await;
    let staff = Person::staff(&house).await;
    let person = Person::sign_up(&house.front()).await;
    let product = stock::product(&staff, 990, 100).await;
    person.put(product.id, 1).await;
    let method = person.method(Card::Unavailable).await;
    let traced = within(FAILED_TRACE, &person);
    let answer = traced
        .try_check_out("failed", method)
        .await
        .expect("an answer");
    assert_eq!(answer.status, 503);

    let failed = |it: &Value| it["message"] == "request failed";
    let log = log(&house, Name::Order);
    let lines: Vec<_> = log.iter().filter(|it| failed(it)).collect();
    let [line] = lines.as_slice() else {
        panic!("not one line: {lines:#?}");
    };
    assert_eq!(line["trace_id"], FAILED_TRACE);
    assert_eq!(line["service"], "order");
    assert_eq!(line["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(line["span"]["http.route"], "/api/orders");
    assert_eq!(line["span"]["http.response.status_code"], 503);
    let logged = |spans: &[Span]| spans.iter().any(|it| line["span_id"] == *it.span_id);
    let spans = collector.whole_trace(FAILED_TRACE, ROOT, logged).await;

    // The collector has heard the same.
    let sent = collector
        .line_when(|it| {
            it.body == "request failed"
                && it.trace_id == FAILED_TRACE
                && it.resource["service.name"] == "order"
        })
        .await;
    assert_eq!(sent.resource["service.version"], env!("CARGO_PKG_VERSION"));
    nothing_is_about(&person, &collector, &spans);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_logged_changes_while_a_service_runs() {
    let house = House::open_with("levels", &[(Name::Catalog, "LOG", "info")]).await;
    let front = house.front();
    let address = &house.environment(Name::Catalog)["MANAGEMENT_LISTEN"];
    let management = Url::parse(&format!("http://{address}")).expect("a URL");
    let statements = || {
        let log = log(&house, Name::Catalog);
        log.iter()
            .filter(|it| it["target"] == "sqlx::query")
            .count()
    };
    let look = async || front.get("/api/catalog/products").await.expect(200);

    look().await;
    assert_eq!(statements(), 0);
    let now = Client::new(&management).get("/log").await.expect(200);
    assert_eq!(
        now.body,
        serde_json::json!({ "filter": "info", "until": null })
    );

    for (path, filter) in [
        ("/log", "catalog=loud"),
        ("/log?minutes=0", "debug"),
        ("/log?minutes=1441", "debug"),
    ] {
        let refused = put_log(&management, path, filter).await;
        assert_eq!(refused.status, 422, "{filter}");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
    look().await;
    assert_eq!(statements(), 0);

    let filter = "info,sqlx::query=debug";
    let changed = put_log(&management, "/log?minutes=5", filter).await;
    assert_eq!(changed.expect(200).text("/filter"), filter);
    let now = Client::new(&management).get("/log").await.expect(200);
    assert!(now.text("/until").ends_with('Z'), "{}", now.body);
    look().await;
    assert!(statements() > 0);
    let said = log(&house, Name::Catalog);
    let change = said.iter().find(|it| it["to"] == filter).expect("a line");
    assert_eq!(
        (&change["from"], &change["level"]),
        (&"info".into(), &"WARN".into())
    );

    put_log(&management, "/log", "warn").await.expect(200);
    let before = statements();
    look().await;
    assert_eq!(statements(), before);
}

async fn put_log(management: &Url, path: &str, filter: &str) -> Answer {
    let url = management.join(path).expect("a path");
    let client = reqwest::Client::builder().no_proxy().build();
    let request = client.expect("a client").request(Method::PUT, url);
    let answer = request.body(filter.to_owned()).send().await;
    let answer = answer.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: answer.json().await.expect("JSON"),
    }
}

fn service(span: &Span) -> &str {
    &span.resource["service.name"]
}

/// Whether all of these have. So has the auth service, where somebody needs a new token.
fn has_a_part(services: &[&str], spans: &[Span]) -> bool {
    services
        .iter()
        .all(|name| spans.iter().any(|it| service(it) == *name))
}

/// Whatever was sent, this person is not in it, and neither is what the person typed.
#[track_caller]
fn nothing_is_about(person: &Person, collector: &Collector, spans: &[Span]) {
    let secrets = [
        "4242 4242 4242 4242",
        "4242424242424242",
        "4000 0000 0000 5035",
        "4000000000005035",
        PASSWORD,
        &person.email,
        &person.token,
        &person.refresh_token,
        "Camille",
        "Rambuteau",
        "75001",
    ];
    let holds = |attributes: &BTreeMap<String, String>, name: &str, secret: &str| {
        name.contains(secret) || attributes.values().any(|it| it.contains(secret))
    };
    for secret in secrets {
        let found = spans
            .iter()
            .find(|it| holds(&it.attributes, &it.name, secret));
        assert!(found.is_none(), "{secret} is in {found:#?}");
        let lines = collector.lines();
        let found = lines
            .iter()
            .find(|it| holds(&it.attributes, &it.body, secret));
        assert!(found.is_none(), "{secret} is in {found:#?}");
    }
}
