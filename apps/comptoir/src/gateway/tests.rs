//! The gateway between a client and services that say what they were asked.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::*;

fn services() -> Services {
    let url = |name: &str| Url::parse(&format!("http://{name}.test")).unwrap();
    Services {
        auth: url("auth"),
        catalog: url("catalog"),
        cart: url("cart"),
        payment: url("payment"),
        order: url("order"),
        storefront: url("storefront"),
    }
}

fn owner(path: &str) -> Option<String> {
    let services = services();
    let owner = services.owner(path)?.host_str().unwrap().to_owned();
    Some(owner.trim_end_matches(".test").to_owned())
}

#[test]
fn each_path_has_one_owner() {
    for (path, expected) in [
        ("/", "storefront"),
        ("/products/blue-mug", "storefront"),
        ("/products/th%C3%A9-vert", "storefront"),
        ("/api/docs", "storefront"),
        ("/api/authority", "storefront"),
        ("/api/auth/login", "auth"),
        ("/.well-known/jwks.json", "auth"),
        ("/api/catalog/products", "catalog"),
        ("/api/cart", "cart"),
        ("/api/cart/items/1", "cart"),
        ("/api/payments/methods", "payment"),
        ("/api/payment/openapi.json", "payment"),
        ("/api/orders", "order"),
        ("/api/order/openapi.json", "order"),
    ] {
        assert_eq!(owner(path).as_deref(), Some(expected), "{path}");
    }
}

#[test]
fn internal_routes_have_none_however_they_are_written() {
    for path in [
        "/internal",
        "/internal/token",
        "//internal/token",
        "/%69nternal/token",
        "/internal%2Ftoken",
        "/%2Finternal/token",
        "/%2e%2e/internal/token",
        "/./internal/token",
        "/api/auth/../../internal/token",
        "/api/auth/..%2f..%2finternal/token",
        "/api/auth/%2e%2e/%2E%2E/internal/token",
        "/api/auth/.%2e/internal/token",
        "/api/auth\\..\\..\\internal\\token",
        "/api/auth/%5c..%5cinternal",
        "/%2569nternal/token",
        "/api/auth/%00",
        "/api/auth/%zz",
        "/api/auth/%2",
        "internal/token",
    ] {
        assert_eq!(owner(path), None, "{path}");
    }
}

/// Says what it was asked.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
        .collect();
    let status = request
        .uri()
        .query()
        .and_then(|it| it.strip_prefix("status="));
    let status = status.map_or(200, |it| it.parse().unwrap());
    let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    answer
        .insert_header(("x-service", "echo"))
        .append_header((header::SET_COOKIE, "a=1"))
        .append_header((header::SET_COOKIE, "b=2"));
    if status == 204 {
        return answer.finish();
    }
    answer.json(json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "headers": headers,
        "body": String::from_utf8(body.to_vec()).unwrap(),
    }))
}

fn loopback() -> (TcpListener, Url) {
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    (listener, url)
}

struct Front {
    url: Url,
    client: reqwest::Client,
    gateway: Gateway,
}

/// A gateway in front of a service that says what it was asked; nobody is where payment should be.
fn front() -> Front {
    let (listener, url) = loopback();
    let server = HttpServer::new(|| App::new().default_service(web::to(echo)))
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
    tokio::spawn(server);
    let (free, nobody) = loopback();
    drop(free);
    let services = Services {
        auth: url.clone(),
        catalog: url.clone(),
        cart: url.clone(),
        payment: nobody,
        order: url.clone(),
        storefront: url,
    };
    let (listener, url) = loopback();
    let client = reqwest::Client::builder()
        .timeout(DEADLINE)
        .build()
        .unwrap();
    Front {
        url,
        client,
        gateway: open(listener, services).unwrap(),
    }
}

impl Front {
    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = self.url.join(path).unwrap();
        self.client.request(method.parse().unwrap(), url)
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let front = front();
    let answer = front
        .request("PUT", "/api/cart/items/1?note=a%20b%2Fc")
        .header("authorization", "Bearer token")
        .header("x-cart-token", "guest")
        .header(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )
        .body("two of them")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-service"], "echo");
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(seen["method"], "PUT");
    assert_eq!(seen["uri"], "/api/cart/items/1?note=a%20b%2Fc");
    assert_eq!(seen["body"], "two of them");
    assert_eq!(seen["headers"]["authorization"], "Bearer token");
    assert_eq!(seen["headers"]["x-cart-token"], "guest");
    assert_eq!(
        seen["headers"]["traceparent"],
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    );
    front.gateway.stop().await.unwrap();
}

#[tokio::test]
async fn a_client_cannot_say_who_it_is() {
    let front = front();
    let answer = front
        .request("GET", "/api/auth/me")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-host", "evil.example")
        .header("x-real-ip", "203.0.113.7")
        .header("forwarded", "for=203.0.113.7")
        .header("connection", "x-hop")
        .header("x-hop", "for the gateway only")
        .send()
        .await
        .unwrap();
    let seen: Value = answer.json().await.unwrap();
    let host = format!("127.0.0.1:{}", front.url.port().unwrap());
    assert_eq!(seen["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(seen["headers"]["x-forwarded-host"], host);
    assert_eq!(seen["headers"]["x-forwarded-proto"], "http");
    for dropped in ["x-real-ip", "forwarded", "x-hop"] {
        assert_eq!(seen["headers"][dropped], Value::Null, "{dropped}");
    }
}

#[tokio::test]
async fn answers_without_a_body_have_none() {
    let front = front();
    let head = front.request("HEAD", "/").send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_ne!(head.headers()["content-length"], "0");
    let deleted = front
        .request("DELETE", "/api/auth/me?status=204")
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(deleted.bytes().await.unwrap(), "");
    // A refusal is passed on as it is.
    let refused = front
        .request("POST", "/api/orders?status=409")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 409);
}

#[tokio::test]
async fn a_service_that_is_away_is_a_problem_of_ours() {
    let front = front();
    let answer = front
        .request("GET", "/api/payments/methods")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "urn:comptoir:problem:bad-gateway");
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let front = front();
    let body = "x".repeat(BODY_LIMIT + 1);
    let answer = front
        .request("POST", "/api/orders")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "urn:comptoir:problem:too-large");
}
