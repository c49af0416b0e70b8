//! What the figures mean. The four keys are those of <https://dora.dev/research/>, the other two the questions of the
//! course: how fast do we detect, how fast do we correct?
//!
//! A figure of which there is no data is none, and not 0.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use super::{
    deployments,
    events::{Event, Incident, IncidentState, Outcome, VulnerabilityState},
};

/// An incident is a deployment's fault if it comes within this time, and before the next deployment.
const BLAMED_FOR: TimeDelta = TimeDelta::hours(24);
/// A rate per week needs a week.
const WEEK: TimeDelta = TimeDelta::days(7);

/// The time that is looked at.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Window {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// A commit, and when it was deployed for the first time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    pub(super) committed: DateTime<Utc>,
    pub(super) deployed: DateTime<Utc>,
}

/// How well changes reach an environment.
#[derive(Debug, Serialize)]
pub(super) struct Keys {
    pub(super) window: Window,
    /// Deployment frequency, "how often does your organization deploy code to production": those that succeeded.
    pub(super) deployments: u32,
    /// The same as a rate, over the part of the window in which anything was remembered, if that is a week or more.
    pub(super) deployments_per_week: Option<f64>,
    /// Lead time for changes, "how long does it take to go from code committed to code successfully running in
    /// production": of every commit of the deployments.
    pub(super) lead_time: Option<Spread>,
    /// "What percentage of changes to production result in degraded service and subsequently require remediation".
    pub(super) change_failure_rate: Option<Rate>,
    /// "How long does it generally take to restore service": from a failed deployment, or the opening of an incident,
    /// to when the shop did again what it is for. Those that overlap are one.
    pub(super) time_to_restore: Option<Spread>,
    /// Of those, how many have not ended.
    pub(super) open_incidents: usize,
    /// From the day on which an advisory was published to when it was seen to be against what runs.
    pub(super) time_to_detect: Option<Spread>,
    /// From then to when nothing that runs was concerned.
    pub(super) time_to_fix: Option<Spread>,
    /// By advisory, the newest time that it was detected.
    pub(super) vulnerabilities: BTreeMap<String, Exposure>,
}

/// Durations, by their middle and their average.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) count: usize,
    #[serde(rename = "median_seconds", serialize_with = "seconds")]
    pub(super) median: Duration,
    #[serde(rename = "mean_seconds", serialize_with = "seconds")]
    pub(super) mean: Duration,
}

/// So many out of so many.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Rate {
    pub(super) failed: u32,
    pub(super) changes: u32,
}

/// How long an advisory has been against what runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Exposure {
    #[serde(rename = "detected_after_seconds", serialize_with = "seconds")]
    pub(super) detected_after: Duration,
    pub(super) fixed: bool,
    /// From its detection until it was fixed, or until now.
    #[serde(rename = "open_seconds", serialize_with = "seconds")]
    pub(super) open: Duration,
}

/// A deployment that succeeded or failed.
struct Change {
    at: DateTime<Utc>,
    succeeded: bool,
    failed: bool,
}

/// A time in which the shop did not do what it is for.
struct Outage {
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
}

impl Window {
    pub(super) fn contains(self, at: DateTime<Utc>) -> bool {
        self.from <= at && at <= self.to
    }
}

impl Rate {
    /// From 0 to 1.
    pub(super) fn ratio(self) -> f64 {
        f64::from(self.failed) / f64::from(self.changes)
    }
}

impl Keys {
    /// The keys of one environment's `events`, which are oldest first, and of the commits that they `delivered`.
    pub(super) fn of(events: &[Event], delivered: &[Delivered], window: Window) -> Self {
        let mut changes = changes(events);
        changes.retain(|it| window.contains(it.at));
        let deployments = number(&changes, |it| it.succeeded);
        let outages = outages(events);
        let vulnerabilities = exposures(events, window);
        Self {
            window,
            deployments,
            deployments_per_week: per_week(deployments, events, window),
            lead_time: Spread::of(
                delivered
                    .iter()
                    .filter(|it| window.contains(it.deployed))
                    .map(|it| between(it.committed, it.deployed)),
            ),
            change_failure_rate: (!changes.is_empty()).then(|| Rate {
                failed: number(&changes, |it| it.failed),
                changes: number(&changes, |_| true),
            }),
            time_to_restore: Spread::of(outages.iter().filter_map(|it| {
                it.to
                    .filter(|to| window.contains(*to))
                    .map(|to| between(it.from, to))
            })),
            open_incidents: outages.iter().filter(|it| it.to.is_none()).count(),
            time_to_detect: Spread::of(vulnerabilities.iter().map(|(_, it)| it.detected_after)),
            time_to_fix: Spread::of(
                vulnerabilities
                    .iter()
                    .filter(|(_, it)| it.fixed)
                    .map(|(_, it)| it.open),
            ),
            vulnerabilities: vulnerabilities.into_iter().collect(),
        }
    }
}

