//! What the shop wants to know of its stock.

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts};
use telemetry::Metrics;

use crate::error::CatalogError;

/// Counters of reservations and stock-outs.
#[derive(Clone, Debug)]
pub(crate) struct StockMetrics {
    open: IntGauge,
    stock_outs: IntCounter,
    reservations: IntCounterVec,
}

const RESERVATIONS: [&str; 7] = [
    "reserved",
    "committed",
    "released",
    "expired",
    "out_of_stock",
    "refused",
    "failed",
];

impl StockMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let open = IntGauge::new(
            "reservations_open",
            "Reservations that hold units and are neither committed nor over.",
        )?;
        let stock_outs = IntCounter::new(
            "stock_outs_total",
            "Lines that could not be reserved because too few units were left.",
        )?;
        let reservations = IntCounterVec::new(
            Opts::new(
                "reservations_total",
                "What was asked of reservations, by outcome.",
            ),
            &["outcome"],
        )?;
        for outcome in RESERVATIONS {
            reservations.with_label_values(&[outcome]);
        }
        let registry = metrics.registry();
        registry.register(Box::new(open.clone()))?;
        registry.register(Box::new(stock_outs.clone()))?;
        registry.register(Box::new(reservations.clone()))?;
        Ok(Self {
            open,
            stock_outs,
            reservations,
        })
    }

    /// Counts the outcome of a call, `done` where it did what was asked.
    pub(crate) fn observe<T>(&self, done: &'static str, result: &Result<T, CatalogError>) {
        let outcome = match result {
            Ok(_) => done,
            Err(CatalogError::OutOfStock(lines)) => {
                self.stock_outs
                    .inc_by(u64::try_from(lines.len()).unwrap_or(u64::MAX));
                "out_of_stock"
            }
            Err(CatalogError::Database(_)) => "failed",
            Err(_) => "refused",
        };
        self.reservations.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn expired(&self, reservations: u64) {
        self.reservations
            .with_label_values(&["expired"])
            .inc_by(reservations);
    }

    pub(crate) fn set_open(&self, reservations: i64) {
        self.open.set(reservations);
    }
}
