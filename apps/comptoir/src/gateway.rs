//! The one public port: passes each request to the service that owns its path.
//!
//! It does what an Ingress does on Kubernetes, with the same table, so that the shop is the same
//! everywhere. Nothing is ever sent twice: whether a request may be repeated is for the client to say.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::{StatusCode, header},
    web,
};
use anyhow::Context as _;
use problem::Problem;
use tokio::task::JoinHandle;
use url::Url;

/// Where the services are.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) auth: Url,
    pub(crate) catalog: Url,
    pub(crate) cart: Url,
    pub(crate) payment: Url,
    pub(crate) order: Url,
    pub(crate) storefront: Url,
}

/// The gateway while it is open.
#[derive(Debug)]
pub(crate) struct Gateway {
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

struct State {
    services: Services,
    client: reqwest::Client,
}

/// More than any request of ours; a service has a smaller limit of its own.
const BODY_LIMIT: usize = 1024 * 1024;
/// How long a request may take to arrive, and how long its answer may take to come and go.
const DEADLINE: Duration = Duration::from_secs(30);
/// Below the services' keep-alive of five seconds: a connection is let go before they close it.
const IDLE: Duration = Duration::from_secs(4);
/// How long requests under way may take to finish when the shop closes, in seconds.
const DRAIN: u64 = 15;

/// Opens the gateway on `listener`.
pub(crate) fn open(listener: TcpListener, services: Services) -> anyhow::Result<Gateway> {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(DEADLINE)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()
        .context("cannot set up the gateway's client")?;
    let state = web::Data::new(State { services, client });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .default_service(web::to(pass))
    })
    .workers(2)
    .disable_signals()
    .shutdown_timeout(DRAIN)
    .listen(listener)?
    .run();
    Ok(Gateway {
        handle: server.handle(),
        task: tokio::spawn(server),
    })
}

/// Takes the port, so that a shop that cannot have it says so at once.
pub(crate) fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| match address.port() {
        0 => format!(
            "cannot listen on {}; name another address with --listen",
            address.ip()
        ),
        port => format!(
            "cannot listen on {address}; if another program has port {port}, name another one with \
             --port"
        ),
    })
}

impl Gateway {
    /// Takes no more requests, finishes those under way, and stops.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        self.task
            .await
            .context("the gateway panicked")?
            .context("the gateway failed")
    }
}

impl Services {
    /// The service that owns `path`, as it is written in the request; none where it is not routed.
    fn owner(&self, path: &str) -> Option<&Url> {
        if !is_plain(path) {
            return None;
        }
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        // For the services among themselves, even if it begins with two slashes.
        if segments.iter().find(|it| !it.is_empty()) == Some(&"internal") {
            return None;
        }
        Some(match segments.as_slice() {
            ["api", "auth", ..] | [".well-known", "jwks.json"] => &self.auth,
            ["api", "catalog", ..] => &self.catalog,
            ["api", "cart", ..] => &self.cart,
            ["api", "payment" | "payments", ..] => &self.payment,
            ["api", "order" | "orders", ..] => &self.order,
            _ => &self.storefront,
        })
    }
}

/// Whether everybody reads the same from `path`. What could be taken for something else further on has
/// no place in a path of ours: dot segments, backslashes, and escapes of characters that need none
/// (RFC 3986 section 6.2.2.2) or that would be a separator.
fn is_plain(path: &str) -> bool {
    let mut rest = path;
    while let Some((_, escape)) = rest.split_once('%') {
        let byte = escape
            .get(..2)
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match byte {
            Some(byte) if !byte.is_ascii_alphanumeric() && !byte.is_ascii_control() => {
                if b"-._~/\\%".contains(&byte) {
                    return false;
                }
            }
            _ => return false,
        }
        rest = escape;
    }
    path.starts_with('/')
        && !path.contains('\\')
        && path.split('/').all(|it| !matches!(it, "." | ".."))
}

