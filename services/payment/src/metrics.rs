//! What this service counts besides its requests.

use std::time::Instant;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts};

use crate::gateway::Outcome;

/// Gateway calls, and where money ended.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    gateway_calls: HistogramVec,
    payments: IntCounterVec,
    refunds: IntCounterVec,
    webhooks: IntCounterVec,
}

const OPERATIONS: [&str; 6] = ["tokenise", "authorise", "capture", "void", "look", "refund"];
const OUTCOMES: [&str; 3] = ["approved", "declined", "unknown"];
const PAYMENTS: [&str; 4] = ["captured", "declined", "cancelled", "unknown"];
const EVENTS: [&str; 3] = ["stored", "repeated", "refused"];
const REFUNDS: [&str; 3] = ["refunded", "refused", "unknown"];

impl Metrics {
    pub(crate) fn new(metrics: &telemetry::Metrics) -> Result<Self, prometheus::Error> {
        let new = Self {
            gateway_calls: HistogramVec::new(
                HistogramOpts::new(
                    "gateway_call_duration_seconds",
                    "How long the payment gateway took to answer, or was waited for.",
                ),
                &["operation", "outcome"],
            )?,
            payments: IntCounterVec::new(
                Opts::new(
                    "payments_total",
                    "Payments by outcome; `unknown` counts requests, the others count payments.",
                ),
                &["outcome"],
            )?,
            refunds: IntCounterVec::new(
                Opts::new(
                    "refunds_total",
                    "Refunds by outcome; `unknown` counts requests, the others count refunds.",
                ),
                &["outcome"],
            )?,
            webhooks: IntCounterVec::new(
                Opts::new(
                    "webhooks_total",
                    "What the payment gateway told unasked: stored, told before, or refused for its signature.",
                ),
                &["outcome"],
            )?,
        };
        for operation in OPERATIONS {
            for outcome in OUTCOMES {
                new.gateway_calls.with_label_values(&[operation, outcome]);
            }
        }
        for outcome in PAYMENTS {
            new.payments.with_label_values(&[outcome]);
        }
        for outcome in EVENTS {
            new.webhooks.with_label_values(&[outcome]);
        }
        for outcome in REFUNDS {
            new.refunds.with_label_values(&[outcome]);
        }
        let registry = metrics.registry();
        registry.register(Box::new(new.gateway_calls.clone()))?;
        registry.register(Box::new(new.payments.clone()))?;
        registry.register(Box::new(new.refunds.clone()))?;
        registry.register(Box::new(new.webhooks.clone()))?;
        Ok(new)
    }

    /// Waits for a call to the gateway and measures it.
    pub(crate) async fn timed<T>(
        &self,
        operation: &str,
        call: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        let started = Instant::now();
        let outcome = call.await;
        let label = match &outcome {
            Outcome::Approved(_) => "approved",
            Outcome::Declined(_) => "declined",
            Outcome::Unknown(_) => "unknown",
        };
        self.gateway_calls
            .with_label_values(&[operation, label])
            .observe(started.elapsed().as_secs_f64());
        outcome
    }

    pub(crate) fn payment(&self, outcome: &str) {
        self.payments.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn webhook(&self, outcome: &str) {
        self.webhooks.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn refund(&self, outcome: &str) {
        self.refunds.with_label_values(&[outcome]).inc();
    }
}
