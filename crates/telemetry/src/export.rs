//! Where traces and logs go besides the standard output.

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::{Resource, logs::SdkLoggerProvider, trace::SdkTracerProvider};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry,
    filter::{FilterExt as _, filter_fn},
    reload,
};
use url::Url;
use uuid::Uuid;

use crate::{BUILD, BoxedLayer, Recent, sampling};

/// What this process says of itself with everything that it sends.
pub(crate) fn resource(service: &'static str) -> Resource {
    Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.version", BUILD.version))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            Uuid::new_v4().to_string(),
        ))
        .build()
}

/// Without a collector, spans still get ids, which log lines show and calls pass on.
pub(crate) fn traces(
    endpoint: Option<&Url>,
    resource: Resource,
    ratio: f64,
    recent: Recent,
) -> anyhow::Result<SdkTracerProvider> {
    let mut provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(sampling::by_parent(ratio))
        .with_span_processor(recent);
    if let Some(endpoint) = endpoint {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint.as_str())
            .build()
            .context("cannot set up the trace exporter")?;
        provider = provider.with_batch_exporter(exporter);
    }
    Ok(provider.build())
}

pub(crate) fn logs(endpoint: &Url, resource: Resource) -> anyhow::Result<SdkLoggerProvider> {
    let exporter = opentelemetry_otlp::LogExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint.as_str())
        .build()
        .context("cannot set up the log exporter")?;
    Ok(SdkLoggerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(exporter)
        .build())
}

/// What the exporters themselves log would be sent, which they log, and so on.
const EXPORTERS: [&str; 5] = ["h2", "hyper", "opentelemetry", "tonic", "tower"];

/// Sends what is logged, each with the ids of its trace and span.
pub(crate) fn log_layer(
    logs: &SdkLoggerProvider,
    filter: reload::Layer<EnvFilter, Registry>,
) -> BoxedLayer {
    let of_the_shop = filter_fn(|it| !EXPORTERS.iter().any(|by| it.target().starts_with(by)));
    OpenTelemetryTracingBridge::new(logs)
        .with_filter(filter.and(of_the_shop))
        .boxed()
}
