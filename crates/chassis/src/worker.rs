//! Work that goes on beside the requests.

use std::{sync::Arc, time::Duration};

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

impl Running {
    /// Calls `step` as long as there is more to do, then every `every`, and at once when `wake` is
    /// notified. A step that failed is logged and tried again after `every`. When the service stops, the
    /// step under way is finished first.
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
        let stop = self.stop.clone();
        self.workers.spawn(async move {
            while !stop.is_cancelled() {
                match step().await {
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
