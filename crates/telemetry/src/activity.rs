//! What a service did in the last minute, for those who have no Prometheus to ask.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use prometheus::{Registry, proto::MetricType};
use serde::{Deserialize, Serialize};

use crate::Span;

/// What a service did in the last minute.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Activity {
    /// How long the time is that the routes are told of, in seconds: a minute, or less right after the start
    /// and where there were too many requests to remember.
    pub seconds: f64,
    /// Each route that was called.
    pub routes: Vec<Route>,
    /// The gauges and counters as they are now.
    pub numbers: Vec<Number>,
    /// What it was last asked to do: the last, the slowest and those that failed.
    pub entries: Vec<Span>,
}

/// The requests of one route. Durations are in seconds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Route {
    /// Its method.
    pub method: String,
    /// Its template.
    pub route: String,
    /// How many requests were answered.
    pub requests: u64,
    /// How many of them with a status of 500 or more.
    pub failed: u64,
    /// Half of them took no longer.
    pub p50: f64,
    /// 95 % of them took no longer.
    pub p95: f64,
    /// 99 % of them took no longer.
    pub p99: f64,
}

/// A gauge or a counter.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Number {
    /// The metric's name.
    pub name: String,
    /// Its labels, without `service`.
    pub labels: BTreeMap<String, String>,
    /// Its value, in the unit that the name ends with.
    pub value: f64,
}

/// The requests of the last minute.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    since: Instant,
    answered: Arc<Mutex<VecDeque<Arc<Answered>>>>,
}

#[derive(Debug)]
struct Answered {
    at: Instant,
    method: String,
    route: String,
    took: Duration,
    failed: bool,
}

const LENGTH: Duration = Duration::from_secs(60);
/// The most requests that are remembered; each takes about a hundred bytes.
const REMEMBERED: usize = 20_000;

impl Window {
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
            answered: Arc::default(),
        }
    }

    pub(crate) fn add(&self, method: &str, route: &str, took: Duration, failed: bool) {
        let at = Instant::now();
        let last = Arc::new(Answered {
            at,
            method: method.to_owned(),
            route: route.to_owned(),
            took,
            failed,
        });
        let mut answered = self.lock();
        forget(&mut answered, at);
        if answered.len() >= REMEMBERED {
            answered.pop_front();
        }
        answered.push_back(last);
    }

    /// How long it is, in seconds, and what was called in it.
    pub(crate) fn routes(&self) -> (f64, Vec<Route>) {
        let now = Instant::now();
        let answered = self.snapshot(now);
        let length = match answered.first() {
            Some(first) if answered.len() >= REMEMBERED => now - first.at,
            _ => (now - self.since).min(LENGTH),
        };
        let mut by_route: BTreeMap<(&str, &str), Vec<&Answered>> = BTreeMap::new();
        for one in &answered {
            let key = (one.route.as_str(), one.method.as_str());
            by_route.entry(key).or_default().push(one);
        }
        let routes = by_route
            .into_iter()
            .map(|((route, method), requests)| summary(method, route, &requests))
            .collect();
        (length.as_secs_f64(), routes)
    }

    /// No more is done while requests wait to be remembered.
    fn snapshot(&self, now: Instant) -> Vec<Arc<Answered>> {
        let mut answered = self.lock();
        forget(&mut answered, now);
        answered.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Answered>>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget(answered: &mut VecDeque<Arc<Answered>>, now: Instant) {
    while answered.front().is_some_and(|it| now - it.at > LENGTH) {
        answered.pop_front();
    }
}

fn summary(method: &str, route: &str, requests: &[&Answered]) -> Route {
    let mut durations: Vec<_> = requests.iter().map(|it| it.took).collect();
    durations.sort_unstable();
    // The nearest rank: a duration that there was.
    let percentile = |percent: usize| {
        let rank = (durations.len() * percent).div_ceil(100).saturating_sub(1);
        durations.get(rank).map_or(0.0, Duration::as_secs_f64)
    };
    let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    Route {
        method: method.to_owned(),
        route: route.to_owned(),
        requests: count(requests.len()),
        failed: count(requests.iter().filter(|it| it.failed).count()),
        p50: percentile(50),
        p95: percentile(95),
        p99: percentile(99),
    }
}

/// The gauges and counters of a registry.
pub(crate) fn numbers(registry: &Registry) -> Vec<Number> {
    let mut numbers = Vec::new();
    for family in registry.gather() {
        let kind = family.get_field_type();
        for metric in family.get_metric() {
            let value = match kind {
                MetricType::GAUGE => metric.get_gauge().get_value(),
                MetricType::COUNTER => metric.get_counter().get_value(),
                _ => continue,
            };
            let labels = metric.get_label().iter();
            numbers.push(Number {
                name: family.name().to_owned(),
                labels: labels
                    .filter(|it| it.name() != "service")
                    .map(|it| (it.name().to_owned(), it.value().to_owned()))
                    .collect(),
                value,
            });
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_there_were() {
        let window = Window::new();
        for millis in 1..=200 {
            let took = Duration::from_millis(millis);
            window.add("GET", "/a", took, millis > 190);
        }
        window.add("PUT", "/a", Duration::from_secs(1), false);
        let (_, routes) = window.routes();
        let [get, put] = routes.as_slice() else {
            panic!("{routes:?}");
        };
        assert_eq!((get.requests, get.failed), (200, 10));
        assert_eq!((get.p50, get.p95, get.p99), (0.1, 0.19, 0.198));
        assert_eq!((put.requests, put.p50, put.p99), (1, 1.0, 1.0));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let window = Window::new();
        for _ in 0..REMEMBERED + 10 {
            window.add("GET", "/a", Duration::ZERO, false);
        }
        let (seconds, routes) = window.routes();
        assert!(seconds < 60.0);
        assert_eq!(routes[0].requests, 20_000);
    }
}
