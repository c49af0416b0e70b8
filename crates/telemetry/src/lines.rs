//! How a log line looks.

use std::fmt;

use chrono::{SecondsFormat, Utc};
use opentelemetry::{Context, trace::TraceContextExt as _};
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
    },
    registry::LookupSpan,
};

use crate::{BUILD, propagation::Service};

/// One JSON object a line, in which a machine finds trace, span, service and version at the top.
#[derive(Debug)]
pub(crate) struct JsonLines {
    /// Whose lines these are, outside of spans that say so themselves.
    pub(crate) service: &'static str,
}

impl<S> FormatEvent<S, JsonFields> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let mut line = Fields::default();
        line.put(
            "timestamp",
            Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        line.put("level", metadata.level().as_str());
        line.put("target", metadata.target());
        line.put("version", BUILD.version);
        let of_span = Service::current();
        let service = of_span.as_ref().map_or(self.service, Service::as_str);
        line.put("service", service);
        Context::map_current(|it| {
            let span = it.span();
            let ids = span.span_context();
            if ids.is_valid() {
                line.put("trace_id", ids.trace_id().to_string());
                line.put("span_id", ids.span_id().to_string());
            }
        });
        if let Some(file) = metadata.file() {
            let at = metadata.line().unwrap_or_default();
            line.put("at", format!("{file}:{at}"));
        }
        if let Some(span) = context.parent_span() {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<JsonFields>>();
            let mut fields: Map<String, Value> = fields
                .and_then(|it| serde_json::from_str(it).ok())
                .unwrap_or_default();
            fields.insert("name".to_owned(), span.name().into());
            line.put("span", fields);
        }
        // What the event says of itself, as of which service it is, counts for more.
        event.record(&mut line);
        let text = serde_json::to_string(&line.0).map_err(|_not_for_fmt| fmt::Error)?;
        writeln!(writer, "{text}")
    }
}

/// The object that becomes the line.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}"));
    }
}
