use serde_json::{Value, json};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn time(text: &str) -> DateTime<Utc> {
    format!("2026-11-{text}Z").parse().unwrap()
}

/// From the 1st to the 29th.
fn window() -> Window {
    Window {
        from: time("01T00:00:00"),
        to: time("29T00:00:00"),
    }
}

fn event(value: Value) -> Event {
    serde_json::from_value(value).unwrap()
}

/// `began` a minute before.
fn deployment(at: &str, outcome: &str) -> Event {
    let at = time(at);
    event(json!({
        "event": "deployment", "environment": "prod", "revision": "ab", "outcome": outcome,
        "at": at, "began": at - TimeDelta::minutes(1),
    }))
}

fn incident(at: &str, state: &str) -> Event {
    event(json!({"event": "incident", "environment": "prod", "at": time(at), "state": state}))
}

fn vulnerability(at: &str, state: &str, advisory: &str) -> Event {
    event(json!({
        "event": "vulnerability", "environment": "prod", "at": time(at), "state": state,
        "advisory": advisory, "published": "2026-11-02",
    }))
}

fn of(events: &[Event]) -> Keys {
    Keys::of(events, &[], window())
}

fn rate(events: &[Event]) -> (u32, u32) {
    let rate = of(events).change_failure_rate.unwrap();
    (rate.failed, rate.changes)
}

#[test]
fn where_nothing_happened_no_figure_is_zero() {
    let keys = of(&[]);
    assert_eq!(keys.deployments, 0);
    assert_eq!(keys.deployments_per_week, None);
    assert_eq!(keys.change_failure_rate, None);
    for spread in [
        keys.lead_time,
        keys.time_to_restore,
        keys.time_to_detect,
        keys.time_to_fix,
    ] {
        assert_eq!(spread, None);
    }
}

#[test]
fn deployments_that_succeeded_in_the_window_are_counted() {
    let before_the_window = event(json!({
        "event": "deployment", "environment": "prod", "revision": "ab", "outcome": "deployed",
        "at": "2026-10-31T00:00:00Z", "began": "2026-10-31T00:00:00Z",
    }));
    let keys = of(&[
        before_the_window,
        deployment("02T10:00:00", "deployed"),
        deployment("03T10:00:00", "failed"),
        deployment("03T10:02:00", "rolled back"),
        deployment("04T10:00:00", "deployed"),
    ]);
    assert_eq!(keys.deployments, 2);
    // In four weeks.
    assert_eq!(keys.deployments_per_week, Some(0.5));
}

#[test]
fn there_is_no_rate_per_week_before_a_week_is_remembered() {
    let on_the = |day: &str| of(&[deployment(&format!("{day}T00:00:00"), "deployed")]);
    assert_eq!(on_the("23").deployments_per_week, None);
    assert_eq!(on_the("22").deployments_per_week, Some(1.0));
}

#[test]
fn lead_time_is_the_median_of_commits() {
    let delivered: Vec<_> = ["02T09:00:00", "02T08:00:00", "01T10:00:00", "02T10:01:00"]
        .map(|committed| Delivered {
            committed: time(committed),
            deployed: time("02T10:00:00"),
        })
        .into();
    let lead_time = |delivered| Keys::of(&[], delivered, window()).lead_time.unwrap();
    // A clock that is ahead gives 0; the others 1, 2 and 24 hours.
    assert_eq!(
        lead_time(&delivered),
        Spread {
            count: 4,
            median: HOUR * 3 / 2,
            mean: HOUR * 27 / 4
        }
    );
    assert_eq!(lead_time(&delivered[..3]).median, HOUR * 2);
}

#[test]
fn a_change_fails_that_is_brought_back_by_itself() {
    let events = [
        deployment("02T10:00:00", "deployed"),
        deployment("03T10:00:00", "failed"),
        deployment("03T10:02:00", "rolled back"),
    ];
    assert_eq!(rate(&events), (1, 2));
}

#[test]
fn a_change_fails_that_somebody_rolls_back() {
    let events = [
        deployment("02T10:00:00", "deployed"),
        deployment("03T10:00:00", "deployed"),
        deployment("05T10:00:00", "rolled back"),
    ];
    assert_eq!(rate(&events), (1, 2));
}

#[test]
fn a_change_fails_that_an_incident_follows_within_a_day() {
    let of_an_incident = |at| {
        rate(&[
            deployment("02T10:00:00", "deployed"),
            deployment("03T10:00:00", "deployed"),
            incident(at, "opened"),
        ])
    };
    assert_eq!(of_an_incident("04T10:00:00"), (1, 2));
    assert_eq!(of_an_incident("04T10:00:01"), (0, 2));
}

#[test]
fn an_outage_is_over_when_something_runs_again() {
    let keys = of(&[
        deployment("02T10:00:00", "failed"),
        deployment("02T10:02:00", "rolled back"),
        incident("05T10:00:00", "opened"),
        incident("05T11:00:00", "closed"),
        deployment("06T10:00:00", "failed"),
        deployment("06T10:02:00", "rollback failed"),
    ]);
    assert_eq!(
        keys.time_to_restore,
        Some(Spread {
            count: 2,
            median: (HOUR + 3 * MINUTE) / 2,
            mean: (HOUR + 3 * MINUTE) / 2
        })
    );
    assert_eq!(keys.open_incidents, 1);
}

#[test]
fn outages_that_overlap_are_one() {
    let keys = of(&[
        deployment("02T10:00:00", "failed"),
        incident("02T10:10:00", "opened"),
        deployment("02T10:30:00", "deployed"),
        incident("02T10:59:00", "closed"),
    ]);
    let restored = keys.time_to_restore.unwrap();
    assert_eq!((restored.count, restored.median), (1, HOUR));
}

#[test]
fn a_vulnerability_is_detected_once_and_open_until_it_is_fixed() {
    let keys = of(&[
        vulnerability("03T00:00:00", "detected", "RUSTSEC-1"),
        vulnerability("04T00:00:00", "detected", "RUSTSEC-1"),
        vulnerability("04T00:00:00", "detected", "RUSTSEC-2"),
        vulnerability("05T00:00:00", "fixed", "RUSTSEC-1"),
    ]);
    let detected = keys.time_to_detect.unwrap();
    assert_eq!((detected.count, detected.mean), (2, DAY * 3 / 2));
    let fixed = keys.time_to_fix.unwrap();
    assert_eq!((fixed.count, fixed.median), (1, DAY * 2));
    let open = keys.vulnerabilities["RUSTSEC-2"];
    assert_eq!((open.fixed, open.open), (false, DAY * 25));
}

#[test]
fn a_vulnerability_that_comes_back_counts_twice() {
    let keys = of(&[
        vulnerability("03T00:00:00", "detected", "RUSTSEC-1"),
        vulnerability("04T00:00:00", "fixed", "RUSTSEC-1"),
        vulnerability("05T00:00:00", "detected", "RUSTSEC-1"),
        vulnerability("08T00:00:00", "fixed", "RUSTSEC-1"),
    ]);
    let fixed = keys.time_to_fix.unwrap();
    assert_eq!((fixed.count, fixed.median), (2, DAY * 2));
}
