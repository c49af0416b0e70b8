//! The metrics of one service.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::{
    BUILD, Recent,
    activity::{self, Activity, Window},
};

/// One service's registry and the metrics that every service has.
#[derive(Clone, Debug)]
pub struct Metrics {
    service: String,
    registry: Registry,
    requests: HistogramVec,
    in_flight: IntGauge,
    upstream_calls: HistogramVec,
    window: Window,
}

/// A request under way, until this is dropped.
pub(crate) struct InFlight(IntGauge);

/// In seconds: from what a cached answer takes to what a caller waits at most. The shop's objectives are
/// among them, because only at a bound is it known exactly how many were faster.
const BUCKETS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

impl Metrics {
    /// A registry of its own, in which every metric carries `service`.
    pub fn new(service: &str) -> Result<Self, prometheus::Error> {
        let labels = [("service".to_owned(), service.to_owned())].into();
        let registry = Registry::new_custom(None, Some(labels))?;
        let requests = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "How long requests took to answer.",
            )
            .buckets(BUCKETS.to_vec()),
            &["method", "route", "status"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        let in_flight = IntGauge::new(
            "http_requests_in_flight",
            "Requests that are being answered.",
        )?;
        registry.register(Box::new(in_flight.clone()))?;
        let upstream_calls = HistogramVec::new(
            HistogramOpts::new(
                "upstream_call_duration_seconds",
                "How long other services took to answer this one's calls, repeats included, or were waited for.",
            )
            .buckets(BUCKETS.to_vec()),
            &["target", "outcome"],
        )?;
        registry.register(Box::new(upstream_calls.clone()))?;
        register_build(&registry)?;
        // Of the process and so, in the one-process shop, of all services together.
        #[cfg(target_os = "linux")]
        registry.register(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ))?;
        Ok(Self {
            service: service.to_owned(),
            registry,
            requests,
            in_flight,
            upstream_calls,
            window: Window::new(),
        })
    }

    /// Whose metrics these are.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Where a service registers metrics of its own.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// How long calls to other services took, in seconds, by `target` and `outcome`.
    pub fn upstream_calls(&self) -> &HistogramVec {
        &self.upstream_calls
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// What the service did in the last minute.
    pub fn activity(&self) -> Activity {
        let (seconds, routes) = self.window.routes();
        Activity {
            seconds,
            routes,
            numbers: activity::numbers(&self.registry),
            entries: Recent::of_process()
                .map(|it| it.entries(&self.service))
                .unwrap_or_default(),
        }
    }

    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(crate) fn observe(&self, method: &str, route: &str, status: &str, took: Duration) {
        self.requests
            .with_label_values(&[method, route, status])
            .observe(took.as_secs_f64());
        let failed = status.starts_with('5');
        self.window.add(method, route, took, failed);
    }
}

fn register_build(registry: &Registry) -> Result<(), prometheus::Error> {
    let info = IntGaugeVec::new(
        Opts::new("build_info", "Which build runs; always 1."),
        &["version", "revision"],
    )?;
    info.with_label_values(&[BUILD.version, BUILD.revision.unwrap_or_default()])
        .set(1);
    registry.register(Box::new(info))?;
    let committed_at = IntGauge::new(
        "build_commit_timestamp_seconds",
        "When the commit that runs was made, in Unix seconds; 0 if that is not known.",
    )?;
    committed_at.set(BUILD.committed_at.unwrap_or_default());
    registry.register(Box::new(committed_at))
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
