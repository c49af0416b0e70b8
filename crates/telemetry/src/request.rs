//! One span, one measurement and at most one error line for every request.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode},
    middleware::Next,
    web,
};
use opentelemetry::trace::TraceContextExt as _;
use tracing::{Instrument as _, Span, error, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{Metrics, propagation};

/// The route of a request that has none.
const UNMATCHED: &str = "unmatched";
/// A span keeps so many bytes of a path, which a client may make as long as it likes.
const PATH_LIMIT: usize = 200;

/// Middleware, for `actix_web::middleware::from_fn`.
pub async fn observe(
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    // Counted until it is dropped, which is also how a request ends whose client went away.
    let _in_flight = metrics.begin();
    let method = bounded(request.method());
    let span = request_span(&request, method, metrics.service());
    // For an error that leaves no request to ask.
    let by_path = request.match_pattern();

    let answer = next.call(request).instrument(span.clone()).await;

    let (route, status, error) = match &answer {
        Ok(response) => (
            response.request().match_pattern(),
            response.status(),
            response.response().error(),
        ),
        Err(error) => (
            by_path,
            error.as_response_error().status_code(),
            Some(error),
        ),
    };
    // Routes are few; raw paths hold ids and would make a time series each.
    let route = route.unwrap_or_else(|| UNMATCHED.to_owned());
    if let Ok(response) = &answer
        && route != UNMATCHED
    {
        // What leads nowhere may be anything, as what somebody typed in the wrong place.
        span.record("url.path", beginning(response.request().path()));
    }
    tell(&span, method, &route, status, error);
    metrics.observe(method, &route, status.as_str(), started.elapsed());
    answer
}

/// Records what became of a request, and logs why it failed.
fn tell(span: &Span, method: &str, route: &str, status: StatusCode, error: Option<&Error>) {
    // By the field `otel.name` only a span that has not begun gets its name.
    let context = span.context();
    context.span().update_name(format!("{method} {route}"));
    span.record("http.route", route);
    span.record("http.response.status_code", status.as_u16());
    if !status.is_server_error() {
        return;
    }
    span.record("otel.status_code", "ERROR");
    span.record("error.type", status.as_str());
    if let Some(error) = error {
        span.in_scope(|| error!(%error, "request failed"));
    }
}

fn beginning(path: &str) -> &str {
    let end = path.floor_char_boundary(PATH_LIMIT);
    path.get(..end).unwrap_or(path)
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

fn request_span(request: &ServiceRequest, method: &str, service: &str) -> Span {
    let span = info_span!(
        "request",
        service,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        url.path = Empty,
        error.type = Empty,
        trace_id = Empty,
    );
    propagation::begin(&span, propagation::extract(request.headers()), service);
    span
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App, HttpResponse,
        error::ErrorServiceUnavailable,
        middleware::from_fn,
        test::{TestRequest, init_service, try_call_service},
    };

    use super::*;

    async fn broken(
        _: ServiceRequest,
        _: Next<impl MessageBody>,
    ) -> Result<ServiceResponse, Error> {
        Err(ErrorServiceUnavailable("broken"))
    }

    #[actix_web::test]
    async fn an_error_of_a_middleware_is_measured_under_its_route() {
        let metrics = Metrics::new("demo").unwrap();
        let app = App::new()
            .app_data(web::Data::new(metrics.clone()))
            .route("/things/{name}", web::to(HttpResponse::Ok))
            .wrap(from_fn(broken))
            .wrap(from_fn(observe));
        let app = init_service(app).await;
        let request = TestRequest::with_uri("/things/one").to_request();
        assert!(try_call_service(&app, request).await.is_err());
        let text = metrics.render().unwrap();
        let labels = r#"method="GET",route="/things/{name}",status="503",service="demo""#;
        assert!(text.contains(labels), "{text}");
    }
}
