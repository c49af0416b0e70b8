//! The numbers that tell how the shop does.

use std::time::Duration;

use chassis::Progress;
use prometheus::{Gauge, Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry};

use crate::{State, error::OrderError, store};

/// This service's own metrics.
#[derive(Clone, Debug)]
pub(crate) struct Measures {
    checkouts: IntCounterVec,
    own: Histogram,
    payment: Histogram,
    refunds: IntCounterVec,
    outbox_pending: IntGauge,
    outbox_oldest: Gauge,
    orders_pending: IntGauge,
}

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
                Opts::new("refunds_total", "Refunds that came through, by reason."),
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
            orders_pending: IntGauge::new(
                "orders_pending",
                "Orders of which it is not known yet whether they are paid.",
            )?,
        };
        registry.register(Box::new(measures.checkouts.clone()))?;
        registry.register(Box::new(measures.own.clone()))?;
        registry.register(Box::new(measures.payment.clone()))?;
        registry.register(Box::new(measures.refunds.clone()))?;
        registry.register(Box::new(measures.outbox_pending.clone()))?;
        registry.register(Box::new(measures.outbox_oldest.clone()))?;
        registry.register(Box::new(measures.orders_pending.clone()))?;
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
}

/// Reads the gauges.
pub(crate) async fn run_once(state: State) -> anyhow::Result<Progress> {
    let backlog = store::outbox::backlog(&state.pool).await?;
    let measures = &state.measures;
    measures.outbox_pending.set(backlog.outbox_rows);
    measures.outbox_oldest.set(backlog.outbox_oldest_seconds);
    measures.orders_pending.set(backlog.orders_pending);
    Ok(Progress::Idle)
}
