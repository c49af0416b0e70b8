//! Where the services send their traces and logs to: the protocol's own types, and nothing behind them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{
            ExportLogsServiceRequest, ExportLogsServiceResponse,
            logs_service_server::{LogsService, LogsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
};
use tokio::time::{Instant, sleep};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use url::Url;

/// What was received.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    pub(crate) url: Url,
    spans: Arc<Mutex<Vec<Span>>>,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// A span, ids in hexadecimal.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) resource: BTreeMap<String, String>,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: String,
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// The traces that it is linked to.
    pub(crate) links: Vec<String>,
}

/// Something that was logged.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) resource: BTreeMap<String, String>,
    pub(crate) trace_id: String,
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// How long a span may take to arrive on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

impl Collector {
    /// On a free port, until the test's runtime ends.
    pub(crate) fn open() -> Self {
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let address = incoming.local_addr().expect("its address");
        let collector = Self {
            url: Url::parse(&format!("http://{address}")).expect("a URL"),
            spans: Arc::default(),
            lines: Arc::default(),
        };
        let server = Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(LogsServiceServer::new(collector.clone()))
            .serve_with_incoming(incoming);
        tokio::spawn(server);
        collector
    }

    /// Every span so far, as soon as they are as wanted.
    pub(crate) async fn spans_when(&self, wanted: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let until = Instant::now() + PATIENCE;
        loop {
            let spans = self.spans.lock().expect("no panic").clone();
            if wanted(&spans) {
                return spans;
            }
            if Instant::now() > until {
                let names = spans
                    .iter()
                    .map(|it| [&it.trace_id, &it.parent_id, &it.span_id, &it.name]);
                panic!("not yet: {:#?}", names.collect::<Vec<_>>());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The spans of a trace, as soon as they are as wanted and no span's parent is missing but that of the
    /// first, which is `root`.
    pub(crate) async fn whole_trace(
        &self,
        trace: &str,
        root: &str,
        wanted: impl Fn(&[Span]) -> bool,
    ) -> Vec<Span> {
        let of_trace = |spans: &[Span]| -> Vec<Span> {
            let spans = spans.iter().filter(|it| it.trace_id == trace);
            spans.cloned().collect()
        };
        let is_whole = |spans: &[Span]| {
            let spans = of_trace(spans);
            let ids: BTreeSet<_> = spans.iter().map(|it| &it.span_id).collect();
            assert_eq!(ids.len(), spans.len(), "a span was sent twice");
            let mut orphans = spans.iter().filter(|it| !ids.contains(&it.parent_id));
            let first = orphans.next();
            first.is_some_and(|it| it.parent_id == root)
                && orphans.next().is_none()
                && wanted(&spans)
        };
        of_trace(&self.spans_when(is_whole).await)
    }

    /// A line like this, as soon as there is one.
    pub(crate) async fn line_when(&self, wanted: impl Fn(&Line) -> bool) -> Line {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.lines().into_iter().find(&wanted);
            if let Some(line) = found {
                return line;
            }
            assert!(Instant::now() < until, "not yet: {:#?}", self.lines());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything that was logged so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.lock().expect("no panic").clone()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.spans.lock().expect("no panic");
        for of_resource in request.into_inner().resource_spans {
            let resource = attributes_of(of_resource.resource);
            let received = of_resource.scope_spans.into_iter().flat_map(|it| it.spans);
            spans.extend(received.map(|it| Span {
                resource: resource.clone(),
                trace_id: hex(&it.trace_id),
                span_id: hex(&it.span_id),
                parent_id: hex(&it.parent_span_id),
                name: it.name,
                attributes: attributes(it.attributes),
                links: it.links.iter().map(|it| hex(&it.trace_id)).collect(),
            }));
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut lines = self.lines.lock().expect("no panic");
        for of_resource in request.into_inner().resource_logs {
            let resource = attributes_of(of_resource.resource);
            let received = of_resource
                .scope_logs
                .into_iter()
                .flat_map(|it| it.log_records);
            lines.extend(received.map(|it| Line {
                resource: resource.clone(),
                trace_id: hex(&it.trace_id),
                body: text(it.body),
                attributes: attributes(it.attributes),
            }));
        }
        Ok(Response::new(Default::default()))
    }
}

fn attributes_of(resource: Option<Resource>) -> BTreeMap<String, String> {
    attributes(resource.unwrap_or_default().attributes)
}

fn attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    attributes
        .into_iter()
        .map(|it| (it.key, text(it.value)))
        .collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|it| it.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
