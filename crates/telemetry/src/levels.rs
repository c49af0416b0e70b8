//! What is logged, which an operator may change while the process runs.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

/// The filter of this process's log. It is kept in the process's subscriber, as a layer that does nothing.
#[derive(Clone, Debug)]
pub struct Levels(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What the process was started with.
    initial: String,
    /// One for each place that the log is written to.
    handles: Vec<reload::Handle<EnvFilter, Registry>>,
    now: Mutex<Filter>,
}

/// What is logged now.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    /// In `tracing` filter syntax.
    pub filter: String,
    /// When the filter that the process was started with returns; none where it does not.
    pub until: Option<DateTime<Utc>>,
    /// Counts the changes, so that the end of one does not undo a later one.
    #[serde(skip)]
    change: u64,
}

/// Why the filter stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is not in `tracing` filter syntax.
    #[error("not a filter: {0}")]
    Syntax(#[from] tracing_subscriber::filter::ParseError),
    /// The process is about to end.
    #[error("the log is closed")]
    Closed(#[from] reload::Error),
}

impl Levels {
    pub(crate) fn new(initial: &str, handles: Vec<reload::Handle<EnvFilter, Registry>>) -> Self {
        Self(Arc::new(Inner {
            initial: initial.to_owned(),
            handles,
            now: Mutex::new(Filter {
                filter: initial.to_owned(),
                until: None,
                change: 0,
            }),
        }))
    }

    /// Those of this process; none where telemetry is not set up.
    pub fn of_process() -> Option<Self> {
        dispatcher::get_default(|it| it.downcast_ref::<Self>().cloned())
    }

    /// What is logged now.
    pub fn now(&self) -> Filter {
        self.lock().clone()
    }

    /// Logs by `filter` from now on; `lasting` says for how long, and [`Levels::end`] ends it then. The change
    /// is itself logged, by the filter before it.
    pub fn set(&self, filter: &str, lasting: Option<Duration>) -> Result<Filter, ChangeError> {
        let until = lasting
            .and_then(|it| TimeDelta::from_std(it).ok())
            .and_then(|it| Utc::now().checked_add_signed(it));
        self.change(&mut self.lock(), filter, until)
    }

    /// Returns to the filter that the process was started with, unless there was another change since this one.
    pub fn end(&self, change: &Filter) -> Result<(), ChangeError> {
        let mut now = self.lock();
        if now.change == change.change {
            self.change(&mut now, &self.0.initial, None)?;
        }
        Ok(())
    }

    fn change(
        &self,
        now: &mut Filter,
        filter: &str,
        until: Option<DateTime<Utc>>,
    ) -> Result<Filter, ChangeError> {
        EnvFilter::try_new(filter)?;
        tracing::warn!(from = now.filter, to = filter, ?until, "another log filter");
        for handle in &self.0.handles {
            handle.reload(EnvFilter::try_new(filter)?)?;
        }
        *now = Filter {
            filter: filter.to_owned(),
            until,
            change: now.change.saturating_add(1),
        };
        Ok(now.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Filter> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Levels {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_change_undoes_no_later_one() {
        let levels = Levels::new("info", Vec::new());
        let minute = Duration::from_secs(60);
        let first = levels.set("debug", Some(minute)).unwrap();
        assert!(first.until.is_some_and(|it| it > Utc::now()));
        let second = levels.set("trace", Some(minute)).unwrap();
        levels.end(&first).unwrap();
        assert_eq!(levels.now().filter, "trace");
        levels.end(&second).unwrap();
        let now = levels.now();
        assert_eq!((now.filter.as_str(), now.until), ("info", None));
    }

    #[test]
    fn what_is_no_filter_changes_nothing() {
        let levels = Levels::new("info", Vec::new());
        assert!(levels.set("order=loud", None).is_err());
        assert_eq!(levels.now().filter, "info");
    }
}
