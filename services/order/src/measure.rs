//! The numbers that tell how the shop does.

use std::time::Duration;

use chassis::Progress;
use prometheus::{
    Gauge, Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::{
    State,
    audits::{self, Audit},
    error::OrderError,
    life::Status,
    store,
};

/// This service's own metrics.
#[derive(Clone, Debug)]
pub(crate) struct Measures {
    checkouts: IntCounterVec,
    own: Histogram,
    payment: Histogram,
    refunds: IntCounterVec,
    outbox_pending: IntGauge,
    outbox_oldest: Gauge,
    orders: IntGaugeVec,
    orders_pending: IntGauge,
    orders_pending_oldest: Gauge,
    audit_violations: IntGaugeVec,
    audit_finished: IntGauge,
}

const CHECKOUTS: [&str; 10] = [
    "confirmed",
    "declined",
    "unknown_payment_method",
    "expired",
    "out_of_stock",
    "outcome_unknown",
    "in_progress",
    "unavailable",
    "failed",
    "refused",
];
const REFUNDS: [&str; 2] = ["cancellation", "return"];

impl Measures {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let buckets = vec![
            0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
        ];
        let histogram = |name: &str, help: &str| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.clone()))
        };
        let measures = Self {
            checkouts: IntCounterVec::new(
                Opts::new("checkouts_total", "Checkouts by what was answered."),
                &["outcome"],
            )?,
            own: histogram(
                "checkout_own_seconds",
                "How long new checkouts took, without the wait for the payment.",
            )?,
            payment: histogram(
                "checkout_payment_seconds",
                "How long new checkouts waited for the payment.",
            )?,
            refunds: IntCounterVec::new(
                Opts::new(
                    "order_refunds_total",
                    "Refunds of orders that came through, by reason.",
                ),
                &["reason"],
            )?,
            outbox_pending: IntGauge::new(
                "outbox_pending",
                "Rows of the outbox that are not delivered yet.",
            )?,
            outbox_oldest: Gauge::new(
                "outbox_oldest_age_seconds",
                "The age of the oldest row of the outbox that is not delivered yet.",
            )?,
            orders: IntGaugeVec::new(
                Opts::new("orders", "All orders by status; counted once a minute."),
                &["status"],
            )?,
            orders_pending: IntGauge::new(
                "orders_pending",
                "Orders of which it is not known yet whether they are paid.",
            )?,
            orders_pending_oldest: Gauge::new(
                "orders_pending_oldest_age_seconds",
                "The age of the oldest order of which it is not known yet whether it is paid.",
            )?,
            audit_violations: IntGaugeVec::new(
                Opts::new(
                    "audit_violations",
                    "What the last recorded audit found to break an invariant.",
                ),
                &["invariant"],
            )?,
            audit_finished: IntGauge::new(
                "audit_finished_timestamp_seconds",
                "When the last recorded audit was done, in Unix seconds; 0 if there is none.",
            )?,
        };
        for outcome in CHECKOUTS {
            measures.checkouts.with_label_values(&[outcome]);
        }
        for reason in REFUNDS {
            measures.refunds.with_label_values(&[reason]);
        }
        for status in Status::ALL {
            measures.orders.with_label_values(&[status.as_str()]);
        }
        registry.register(Box::new(measures.checkouts.clone()))?;
        registry.register(Box::new(measures.own.clone()))?;
        registry.register(Box::new(measures.payment.clone()))?;
        registry.register(Box::new(measures.refunds.clone()))?;
        registry.register(Box::new(measures.outbox_pending.clone()))?;
        registry.register(Box::new(measures.outbox_oldest.clone()))?;
        registry.register(Box::new(measures.orders.clone()))?;
        registry.register(Box::new(measures.orders_pending.clone()))?;
        registry.register(Box::new(measures.orders_pending_oldest.clone()))?;
        registry.register(Box::new(measures.audit_violations.clone()))?;
        registry.register(Box::new(measures.audit_finished.clone()))?;
        Ok(measures)
    }

    pub(crate) fn checkout<T>(&self, result: &Result<T, OrderError>) {
        let outcome = match result {
            Ok(_) => "confirmed",
            Err(error) => match error {
                OrderError::Declined { .. } => "declined",
                OrderError::UnknownPaymentMethod { .. } => "unknown_payment_method",
                OrderError::Expired { .. } => "expired",
                OrderError::OutOfStock(_) => "out_of_stock",
                OrderError::OutcomeUnknown(_) => "outcome_unknown",
                OrderError::CheckoutInProgress => "in_progress",
                OrderError::Upstream(_) => "unavailable",
                OrderError::Database(_) | OrderError::Money(_) => "failed",
                _ => "refused",
            },
        };
        self.checkouts.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn placed(&self, took: Duration, paying: Duration) {
        self.own.observe(took.saturating_sub(paying).as_secs_f64());
        self.payment.observe(paying.as_secs_f64());
    }

    pub(crate) fn refunded(&self, reason: &'static str) {
        self.refunds.with_label_values(&[reason]).inc();
    }

    /// Shows what this audit found, and nothing of those before it.
    pub(crate) fn audited(&self, audit: &Audit) {
        self.audit_violations.reset();
        for verdict in audit.invariants.iter() {
            self.audit_violations
                .with_label_values(&[&verdict.name])
                .set(verdict.violations);
        }
        self.audit_finished.set(audit.finished_at.timestamp());
    }
}

/// Reads the gauges. The last audit is one of them: another replica may have recorded it, or this one
/// before it was started again.
pub(crate) async fn run_once(state: State) -> anyhow::Result<Progress> {
    let backlog = store::outbox::backlog(&state.pool).await?;
    let measures = &state.measures;
    measures.outbox_pending.set(backlog.outbox_rows);
    measures.outbox_oldest.set(backlog.outbox_oldest_seconds);
    measures.orders_pending.set(backlog.orders_pending);
    let oldest = backlog.orders_pending_oldest_seconds;
    measures.orders_pending_oldest.set(oldest);
    audits::measure(&state).await?;
    Ok(Progress::Idle)
}

/// Counts all orders, which takes about a quarter of a second for each million.
pub(crate) async fn count_orders(state: State) -> anyhow::Result<Progress> {
    let by_status = store::summary::by_status(&state.pool).await?;
    for status in Status::ALL {
        let gauge = state.measures.orders.with_label_values(&[status.as_str()]);
        gauge.set(by_status.of(status));
    }
    Ok(Progress::Idle)
}
