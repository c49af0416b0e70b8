//! What this service counts.

use prometheus::{IntCounter, IntCounterVec, Opts};
use telemetry::Metrics;

/// The cart service's own metrics.
pub(crate) struct CartMetrics {
    merges: IntCounterVec,
    stale: IntCounter,
}

const MERGED: &str = "merged";
const NOTHING: &str = "nothing";

impl CartMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let merges = IntCounterVec::new(
            Opts::new(
                "cart_merges_total",
                "Merges asked for at sign-in, by whether there was a guest's cart.",
            ),
            &["outcome"],
        )?;
        let stale = IntCounter::new(
            "cart_stale_answers_total",
            "Carts shown with remembered prices, because the catalog did not answer.",
        )?;
        for outcome in [MERGED, NOTHING] {
            merges.with_label_values(&[outcome]);
        }
        metrics.registry().register(Box::new(merges.clone()))?;
        metrics.registry().register(Box::new(stale.clone()))?;
        Ok(Self { merges, stale })
    }

    pub(crate) fn merge(&self, merged: bool) {
        let outcome = if merged { MERGED } else { NOTHING };
        self.merges.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn stale(&self) {
        self.stale.inc();
    }
}
