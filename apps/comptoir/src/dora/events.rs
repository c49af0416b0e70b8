//! What the pipeline remembers: `events.jsonl`, a JSON object a line, which `ci/event` appends.

use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

/// Something that happened in an environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event {
    Deployment(Deployment),
    Incident(Incident),
    Vulnerability(Vulnerability),
}

/// A version was to run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Deployment {
    /// When its outcome was known.
    pub(super) at: DateTime<Utc>,
    /// When what ran before began to be replaced.
    pub(super) began: DateTime<Utc>,
    environment: String,
    pub(super) outcome: Outcome,
    /// The commit, by its full name.
    pub(super) revision: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(super) enum Outcome {
    /// It runs, and does what it is for.
    #[serde(rename = "deployed")]
    Deployed,
    /// It does not; what ran before is brought back.
    #[serde(rename = "failed")]
    Failed,
    /// This one ran before, and runs again: by itself after a failure, or because somebody wanted it.
    #[serde(rename = "rolled back")]
    RolledBack,
    /// Nothing runs.
    #[serde(rename = "rollback failed")]
    RollbackFailed,
}

/// The shop did not do what it is for, or does again.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Incident {
    pub(super) at: DateTime<Utc>,
    environment: String,
    pub(super) state: IncidentState,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum IncidentState {
    Opened,
    Closed,
}

/// An advisory is against something that runs, or no longer.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Vulnerability {
    pub(super) at: DateTime<Utc>,
    environment: String,
    pub(super) state: VulnerabilityState,
    /// As in RUSTSEC-2020-0071.
    pub(super) advisory: String,
    /// The day on which it became known to the world.
    pub(super) published: NaiveDate,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum VulnerabilityState {
    Detected,
    Fixed,
}

impl Event {
    pub(super) fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Deployment(it) => it.at,
            Self::Incident(it) => it.at,
            Self::Vulnerability(it) => it.at,
        }
    }

    fn environment(&self) -> &str {
        match self {
            Self::Deployment(it) => &it.environment,
            Self::Incident(it) => &it.environment,
            Self::Vulnerability(it) => &it.environment,
        }
    }
}

/// What `file` has about `environment`, oldest first.
///
/// # Errors
/// Where the file cannot be read, or a line is no event: a figure without it would be wrong.
pub(super) fn read(file: &Path, environment: &str) -> anyhow::Result<Vec<Event>> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!(
            "no events in {}; ci/deploy writes them, and --events names another file",
            file.display()
        )
    })?;
    parse(&text, environment).with_context(|| format!("in {}", file.display()))
}

fn parse(text: &str, environment: &str) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let event: Event =
            serde_json::from_str(line).with_context(|| format!("line {number} is no event"))?;
        if event.environment() == environment {
            events.push(event);
        }
    }
    // Two jobs may have written at once.
    events.sort_by_key(Event::at);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"event": "incident", "at": "2026-11-02T10:00:00Z", "environment": "prod", "state": "opened", "cause": "ci/smoke"}
{"event": "incident", "at": "2026-11-01T10:00:00Z", "environment": "dev", "state": "opened"}
{"event": "deployment", "at": "2026-11-01T10:00:00Z", "began": "2026-11-01T09:59:00Z", "environment": "prod", "outcome": "rolled back", "revision": "ab", "version": "v1", "seconds": 60}
"#;

    #[test]
    fn those_of_the_environment_are_read_in_order() {
        let events = parse(LINES, "prod").expect("they are events");
        assert!(
            matches!(events.as_slice(), [Event::Deployment(it), Event::Incident(_)] if it.outcome == Outcome::RolledBack),
            "{events:?}"
        );
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let error = parse(&format!("{LINES}{{\"event\": \"party\"}}\n"), "prod").unwrap_err();
        assert_eq!(error.to_string(), "line 4 is no event");
    }
}
