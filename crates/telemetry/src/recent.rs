//! The last spans of this process, for those who have nothing else to look at them with.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Context, TraceId,
    trace::{SpanId, SpanKind, Status},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span as Live, SpanData, SpanProcessor},
};
use serde::{Deserialize, Serialize};
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::Layer;

/// The last spans that ended in this process. It is kept in the process's subscriber, as a layer that does
/// nothing.
#[derive(Clone, Debug, Default)]
pub struct Recent(Arc<Mutex<VecDeque<Arc<SpanData>>>>);

/// A span that has ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Span {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// The span that it is a part of; none for the first of a trace.
    pub parent_id: Option<String>,
    /// The traces that it is linked to.
    pub links: Vec<String>,
    /// Whose work it is.
    pub service: String,
    /// What was done.
    pub name: String,
    /// `server`, `client`, `consumer`, `producer` or `internal`.
    pub kind: String,
    /// In microseconds since 1970.
    pub started: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// Whether it is marked as an error.
    pub failed: bool,
    /// Everything else that is known of it.
    pub attributes: BTreeMap<String, String>,
}

/// How many spans are kept. One takes about a kilobyte.
const KEPT: usize = 4096;
/// How many are told of each kind: the last, the slowest, the failed.
const TOLD: usize = 30;

impl Recent {
    /// Those of this process; none where telemetry is not set up.
    pub fn of_process() -> Option<Self> {
        dispatcher::get_default(|it| it.downcast_ref::<Self>().cloned())
    }

    /// The spans of `service` in this trace and those linked to it, in no order. Empty for what is no trace id.
    pub fn trace(&self, service: &str, trace_id: &str) -> Vec<Span> {
        let Ok(trace_id) = TraceId::from_hex(trace_id) else {
            return Vec::new();
        };
        let belongs = |it: &&Arc<SpanData>| {
            let links = &mut it.links.iter();
            it.span_context.trace_id() == trace_id
                || links.any(|it| it.span_context.trace_id() == trace_id)
        };
        let kept = self.snapshot();
        let of_trace = kept.iter().filter(belongs).map(|it| Span::from(&**it));
        of_trace.filter(|it| it.service == service).collect()
    }

    /// What `service` was last asked to do, by others and by its own outbox: the last, the slowest and those
    /// that failed, the newest first.
    pub fn entries(&self, service: &str) -> Vec<Span> {
        let kept = self.snapshot();
        let entries: Vec<&SpanData> = kept
            .iter()
            .rev()
            .map(AsRef::as_ref)
            .filter(|it| matches!(it.span_kind, SpanKind::Server | SpanKind::Consumer))
            .filter(|it| attribute(it, "service").as_deref() == Some(service))
            .collect();
        let mut slowest = entries.clone();
        slowest.sort_by_key(|it| std::cmp::Reverse(took(it)));
        let failed = entries.iter().filter(|it| is_error(it)).take(TOLD);
        let told: HashMap<SpanId, &SpanData> = entries
            .iter()
            .take(TOLD)
            .chain(slowest.iter().take(TOLD))
            .chain(failed)
            .map(|it| (it.span_context.span_id(), *it))
            .collect();
        let mut told: Vec<_> = told.into_values().map(Span::from).collect();
        told.sort_by_key(|it| std::cmp::Reverse(it.started));
        told
    }

    /// No more is done while spans wait to be kept.
    fn snapshot(&self) -> Vec<Arc<SpanData>> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<SpanData>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Recent {}

impl SpanProcessor for Recent {
    fn on_start(&self, _: &mut Live, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let span = Arc::new(span);
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl From<&SpanData> for Span {
    fn from(span: &SpanData) -> Self {
        let mut attributes: BTreeMap<_, _> = span
            .attributes
            .iter()
            .map(|it| (it.key.to_string(), it.value.to_string()))
            .collect();
        let parent = span.parent_span_id;
        Self {
            trace_id: span.span_context.trace_id().to_string(),
            span_id: span.span_context.span_id().to_string(),
            parent_id: (parent != SpanId::INVALID).then(|| parent.to_string()),
            links: span
                .links
                .iter()
                .map(|it| it.span_context.trace_id().to_string())
                .collect(),
            service: attributes.remove("service").unwrap_or_default(),
            name: span.name.to_string(),
            kind: format!("{:?}", span.span_kind).to_lowercase(),
            started: micros(
                span.start_time
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
            ),
            micros: micros(took(span)),
            failed: is_error(span),
            attributes,
        }
    }
}

fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key.as_str() == name);
    found.map(|it| it.value.to_string())
}

fn took(span: &SpanData) -> Duration {
    let ended: SystemTime = span.end_time;
    ended.duration_since(span.start_time).unwrap_or_default()
}

fn is_error(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        KeyValue,
        trace::{Link, Span as _, TraceContextExt as _, Tracer as _, TracerProvider as _},
    };
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

