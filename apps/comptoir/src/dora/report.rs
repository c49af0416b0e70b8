//! The figures for people, for programs, and for Prometheus.

use std::{fmt::Write as _, time::Duration};

use prometheus::{GaugeVec, Opts, Registry, TextEncoder};
use serde_json::json;

use super::keys::{Keys, Spread};

/// As JSON.
pub(super) fn json(environment: &str, keys: &Keys) -> anyhow::Result<String> {
    let all = json!({"environment": environment, "keys": keys});
    Ok(serde_json::to_string_pretty(&all)?)
}

/// As a table.
pub(super) fn table(environment: &str, keys: &Keys) -> String {
    let deployments = match (keys.deployments, keys.deployments_per_week) {
        (0, _) => "none".to_owned(),
        (count, Some(rate)) => format!("{count}, {rate:.1} a week"),
        (count, None) => format!("{count}; less than a week is remembered"),
    };
    let failures = keys.change_failure_rate.map_or_else(unknown, |rate| {
        format!(
            "{:.0} %: {} of {}",
            rate.ratio() * 100.0,
            rate.failed,
            rate.changes
        )
    });
    let restore = match keys.open_incidents {
        0 => spread(keys.time_to_restore, "incident"),
        open => format!("{}; {open} open", spread(keys.time_to_restore, "incident")),
    };
    let rows = [
        ("deployments", deployments),
        ("lead time for changes", spread(keys.lead_time, "commit")),
        ("change failure rate", failures),
        ("time to restore", restore),
        (
            "time to detect a vulnerability",
            spread(keys.time_to_detect, "advisory"),
        ),
        (
            "time to fix a vulnerability",
            spread(keys.time_to_fix, "advisory"),
        ),
    ];
    let mut text = format!(
        "{environment}, {} to {}",
        keys.window.from.format("%Y-%m-%d"),
        keys.window.to.format("%Y-%m-%d")
    );
    for (name, value) in rows {
        let _ = write!(text, "\n{name:<31} {value}");
    }
    for (advisory, it) in keys.vulnerabilities.iter().filter(|(_, it)| !it.fixed) {
        let _ = write!(text, "\nopen: {advisory:<25} for {}", human(it.open));
    }
    text
}

fn unknown() -> String {
    "no data".to_owned()
}

fn spread(spread: Option<Spread>, what: &str) -> String {
    spread.map_or_else(unknown, |it| {
        format!(
            "{} (median; mean {}; by {what}, {})",
            human(it.median),
            human(it.mean),
            it.count
        )
    })
}

/// As in 2 d 4 h, 3 min 20 s, 49 s.
fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let Some(largest) = units.iter().position(|(_, length)| seconds >= *length) else {
        return "0 s".to_owned();
    };
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, length) in units.iter().skip(largest).take(2) {
        if rest / length > 0 {
            parts.push(format!("{} {unit}", rest / length));
        }
        rest %= length;
    }
    parts.join(" ")
}

/// As Prometheus reads it. What is not known has no sample.
///
/// # Errors
/// Where a name is given twice, which a test would see.
pub(super) fn prometheus(environment: &str, keys: &Keys) -> anyhow::Result<String> {
    let registry = Registry::new();
    let gauge = |name: &str, help: &str, label: &str| -> anyhow::Result<GaugeVec> {
        let gauge = GaugeVec::new(Opts::new(name, help), &[label])?;
        registry.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    };
    let window = keys.window.to - keys.window.from;
    let open_incidents = f64::from(u32::try_from(keys.open_incidents)?);
    let median = |it: Option<Spread>| it.map(|it| it.median.as_secs_f64());
    let figures = [
        (
            "dora_window_seconds",
            "How far back the other figures look.",
            Some(window.as_seconds_f64()),
        ),
        (
            "dora_deployments",
            "Deployments that succeeded.",
            Some(f64::from(keys.deployments)),
        ),
        (
            "dora_deployments_per_week",
            "The same as a rate; absent until a week is remembered.",
            keys.deployments_per_week,
        ),
        (
            "dora_lead_time_seconds",
            "From commit to deployment; median of commits.",
            median(keys.lead_time),
        ),
        (
            "dora_change_failure_ratio",
            "Share of deployments that failed, were rolled back, or were followed by an incident.",
            keys.change_failure_rate.map(|it| it.ratio()),
        ),
        (
            "dora_time_to_restore_seconds",
            "From the beginning to the end of an incident; median.",
            median(keys.time_to_restore),
        ),
        (
            "dora_open_incidents",
            "Incidents that have not ended.",
            Some(open_incidents),
        ),
    ];
    for (name, help, value) in figures {
        let gauge = gauge(name, help, "environment")?;
        if let Some(value) = value {
            gauge.with_label_values(&[environment]).set(value);
        }
    }
    let detection = gauge(
        "vulnerability_detection_seconds",
        "From an advisory's publication to its detection in what runs.",
        "advisory",
    )?;
    let open = gauge(
        "vulnerability_open_seconds",
        "How long an advisory has been known to be against what runs.",
        "advisory",
    )?;
    let fix = gauge(
        "vulnerability_fix_seconds",
        "From an advisory's detection to when nothing that runs was concerned.",
        "advisory",
    )?;
    for (advisory, it) in &keys.vulnerabilities {
        let label = &[advisory.as_str()];
        detection
            .with_label_values(label)
            .set(it.detected_after.as_secs_f64());
        let lasted = if it.fixed { &fix } else { &open };
        lasted.with_label_values(label).set(it.open.as_secs_f64());
    }
    Ok(TextEncoder::new().encode_to_string(&registry.gather())?)
}
