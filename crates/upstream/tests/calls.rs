//! Calls to another service, against one that answers as told.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::time::Duration;

use serde::Deserialize;
use telemetry::Metrics;
use upstream::{Credentials, Error, Method, Upstream, header};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_partial_json, header as header_is, method, path, query_param},
};

#[derive(Debug, Deserialize, Eq, PartialEq)]
struct Stock {
    available: u32,
}

fn stock() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(serde_json::json!({ "available": 3 }))
}

fn problem(status: u16, slug: &str) -> ResponseTemplate {
    let kind = format!("urn:comptoir:problem:{slug}");
    ResponseTemplate::new(status)
        .set_body_json(serde_json::json!({ "type": kind, "title": "No", "status": status }))
}

fn catalog(server: &MockServer) -> Upstream {
    let base = server.uri().parse().unwrap();
    Upstream::new("catalog", base, Duration::from_millis(500)).unwrap()
}

fn token(server: &MockServer) -> upstream::ServiceToken {
    let credentials = Credentials {
        auth_url: server.uri().parse().unwrap(),
        service_secret: "secret".into(),
    };
    credentials.token(&credentials.auth().unwrap(), "cart", "catalog", "products")
}

#[tokio::test]
async fn a_query_is_kept() {
    let server = MockServer::start().await;
    Mock::given(path("/stock"))
        .and(query_param("id", "7"))
        .respond_with(stock())
        .mount(&server)
        .await;
    let answer: Stock = catalog(&server).get("/stock?id=7").await.unwrap();
    assert_eq!(answer, Stock { available: 3 });
}

#[tokio::test]
async fn what_does_no_harm_twice_is_repeated_and_a_post_is_not() {
    let server = MockServer::start().await;
    Mock::given(path("/stock"))
        .respond_with(problem(503, "unavailable"))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(path("/stock"))
        .respond_with(stock())
        .mount(&server)
        .await;
    assert!(catalog(&server).get::<Stock>("/stock").await.is_ok());

    Mock::given(method("POST"))
        .and(path("/sales"))
        .respond_with(problem(503, "unavailable"))
        .expect(1)
        .mount(&server)
        .await;
    let answer = catalog(&server).post::<Stock>("/sales", &()).await;
    assert!(answer.unwrap_err().refusal().is_none());
}

#[tokio::test]
async fn a_refusal_is_told_from_an_unknown_outcome() {
    let server = MockServer::start().await;
    Mock::given(path("/refused"))
        .respond_with(problem(409, "out-of-stock"))
        .mount(&server)
        .await;
    Mock::given(path("/failed"))
        .respond_with(problem(500, "internal"))
        .mount(&server)
        .await;
    Mock::given(path("/busy"))
        .respond_with(problem(429, "too-many-requests"))
        .mount(&server)
        .await;
    Mock::given(path("/slow"))
        .respond_with(stock().set_delay(Duration::from_secs(2)))
        .mount(&server)
        .await;
    Mock::given(path("/nonsense"))
        .respond_with(ResponseTemplate::new(404).set_body_string("<html>"))
        .mount(&server)
        .await;

    let catalog = catalog(&server);
    let refused = catalog.post::<Stock>("/refused", &()).await.unwrap_err();
    assert!(refused.is("out-of-stock"), "{refused}");
    for unknown in ["/failed", "/busy", "/slow", "/nonsense"] {
        let error = catalog.post::<Stock>(unknown, &()).await.unwrap_err();
        assert!(error.refusal().is_none(), "{unknown}: {error}");
    }
}