impl Spread {
    fn of(durations: impl Iterator<Item = Duration>) -> Option<Self> {
        let mut sorted: Vec<_> = durations.collect();
        sorted.sort_unstable();
        let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
        let upper = sorted.get(sorted.len() / 2)?;
        Some(Self {
            count: sorted.len(),
            median: (*lower + *upper) / 2,
            mean: sorted.iter().sum::<Duration>() / u32::try_from(sorted.len()).ok()?,
        })
    }
}

fn number(changes: &[Change], which: impl Fn(&Change) -> bool) -> u32 {
    let count = changes.iter().filter(|it| which(it)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Clocks of two machines may differ, so that something seems to end before it began.
fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

fn per_week(deployments: u32, events: &[Event], window: Window) -> Option<f64> {
    let known = events.first()?.at().max(window.from);
    let covered = window.to - known;
    (covered >= WEEK)
        .then(|| f64::from(deployments) * WEEK.as_seconds_f64() / covered.as_seconds_f64())
}

/// A change failed if it did not get through, was rolled back by hand, or was soon followed by an incident.
fn changes(events: &[Event]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut just_failed = false;
    for event in events {
        match event {
            Event::Deployment(it) => {
                match it.outcome {
                    Outcome::Deployed | Outcome::Failed => changes.push(Change {
                        at: it.at,
                        succeeded: it.outcome == Outcome::Deployed,
                        failed: it.outcome == Outcome::Failed,
                    }),
                    // After a failure it is the rest of that; otherwise somebody wanted it.
                    Outcome::RolledBack | Outcome::RollbackFailed => {
                        let newest = changes.iter_mut().rfind(|it| it.succeeded);
                        if let Some(change) = newest.filter(|_| !just_failed) {
                            change.failed = true;
                        }
                    }
                }
                just_failed = it.outcome == Outcome::Failed;
            }
            Event::Incident(it) if it.state == IncidentState::Opened => {
                if let Some(change) = changes.last_mut()
                    && it.at - change.at <= BLAMED_FOR
                {
                    change.failed = true;
                }
            }
            Event::Incident(_) | Event::Vulnerability(_) => {}
        }
    }
    changes
}

fn outages(events: &[Event]) -> Vec<Outage> {
    let mut found = failed_deployments(events);
    found.extend(incidents(events));
    found.sort_by_key(|it| it.from);
    let mut merged: Vec<Outage> = Vec::new();
    for outage in found {
        match merged.last_mut() {
            Some(last) if last.to.is_none_or(|to| outage.from <= to) => {
                // Over when both are.
                last.to = last.to.zip(outage.to).map(|(one, other)| one.max(other));
            }
            _ => merged.push(outage),
        }
    }
    merged
}

/// From when what ran before began to be replaced until something runs again.
fn failed_deployments(events: &[Event]) -> Vec<Outage> {
    let mut found: Vec<Outage> = Vec::new();
    for it in deployments(events) {
        let open = found.last_mut().filter(|last| last.to.is_none());
        match (it.outcome, open) {
            (Outcome::Failed, None) => found.push(Outage {
                from: it.began,
                to: None,
            }),
            (Outcome::Deployed | Outcome::RolledBack, Some(outage)) => outage.to = Some(it.at),
            _ => {}
        }
    }
    found
}

fn incidents(events: &[Event]) -> Vec<Outage> {
    let mut found: Vec<Outage> = Vec::new();
    for event in events {
        let Event::Incident(Incident { at, state, .. }) = event else {
            continue;
        };
        let open = found.last_mut().filter(|last| last.to.is_none());
        match (state, open) {
            (IncidentState::Opened, None) => found.push(Outage {
                from: *at,
                to: None,
            }),
            (IncidentState::Closed, Some(outage)) => outage.to = Some(*at),
            _ => {}
        }
    }
    found
}

/// Each time that an advisory was detected, fixed, or is open, if that was in the window, oldest first.
fn exposures(events: &[Event], window: Window) -> Vec<(String, Exposure)> {
    let mut open: BTreeMap<&str, (DateTime<Utc>, Duration)> = BTreeMap::new();
    let mut found = Vec::new();
    for event in events {
        let Event::Vulnerability(it) = event else {
            continue;
        };
        match it.state {
            VulnerabilityState::Detected => {
                let published = it.published.and_time(NaiveTime::MIN).and_utc();
                open.entry(&it.advisory)
                    .or_insert((it.at, between(published, it.at)));
            }
            VulnerabilityState::Fixed => {
                if let Some((detected, detected_after)) = open.remove(it.advisory.as_str())
                    && window.contains(it.at)
                {
                    let exposure = Exposure {
                        detected_after,
                        fixed: true,
                        open: between(detected, it.at),
                    };
                    found.push((it.advisory.clone(), exposure));
                }
            }
        }
    }
    found.extend(
        open.into_iter()
            .map(|(advisory, (detected, detected_after))| {
                let exposure = Exposure {
                    detected_after,
                    fixed: false,
                    open: between(detected, window.to),
                };
                (advisory.to_owned(), exposure)
            }),
    );
    found
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

#[cfg(test)]
mod tests;