/// What is about one connection and not about the message (RFC 9110 section 7.6.1), and what a proxy
/// says itself.
fn is_of_the_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "content-length"
            | "expect"
            | "forwarded"
            | "host"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "x-real-ip"
    ) || name.starts_with("x-forwarded-")
}

/// The names that a `Connection` header adds to those.
fn named_by_connection<'a>(values: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    values
        .filter_map(|it| std::str::from_utf8(it).ok())
        .flat_map(|it| it.split(','))
        .map(|it| it.trim().to_ascii_lowercase())
        .collect()
}

async fn pass(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let mut url = state
        .services
        .owner(request.uri().path())
        .ok_or_else(no_such_route)?
        .clone();
    url.set_path(request.uri().path());
    url.set_query(request.uri().query());
    // What was checked is what is sent.
    if url.path() != request.uri().path() {
        return Err(no_such_route());
    }

    let body = tokio::time::timeout(DEADLINE, body.to_bytes_limited(BODY_LIMIT))
        .await
        .map_err(|_elapsed| request_timeout())?
        .map_err(|_too_large| too_large())?
        .map_err(|error| incomplete().detail(error.to_string()))?;

    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes())
        .map_err(Problem::internal)?;
    let mut outgoing = state.client.request(method, url);
    let dropped = named_by_connection(
        request
            .headers()
            .get_all(header::CONNECTION)
            .map(|it| it.as_bytes()),
    );
    for (name, value) in request.headers() {
        if !is_of_the_hop(name.as_str()) && !dropped.iter().any(|it| it == name.as_str()) {
            outgoing = outgoing.header(name.as_str(), value.as_bytes());
        }
    }
    outgoing = outgoing.header("x-forwarded-proto", "http");
    // The client's own word about this is not passed on: the auth service counts failures by it.
    if let Some(peer) = request.peer_addr() {
        outgoing = outgoing.header("x-forwarded-for", peer.ip().to_string());
    }
    if let Some(host) = request.headers().get(header::HOST) {
        outgoing = outgoing.header("x-forwarded-host", host.as_bytes());
    }
    if !body.is_empty() || request.headers().contains_key(header::CONTENT_LENGTH) {
        outgoing = outgoing.body(body);
    }
    let answer = outgoing.send().await.map_err(not_answered)?;
    Ok(answered(answer))
}

fn answered(answer: reqwest::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    let dropped = named_by_connection(
        answer
            .headers()
            .get_all("connection")
            .iter()
            .map(|it| it.as_bytes()),
    );
    for (name, value) in answer.headers() {
        if !is_of_the_hop(name.as_str()) && !dropped.iter().any(|it| it == name.as_str()) {
            response.append_header((name.as_str(), value.as_bytes()));
        }
    }
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if bodiless {
        return response.finish();
    }
    // The header, and not what is to be read: an answer to HEAD has a length and no body.
    let length = answer.headers().get("content-length");
    if let Some(length) = length.and_then(|it| it.to_str().ok()?.parse().ok()) {
        response.no_chunking(length);
    }
    response.streaming(answer.bytes_stream())
}

fn no_such_route() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no-such-route", "No such route")
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "Request too large",
    )
    .detail(format!("at most {BODY_LIMIT} bytes"))
}

fn request_timeout() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "request-timeout",
        "The request took too long to arrive",
    )
}

fn incomplete() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "incomplete-request",
        "The request did not arrive whole",
    )
}

fn not_answered(error: reqwest::Error) -> Problem {
    let problem = if error.is_timeout() && !error.is_connect() {
        Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "gateway-timeout",
            "The service took too long to answer",
        )
    } else {
        Problem::new(
            StatusCode::BAD_GATEWAY,
            "bad-gateway",
            "The service did not answer",
        )
    };
    // Without the URL, whose query may hold what somebody searched for.
    let error = error.without_url();
    let cause: &dyn std::error::Error = &error;
    tracing::warn!(cause, "a service did not answer");
    problem
}

#[cfg(test)]
mod tests;