#[tokio::test]
async fn a_service_that_is_gone_is_unavailable() {
    let server = MockServer::start().await;
    let catalog = catalog(&server);
    drop(server);
    let error = catalog.get::<Stock>("/stock").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

/// How many calls of each outcome, and the state of the breaker, as a scrape shows them.
fn figures(metrics: &Metrics) -> (Vec<String>, String) {
    let text = metrics.render().unwrap();
    let lines = |name: &str| -> Vec<String> {
        let found = text.lines().filter(|it| it.starts_with(name));
        let found = found.filter(|it| it.contains(r#"target="catalog""#));
        found.map(ToOwned::to_owned).collect()
    };
    let outcomes = lines("upstream_call_duration_seconds_count").into_iter();
    let outcomes = outcomes.map(|it| {
        let outcome = it.split('"').nth(1).unwrap().to_owned();
        format!("{outcome} {}", it.rsplit(' ').next().unwrap())
    });
    let breaker = lines("upstream_breaker_state").join(" ");
    let breaker = breaker.rsplit(' ').next().unwrap().to_owned();
    (outcomes.collect(), breaker)
}

#[tokio::test]
async fn calls_are_measured_by_their_outcome() {
    let server = MockServer::start().await;
    for (name, answer) in [
        ("/stock", stock()),
        ("/refused", problem(404, "not-found")),
        ("/failed", problem(500, "internal")),
        (
            "/nonsense",
            ResponseTemplate::new(502).set_body_string("<html>"),
        ),
    ] {
        let mock = Mock::given(path(name)).respond_with(answer);
        mock.mount(&server).await;
    }
    let metrics = Metrics::new("cart").unwrap();
    let catalog = catalog(&server).guarded(&metrics).unwrap();
    let none = ["failed 0", "ok 0", "open 0", "refused 0", "unavailable 0"];
    assert_eq!(
        figures(&metrics),
        (none.map(String::from).into(), "0".into())
    );

    catalog.get::<Stock>("/stock").await.unwrap();
    catalog.get::<Stock>("/stock").await.unwrap();
    catalog
        .request(Method::GET, "/stock")
        .send_for_nothing()
        .await
        .unwrap();
    for wrong in ["/refused", "/failed", "/nonsense"] {
        catalog.get::<Stock>(wrong).await.unwrap_err();
    }
    let some = ["failed 1", "ok 3", "open 0", "refused 1", "unavailable 1"];
    assert_eq!(
        figures(&metrics),
        (some.map(String::from).into(), "0".into())
    );
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_left_alone_for_a_second() {
    let server = MockServer::start().await;
    let slow = stock().set_delay(Duration::from_millis(250));
    Mock::given(path("/slow"))
        .respond_with(slow)
        .mount(&server)
        .await;
    Mock::given(path("/refused"))
        .respond_with(problem(503, "outcome-unknown"))
        .mount(&server)
        .await;
    Mock::given(path("/stock"))
        .respond_with(stock())
        .mount(&server)
        .await;
    let metrics = Metrics::new("cart").unwrap();
    let catalog = catalog(&server).guarded(&metrics).unwrap();
    let hasty = catalog.clone().with_deadline(Duration::from_millis(20));

    // A service that says that it cannot do something is there.
    for _ in 0..20 {
        let error = catalog.post::<Stock>("/refused", &()).await.unwrap_err();
        assert!(matches!(error, Error::Problem { .. }), "{error}");
    }
    for _ in 0..10 {
        let error = hasty.post::<Stock>("/slow", &()).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    }
    let error = catalog.get::<Stock>("/stock").await.unwrap_err();
    assert!(
        matches!(error, Error::Open { service: "catalog" }),
        "{error}"
    );
    assert!(error.refusal().is_none());
    let asked = server.received_requests().await.unwrap();
    assert!(!asked.iter().any(|it| it.url.path() == "/stock"));
    let counts = ["failed 20", "ok 0", "open 1", "refused 0", "unavailable 10"];
    assert_eq!(
        figures(&metrics),
        (counts.map(String::from).into(), "2".into())
    );

    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(figures(&metrics).1, "1");
    catalog.get::<Stock>("/stock").await.unwrap();
    assert_eq!(figures(&metrics).1, "0");
}

#[tokio::test]
async fn nonsense_is_an_answer_unless_a_proxy_gives_it_for_a_service_that_is_not_there() {
    for (status, state) in [(404, "0"), (413, "0"), (500, "0"), (502, "2"), (504, "2")] {
        let server = MockServer::start().await;
        Mock::given(path("/nonsense"))
            .respond_with(ResponseTemplate::new(status).set_body_string("<html>"))
            .mount(&server)
            .await;
        let metrics = Metrics::new("cart").unwrap();
        let catalog = catalog(&server).guarded(&metrics).unwrap();
        for _ in 0..10 {
            let error = catalog.post::<Stock>("/nonsense", &()).await.unwrap_err();
            let Error::Unavailable { source, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!(source.status().map(|it| it.as_u16()), Some(status));
        }
        assert_eq!(figures(&metrics).1, state, "{status}");
    }
}

#[test]
fn a_service_is_guarded_once() {
    let metrics = Metrics::new("cart").unwrap();
    let catalog = || {
        let base = "http://127.0.0.1:9".parse().unwrap();
        Upstream::new("catalog", base, Duration::from_secs(1)).unwrap()
    };
    catalog().guarded(&metrics).unwrap();
    assert!(catalog().guarded(&metrics).is_err());
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_when_it_is_refused() {
    let server = MockServer::start().await;
    Mock::given(path("/internal/token"))
        .and(body_partial_json(serde_json::json!({
            "client_id": "cart", "client_secret": "secret", "audience": "catalog", "scope": "products",
        })))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            serde_json::json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 300 }),
        ))
        .expect(2)
        .mount(&server)
        .await;
    Mock::given(path("/stock"))
        .and(header_is("authorization", "Bearer t"))
        .respond_with(stock())
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(path("/stock"))
        .respond_with(problem(401, "unauthenticated"))
        .up_to_n_times(1)
        .mount(&server)
        .await;

    let catalog = catalog(&server).with_token(token(&server));
    catalog.get::<Stock>("/stock").await.unwrap();
    catalog.get::<Stock>("/stock").await.unwrap();
    assert_eq!(token_calls(&server).await, 1);

    Mock::given(path("/stock"))
        .and(header_is("authorization", "Bearer t"))
        .respond_with(stock())
        .mount(&server)
        .await;
    catalog.get::<Stock>("/stock").await.unwrap();
    assert_eq!(token_calls(&server).await, 2);
}

#[tokio::test]
async fn a_call_without_a_token_is_not_made_and_nobody_takes_it_for_a_refusal() {
    for (status, millis, tells_why) in [
        (401, 200, true),
        (503, 200, true),
        // Longer than the call may take.
        (503, 2000, false),
    ] {
        let server = MockServer::start().await;
        let answer = problem(status, "no").set_delay(Duration::from_millis(millis));
        Mock::given(path("/internal/token"))
            .respond_with(answer)
            .mount(&server)
            .await;
        let catalog = catalog(&server).with_token(token(&server));
        let (one, other) = tokio::join!(
            catalog.get::<Stock>("/stock"),
            catalog.get::<Stock>("/stock")
        );
        for error in [one.unwrap_err(), other.unwrap_err()] {
            let Error::NoToken { service, source } = &error else {
                panic!("{error}");
            };
            assert_eq!((*service, source.is_some()), ("catalog", tells_why));
            assert!(error.refusal().is_none());
        }
        let asked = server.received_requests().await.unwrap();
        assert_eq!(asked.len(), 1, "one fetch, and no call: {asked:?}");
    }
}

async fn token_calls(server: &MockServer) -> usize {
    let calls = server.received_requests().await.unwrap();
    let calls = calls.iter().filter(|it| it.url.path() == "/internal/token");
    calls.count()
}

#[tokio::test]
async fn a_call_for_a_user_carries_what_was_put_into_it() {
    let server = MockServer::start().await;
    Mock::given(method("PATCH"))
        .and(path("/stock"))
        .and(query_param("q", "thé & café"))
        .and(header_is("authorization", "Bearer of-the-user"))
        .and(header_is("accept-language", "fr"))
        .and(body_partial_json(serde_json::json!({ "available": 4 })))
        .respond_with(stock().insert_header("x-cart-token", "a-guest"))
        .expect(1)
        .mount(&server)
        .await;
    let (answer, headers): (Stock, _) = catalog(&server)
        .request(Method::PATCH, "/stock")
        .query(&[("q", "thé & café")])
        .bearer("of-the-user")
        .header(header::ACCEPT_LANGUAGE, "fr")
        .json(&serde_json::json!({ "available": 4 }))
        .send_for_headers()
        .await
        .unwrap();
    assert_eq!(answer, Stock { available: 3 });
    assert_eq!(headers["x-cart-token"], "a-guest");
}

#[tokio::test]
async fn an_answer_without_a_body_is_one_to_those_who_want_none() {
    let server = MockServer::start().await;
    Mock::given(path("/session"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&server)
        .await;
    let catalog = catalog(&server);
    let call = || catalog.request(Method::DELETE, "/session");
    call().send_for_nothing().await.unwrap();
    let error = call().send::<Stock>().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn what_was_looked_for_is_not_in_an_error() {
    let nobody = "http://127.0.0.1:9".parse().unwrap();
    let catalog = Upstream::new("catalog", nobody, Duration::from_millis(500)).unwrap();
    let call = catalog
        .request(Method::GET, "/products")
        .query(&[("q", "private")]);
    let error = call.send::<Stock>().await.unwrap_err();
    assert!(!format!("{error:?}").contains("private"), "{error:?}");
}