    use super::*;

    fn set_up() -> (Recent, SdkTracer, SdkTracerProvider) {
        let recent = Recent::default();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(recent.clone())
            .build();
        (recent, provider.tracer("test"), provider)
    }

    /// A request that `service` answered after so many milliseconds.
    fn answer(tracer: &SdkTracer, service: &'static str, millis: u64, failed: bool) -> String {
        let mut span = tracer
            .span_builder("GET /")
            .with_kind(SpanKind::Server)
            .with_start_time(UNIX_EPOCH + Duration::from_secs(1))
            .with_attributes([KeyValue::new("service", service)])
            .start_with_context(tracer, &Context::new());
        if failed {
            span.set_status(Status::error(""));
        }
        let trace_id = span.span_context().trace_id().to_string();
        span.end_with_timestamp(UNIX_EPOCH + Duration::from_millis(1000 + millis));
        trace_id
    }

    #[test]
    fn the_slowest_and_the_failed_are_told_when_the_last_no_longer_are() {
        let (recent, tracer, _provider) = set_up();
        let slow = answer(&tracer, "a", 900, false);
        let failed = answer(&tracer, "a", 0, true);
        let of_another = answer(&tracer, "b", 900, false);
        for _ in 0..1000 {
            answer(&tracer, "a", 1, false);
        }
        let told = recent.entries("a");
        assert!(told.len() <= 3 * TOLD);
        let find = |id: &str| told.iter().find(|it| it.trace_id == id);
        assert_eq!(find(&slow).unwrap().micros, 900_000);
        assert!(find(&failed).unwrap().failed);
        assert!(find(&of_another).is_none());
    }

    #[test]
    fn there_is_room_for_so_many_and_the_oldest_go() {
        let (recent, tracer, _provider) = set_up();
        let first = answer(&tracer, "a", 0, false);
        for _ in 0..KEPT {
            answer(&tracer, "a", 0, false);
        }
        assert_eq!(recent.lock().len(), KEPT);
        assert!(recent.trace("a", &first).is_empty());
    }

    #[test]
    fn a_trace_is_told_with_what_it_led_to() {
        let (recent, tracer, _provider) = set_up();
        let mut request = tracer.start_with_context("request", &Context::new());
        request.set_attribute(KeyValue::new("service", "a"));
        let cause = request.span_context().clone();
        let inside = Context::new().with_span(request);
        let part = tracer
            .span_builder("part")
            .with_attributes([KeyValue::new("service", "a"), KeyValue::new("rows", 3)]);
        part.start_with_context(&tracer, &inside).end();
        inside.span().end();
        let later = tracer
            .span_builder("later")
            .with_links(vec![Link::with_context(cause.clone())])
            .with_attributes([KeyValue::new("service", "a")]);
        later.start_with_context(&tracer, &Context::new()).end();

        let id = cause.trace_id().to_string();
        let mut told = recent.trace("a", &id);
        told.sort_by_key(|it| it.name.clone());
        let [later, part, request] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(later.links, std::slice::from_ref(&id));
        assert_eq!(part.parent_id.as_ref(), Some(&request.span_id));
        assert_eq!(part.attributes["rows"], "3");
        assert_eq!(
            (part.service.as_str(), part.kind.as_str()),
            ("a", "internal")
        );
        assert_eq!(request.parent_id, None);
        assert!(recent.trace("b", &id).is_empty());
        assert!(recent.trace("a", "no id").is_empty());
    }
}
