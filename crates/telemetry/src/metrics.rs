//! The metrics of one service.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntGauge, Registry, TextEncoder};

use crate::{
    Recent,
    activity::{self, Activity, Window},
};

/// One service's registry and the metrics that every service has.
#[derive(Clone, Debug)]
pub struct Metrics {
    service: String,
    registry: Registry,
    requests: HistogramVec,
    in_flight: IntGauge,
    window: Window,
}

/// A request under way, until this is dropped.
pub(crate) struct InFlight(IntGauge);

impl Metrics {
    /// A registry of its own, in which every metric carries `service`.
    pub fn new(service: &str) -> Result<Self, prometheus::Error> {
        let labels = [("service".to_owned(), service.to_owned())].into();
        let registry = Registry::new_custom(None, Some(labels))?;
        let requests = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "How long requests took to answer.",
            ),
            &["method", "route", "status"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        let in_flight = IntGauge::new(
            "http_requests_in_flight",
            "Requests that are being answered.",
        )?;
        registry.register(Box::new(in_flight.clone()))?;
        Ok(Self {
            service: service.to_owned(),
            registry,
            requests,
            in_flight,
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

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
