//! Who audits a shop that is open, when asked and by itself.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::audit::{Audited, Options, Records, Report, audit};

/// Audits, and has it recorded.
#[derive(Clone, Debug)]
pub(crate) struct Auditor {
    databases: Audited,
    records: Records,
}

/// Audits that come by themselves.
#[derive(Debug)]
pub(crate) struct Rounds {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// When the first one comes: soon, but not while everybody is still finding their place.
const FIRST: Duration = Duration::from_secs(20);

impl Auditor {
    pub(crate) fn new(databases: Audited, records: Records) -> Self {
        Self { databases, records }
    }

    /// Audits. What was found stands, whether or not it can be recorded.
    pub(crate) async fn audit(&self, options: &Options) -> anyhow::Result<Report> {
        let report = audit(&self.databases, options).await?;
        log(&report);
        if let Err(error) = self.records.add(&report).await {
            let error = format!("{:#}", anyhow::Error::new(error));
            tracing::warn!(error, "an audit is not recorded");
        }
        Ok(report)
    }

    /// Audits by itself from now on; never where `every` is zero.
    pub(crate) fn make_rounds(self, every: Duration) -> Rounds {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            if every.is_zero() {
                return;
            }
            let mut wait = FIRST.min(every);
            loop {
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                }
                wait = every;
                if let Err(error) = self.audit(&Options::default()).await {
                    let error = format!("{error:#}");
                    tracing::error!(error, "an audit could not be done");
                }
            }
        });
        Rounds { stop, task }
    }
}

impl Rounds {
    /// Stops once an audit that is under way is done: it uses the services' connections.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the audits had stopped");
        }
    }
}

/// One line for each audit.
fn log(report: &Report) {
    let violations = report.violations();
    if violations > 0 {
        let examples = report.examples();
        tracing::error!(violations, examples, "the books are wrong");
    } else if report.is_clean() {
        tracing::info!("the books are right");
    } else {
        tracing::warn!("the books are right so far, but what is under way did not come to an end");
    }
}

/// How often audits come, in seconds.
pub(crate) fn seconds(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(seconds) if seconds == 0 || seconds >= 10 => Ok(seconds),
        _ => Err("at least 10, or 0 for never"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audits_do_not_come_all_the_time() {
        for (text, expected) in [("0", Ok(0)), ("10", Ok(10)), ("86400", Ok(86_400))] {
            assert_eq!(seconds(text), expected);
        }
        for text in ["", "9", "-10", "10.5", "5m"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
