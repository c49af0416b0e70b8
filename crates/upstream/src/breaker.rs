//! Leaves a service alone for a moment that does not answer, so that nobody waits for it in vain and it
//! comes back to one call and not to all that piled up (ADR 14).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use prometheus::{
    IntGauge, Opts,
    core::{Collector, Desc},
    proto::MetricFamily,
};

/// So many calls in a row without an answer are no accident.
const LIMIT: u32 = 10;
/// Shorter than anybody's patience: what waits for the service, say an order to be recovered, hardly waits
/// longer because of this.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether to call a service. Clones share what they know.
#[derive(Clone, Debug)]
pub(crate) struct Breaker {
    target: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
enum State {
    /// Every call goes out; so many in a row got no answer.
    Closed { unanswered: u32 },
    /// No call goes out before `until`, and the first one afterwards alone.
    Open { until: Instant },
    /// One call is out since then, and the others wait for what becomes of it.
    HalfOpen { since: Instant },
}

/// A call that may go out; to be told what became of it.
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    alone: bool,
}

impl Breaker {
    pub(crate) fn new(target: &'static str) -> Self {
        let state = Arc::new(Mutex::new(State::Closed { unanswered: 0 }));
        Self { target, state }
    }

    /// None if the call must not go out.
    pub(crate) fn enter(&self, now: Instant) -> Option<Permit<'_>> {
        let mut state = self.lock();
        let alone = match *state {
            State::Closed { .. } => false,
            State::Open { until } if until <= now => {
                *state = State::HalfOpen { since: now };
                true
            }
            State::Open { .. } | State::HalfOpen { .. } => return None,
        };
        Some(Permit {
            breaker: self,
            alone,
        })
    }

    /// Its state as a metric, `upstream_breaker_state`.
    pub(crate) fn gauge(&self) -> Result<impl Collector + use<>, prometheus::Error> {
        let opts = Opts::new(
            "upstream_breaker_state",
            "Whether calls go out: 0 all do (closed), 1 one does (half open), 2 none does (open).",
        );
        Ok(Gauge {
            breaker: self.clone(),
            gauge: IntGauge::with_opts(opts.const_label("target", self.target))?,
        })
    }

    fn level(&self, now: Instant) -> i64 {
        match *self.lock() {
            State::Closed { .. } => 0,
            State::Open { until } if until > now => 2,
            State::Open { .. } | State::HalfOpen { .. } => 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// There was an answer, whatever it says.
    pub(crate) fn answered(self) {
        let mut state = self.breaker.lock();
        if !matches!(*state, State::Closed { .. }) {
            tracing::info!(upstream = self.breaker.target, "it answers again");
        }
        *state = State::Closed { unanswered: 0 };
    }

    /// There was none.
    pub(crate) fn unanswered(self, now: Instant) {
        let mut state = self.breaker.lock();
        let open = State::Open { until: now + PAUSE };
        match &mut *state {
            State::Closed { unanswered } => {
                *unanswered += 1;
                if *unanswered >= LIMIT {
                    tracing::warn!(
                        upstream = self.breaker.target,
                        "it does not answer; it is left alone"
                    );
                    *state = open;
                }
            }
            State::HalfOpen { .. } if self.alone => *state = open,
            State::HalfOpen { .. } | State::Open { .. } => {}
        }
    }
}

impl Drop for Permit<'_> {
    /// A call that its caller gave up tells nothing; another one may go out in its place.
    fn drop(&mut self) {
        let mut state = self.breaker.lock();
        if let State::HalfOpen { since } = *state
            && self.alone
        {
            *state = State::Open { until: since };
        }
    }
}

/// Reads the state when it is asked for: an open breaker becomes half open by the clock alone.
struct Gauge {
    breaker: Breaker,
    gauge: IntGauge,
}

impl Collector for Gauge {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gauge.set(self.breaker.level(Instant::now()));
        self.gauge.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "catalog";

    fn fail(breaker: &Breaker, calls: u32, now: Instant) {
        for _ in 0..calls {
            breaker.enter(now).expect("closed").unanswered(now);
        }
    }

    #[test]
    fn it_opens_after_ten_in_a_row_and_closes_with_an_answer() {
        let (breaker, now) = (Breaker::new(TARGET), Instant::now());
        fail(&breaker, LIMIT - 1, now);
        breaker.enter(now).expect("closed").answered();
        fail(&breaker, LIMIT - 1, now);
        assert_eq!(breaker.level(now), 0);
        fail(&breaker, 1, now);
        assert_eq!(breaker.level(now), 2);
        assert!(breaker.enter(now).is_none());

        let later = now + PAUSE;
        assert_eq!(breaker.level(later), 1);
        let alone = breaker.enter(later).expect("half open");
        assert!(breaker.enter(later).is_none());
        alone.answered();
        assert_eq!(breaker.level(later), 0);
        assert!(breaker.enter(later).is_some());
    }

    #[test]
    fn it_stays_open_while_the_one_call_gets_no_answer() {
        let (breaker, mut now) = (Breaker::new(TARGET), Instant::now());
        fail(&breaker, LIMIT, now);
        for _ in 0..3 {
            now += PAUSE;
            breaker.enter(now).expect("half open").unanswered(now);
            assert!(breaker.enter(now).is_none());
            assert_eq!(breaker.level(now), 2);
        }
    }

    #[test]
    fn the_one_call_may_be_given_up() {
        let (breaker, now) = (Breaker::new(TARGET), Instant::now());
        fail(&breaker, LIMIT, now);
        let later = now + PAUSE;
        drop(breaker.enter(later).expect("half open"));
        assert!(breaker.enter(later).is_some());
    }

    #[test]
    fn calls_from_before_do_not_prolong_the_pause() {
        let (breaker, now) = (Breaker::new(TARGET), Instant::now());
        let late = breaker.enter(now).expect("closed");
        fail(&breaker, LIMIT, now);
        let later = now + PAUSE;
        let alone = breaker.enter(later).expect("half open");
        late.unanswered(later);
        assert_eq!(breaker.level(later), 1);
        alone.answered();
        assert_eq!(breaker.level(later), 0);
    }
}
