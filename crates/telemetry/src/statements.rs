//! A span for every SQL statement, made of what sqlx logs when one has ended.

use std::time::{Duration, SystemTime};

use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanKind, TraceContextExt as _, Tracer as _},
};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{Layer, filter::Targets, layer};

use crate::propagation::Service;

/// Gives the current span a child for each statement. Values are never in it: sqlx logs the text, which has
/// placeholders.
#[derive(Debug)]
pub(crate) struct Statements {
    tracer: SdkTracer,
}

const TARGET: &str = "sqlx::query";

impl Statements {
    pub(crate) fn new(tracer: SdkTracer) -> Self {
        Self { tracer }
    }

    /// The events that it is made for, whatever the log shows of them.
    pub(crate) fn filter() -> Targets {
        Targets::new().with_target(TARGET, LevelFilter::DEBUG)
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let ended = SystemTime::now();
        let parent = Context::current();
        // A worker's look for something to do is in no span, and of no interest.
        if !parent.span().span_context().is_sampled() {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        let mut attributes = vec![
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("db.query.text", statement.text()),
        ];
        if let Some(rows) = statement.rows {
            attributes.push(KeyValue::new("db.response.returned_rows", rows));
        }
        if let Some(service) = Service::current() {
            attributes.push(KeyValue::new("service", service.as_str().to_owned()));
        }
        let begun = ended.checked_sub(statement.took).unwrap_or(ended);
        self.tracer
            .span_builder(statement.summary)
            .with_kind(SpanKind::Client)
            .with_start_time(begun)
            .with_attributes(attributes)
            .start_with_context(&self.tracer, &parent)
            .end_with_timestamp(ended);
    }
}

/// The fields of sqlx's event.
#[derive(Default)]
struct Statement {
    /// The first words.
    summary: String,
    /// Empty where the summary is all of it.
    text: String,
    rows: Option<i64>,
    took: Duration,
}

impl Statement {
    /// On one line.
    fn text(&self) -> String {
        let text = if self.text.is_empty() {
            &self.summary
        } else {
            &self.text
        };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => self.summary = value.trim_end_matches(" …").to_owned(),
            "db.statement" => self.text = value.to_owned(),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = i64::try_from(value).ok();
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.took = Duration::try_from_secs_f64(value).unwrap_or_default();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
