//! What a span keeps of a request. The only test of its process: whether spans are made is decided for all of them.

use actix_web::{
    App, HttpResponse,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, init_service, try_call_service},
    web,
};
use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use telemetry::{Metrics, Recent};
use tracing_subscriber::layer::SubscriberExt as _;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[actix_web::test]
async fn a_span_keeps_little_of_what_a_client_sends() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let recent = Recent::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(recent.clone())
        .build();
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(spans));
    let app = App::new()
        .app_data(web::Data::new(Metrics::new("demo").unwrap()))
        .route("/things/{name}", web::to(HttpResponse::Ok))
        .wrap(from_fn(telemetry::observe));
    let app = init_service(app).await;
    let request = TestRequest::with_uri(&format!("/things/{}", "x".repeat(60_000)))
        .method(Method::from_bytes(&[b'X'; 30_000]).unwrap())
        .insert_header(("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01")))
        .insert_header(("tracestate", format!("a={}", "b".repeat(200))));
    try_call_service(&app, request.to_request()).await.unwrap();

    let told = recent.trace("demo", TRACE);
    let [span] = told.as_slice() else {
        panic!("{told:?}");
    };
    let path = &span.attributes["url.path"];
    assert!(
        path.starts_with("/things/xxx") && path.len() == 200,
        "{path}"
    );
    assert_eq!(span.attributes["http.request.method"], "_OTHER");
    let kept = format!("{recent:?}");
    assert!(kept.len() < 5000, "{} bytes", kept.len());
    assert!(!kept.contains("bbb"), "{kept}");
}
