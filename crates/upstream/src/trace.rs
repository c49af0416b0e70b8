//! The span of a call.

use reqwest::{Client, Error, Request, Response};
use tracing::{Instrument as _, field::Empty, info_span};

/// Sends `request` to `peer` as a span of its own, which the other side continues.
///
/// Its path is in no attribute, for it may hold what nobody but the other side may know, unless the caller
/// says by `template` what it looks like.
pub async fn execute(
    client: &Client,
    peer: &str,
    template: Option<&str>,
    mut request: Request,
) -> Result<Response, Error> {
    let method = request.method().as_str();
    let name = match template {
        Some(template) => format!("{method} {template}"),
        None => method.to_owned(),
    };
    let span = info_span!(
        "call",
        service = telemetry::service(),
        otel.name = name,
        otel.kind = "client",
        otel.status_code = Empty,
        peer.service = peer,
        http.request.method = method,
        http.response.status_code = Empty,
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default(),
        url.template = template,
        error.type = Empty,
    );
    span.in_scope(|| telemetry::inject(request.headers_mut()));
    let result = client.execute(request).instrument(span.clone()).await;
    match &result {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            // To a server its 4xx answers are no failures; to who asked they are.
            if status.is_client_error() || status.is_server_error() {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", status.as_str());
            }
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", kind(error));
        }
    }
    result
}

/// One of few words: the error itself may name more than may be told.
fn kind(error: &Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "broken"
    }
}
