//! One span, one measurement and at most one error line for every request.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web,
};
use opentelemetry::trace::TraceContextExt as _;
use tracing::{Instrument as _, Span, error, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{Metrics, propagation};

/// The route of a request that has none.
const UNMATCHED: &str = "unmatched";

/// Middleware, for `actix_web::middleware::from_fn`.
pub async fn observe(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    // Counted until it is dropped, which is also how a request ends whose client went away.
    let _in_flight = metrics.begin();
    let span = request_span(&request, metrics.service());
    let method = bounded(request.method());

    let response = next.call(request).instrument(span.clone()).await?;

    // Routes are few; raw paths hold ids and would make a time series each.
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| UNMATCHED.to_owned());
    let status = response.status();
    // By the field `otel.name` only a span that has not begun gets its name.
    let context = span.context();
    context.span().update_name(format!("{method} {route}"));
    span.record("http.route", &route);
    span.record("http.response.status_code", status.as_u16());
    if route != UNMATCHED {
        // What leads nowhere may be anything, as what somebody typed in the wrong place.
        span.record("url.path", response.request().path());
    }
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
    if let Some(error) = response
        .response()
        .error()
        .filter(|_| status.is_server_error())
    {
        span.in_scope(|| error!(%error, "request failed"));
    }
    metrics.observe(method, &route, status.as_str(), started.elapsed());
    Ok(response)
}

/// The method, under the name that OpenTelemetry gives to all that are not well known: clients may invent
/// any, and each would be a time series.
fn bounded(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

fn request_span(request: &ServiceRequest, service: &str) -> Span {
    let span = info_span!(
        "request",
        service,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %request.method(),
        http.route = Empty,
        http.response.status_code = Empty,
        url.path = Empty,
        error.type = Empty,
        trace_id = Empty,
    );
    propagation::begin(&span, propagation::extract(request.headers()), service);
    span
}
