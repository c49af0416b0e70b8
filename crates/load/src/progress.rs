//! How it is going, for whoever waits: on standard error, because the report is on standard output.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::interval;

use crate::drive::Run;

/// Where nobody watches, a line of a log now and then is enough.
const IN_A_LOG: u64 = 10;

/// Customers are being signed up.
pub(crate) fn preparing(done: usize, wanted: usize) {
    if wanted > 0 && stderr().is_terminal() {
        let _ = write!(stderr(), "\r\x1b[Kpreparing: {done} of {wanted} customers");
        let _ = stderr().flush();
    }
}

/// Shows a line a second, until it is dropped.
pub(crate) async fn show(run: Arc<Run>) {
    let is_terminal = stderr().is_terminal();
    let mut beat = interval(Duration::from_secs(1));
    loop {
        beat.tick().await;
        let Some(at) = Instant::now().checked_duration_since(run.begins) else {
            continue;
        };
        let Some(last) = run.recorder.last_second() else {
            continue;
        };
        let line = format!(
            "{:>5} s  {:>6}/s offered  {:>6}/s achieved  {:>5} failed  {:>5} not started  {:>5} under way",
            at.as_secs(),
            last.offered,
            last.achieved,
            last.failed,
            last.not_started,
            last.in_flight,
        );
        if is_terminal {
            let _ = write!(stderr(), "\r\x1b[K{line}");
            let _ = stderr().flush();
        } else if at.as_secs().is_multiple_of(IN_A_LOG) {
            let _ = writeln!(stderr(), "{line}");
        }
    }
}

/// Leaves the line of the progress.
pub(crate) fn done() {
    if stderr().is_terminal() {
        let _ = writeln!(stderr());
    }
}
