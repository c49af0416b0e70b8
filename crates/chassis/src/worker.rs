//! Work that goes on beside the requests.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use anyhow::anyhow;
use chrono::Utc;
use futures_util::FutureExt as _;
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};
use tokio::sync::Notify;

use crate::Running;

/// What one step of a worker found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// Something was done, and there may be more.
    More,
    /// Nothing to do for now.
    Idle,
}

/// What all workers of a service did.
#[derive(Debug)]
pub(crate) struct Steps {
    steps: IntCounterVec,
    succeeded_at: IntGaugeVec,
}

/// What one worker did.
struct OwnSteps {
    done: IntCounter,
    idle: IntCounter,
    failed: IntCounter,
    succeeded_at: IntGauge,
}

impl Steps {
    pub(crate) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let steps = IntCounterVec::new(
            Opts::new(
                "worker_steps_total",
                "Steps of the work beside the requests, by what came of them: \
                 `done` if there may be more to do, `idle` if not.",
            ),
            &["worker", "outcome"],
        )?;
        let succeeded_at = IntGaugeVec::new(
            Opts::new(
                "worker_last_success_timestamp_seconds",
                "When a step last ended well, in Unix seconds; 0 if none has.",
            ),
            &["worker"],
        )?;
        registry.register(Box::new(steps.clone()))?;
        registry.register(Box::new(succeeded_at.clone()))?;
        Ok(Self {
            steps,
            succeeded_at,
        })
    }

    fn of(&self, worker: &str) -> OwnSteps {
        let steps = |outcome| self.steps.with_label_values(&[worker, outcome]);
        OwnSteps {
            done: steps("done"),
            idle: steps("idle"),
            failed: steps("failed"),
            succeeded_at: self.succeeded_at.with_label_values(&[worker]),
        }
    }
}

impl OwnSteps {
    fn observe(&self, result: &anyhow::Result<Progress>) {
        match result {
            Ok(Progress::More) => self.done.inc(),
            Ok(Progress::Idle) => self.idle.inc(),
            Err(_) => self.failed.inc(),
        }
        if result.is_ok() {
            self.succeeded_at.set(Utc::now().timestamp());
        }
    }
}

impl Running {
    /// Calls `step` as long as there is more to do, then every `every`, and at once when `wake` is
    /// notified. A step that failed or panicked is logged and tried again after `every`. When the service
    /// stops, the step under way is finished first.
    pub fn worker<F, Fut>(
        &self,
        name: &'static str,
        every: Duration,
        wake: Arc<Notify>,
        mut step: F,
    ) where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<Progress>> + Send,
    {
        let stop = self.stop_workers.clone();
        let steps = self.steps.of(name);
        self.workers.spawn(async move {
            while !stop.is_cancelled() {
                let result = AssertUnwindSafe(async { step().await })
                    .catch_unwind()
                    .await;
                let result = result.unwrap_or_else(|_told| Err(anyhow!("the step panicked")));
                steps.observe(&result);
                match result {
                    Ok(Progress::More) => continue,
                    Ok(Progress::Idle) => {}
                    Err(error) => {
                        tracing::warn!(worker = name, error = format!("{error:#}"), "step failed");
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = wake.notified() => {}
                    () = tokio::time::sleep(every) => {}
                }
            }
        });
    }
}
