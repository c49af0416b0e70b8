//! `comptoir dora` on a history and on events that are made for it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

use std::{
    path::Path,
    process::{Command, Output},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository and what its pipeline remembers.
struct Pipeline {
    folder: TempDir,
    now: DateTime<Utc>,
    events: String,
}

impl Pipeline {
    fn new() -> Self {
        let pipeline = Self {
            folder: tempfile::tempdir().unwrap(),
            now: DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap(),
            events: String::new(),
        };
        pipeline.git(&["init", "--quiet"], pipeline.now);
        pipeline
    }

    fn hours_ago(&self, hours: i64) -> DateTime<Utc> {
        self.now - TimeDelta::hours(hours)
    }

    fn git(&self, arguments: &[&str], at: DateTime<Utc>) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(["-c", "user.name=ada", "-c", "user.email=ada@example.com"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", at.to_rfc3339())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A commit's name.
    fn commit(&self, hours_ago: i64) -> String {
        let at = self.hours_ago(hours_ago);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "Do it"], at);
        self.git(&["rev-parse", "HEAD"], at)
    }

    fn remember(&mut self, event: &Value) {
        self.events.push_str(&format!("{event}\n"));
    }

    fn deployed(&mut self, revision: &str, hours_ago: i64) {
        let at = self.hours_ago(hours_ago);
        self.remember(&json!({
            "event": "deployment", "environment": "prod", "outcome": "deployed", "revision": revision,
            "at": at, "began": at,
        }));
    }

    fn dora(&self, arguments: &[&str]) -> Output {
        let events = self.folder.path().join("events.jsonl");
        std::fs::write(&events, &self.events).unwrap();
        run(&events, self.folder.path(), arguments)
    }

    fn json(&self) -> Value {
        let output = self.dora(&["--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["keys"].take()
    }
}

fn run(events: &Path, repository: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_comptoir"))
        .arg("dora")
        .arg("--events")
        .arg(events)
        .arg("--repository")
        .arg(repository)
        .args(arguments)
        .output()
        .unwrap()
}

const HOUR: i64 = 3600;

#[test]
fn each_commit_counts_once_with_the_deployment_that_brought_it() {
    let mut pipeline = Pipeline::new();
    pipeline.commit(300);
    let first = pipeline.commit(201);
    pipeline.commit(110);
    let second = pipeline.commit(104);
    let third = pipeline.commit(12);
    pipeline.deployed(&first, 200);
    pipeline.deployed(&second, 100);
    // Back, and on again: neither brings anything.
    pipeline.deployed(&first, 90);
    pipeline.deployed(&second, 80);
    pipeline.deployed(&third, 10);

    let lead_time = pipeline.json()["lead_time"].take();
    // Of the first the newest commit alone: 1 hour; then 10 and 4; then 2.
    assert_eq!(
        lead_time,
        json!({"count": 4, "median_seconds": 3 * HOUR, "mean_seconds": 17 * HOUR / 4})
    );
}

#[test]
fn merges_are_nobodys_work() {
    let mut pipeline = Pipeline::new();
    let first = pipeline.commit(60);
    pipeline.git(&["checkout", "--quiet", "-b", "work"], pipeline.now);
    pipeline.commit(40);
    pipeline.git(&["checkout", "--quiet", "-"], pipeline.now);
    let merge = ["merge", "--quiet", "--no-ff", "-m", "Merge", "work"];
    pipeline.git(&merge, pipeline.hours_ago(20));
    let merged = pipeline.git(&["rev-parse", "HEAD"], pipeline.now);
    pipeline.deployed(&first, 50);
    pipeline.deployed(&merged, 10);
    let lead_time = pipeline.json()["lead_time"].take();
    assert_eq!(
        lead_time,
        json!({"count": 2, "median_seconds": 20 * HOUR, "mean_seconds": 20 * HOUR})
    );
}

#[test]
fn a_commit_that_the_clone_does_not_know_is_named_and_left_out() {
    let mut pipeline = Pipeline::new();
    let known = pipeline.commit(5);
    let gone = "00".repeat(20);
    pipeline.deployed(&gone, 8);
    pipeline.deployed(&known, 3);
    let output = pipeline.dora(&["--json"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains(&gone), "{errors}");
    let keys = pipeline.json();
    assert_eq!(keys["deployments"], 2);
    assert_eq!(keys["lead_time"]["count"], 1);
}

#[test]
fn the_table_says_what_is_not_known() {
    let mut pipeline = Pipeline::new();
    let revision = pipeline.commit(5);
    pipeline.deployed(&revision, 3);
    let output = pipeline.dora(&[]);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "deployments                     1; less than a week is remembered",
        "lead time for changes           2 h (median; mean 2 h; by commit, 1)",
        "change failure rate             0 %: 0 of 1",
        "time to restore                 no data",
        "time to detect a vulnerability  no data",
        "time to fix a vulnerability     no data",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}

#[test]
fn prometheus_gets_samples_of_what_is_known() {
    let mut pipeline = Pipeline::new();
    let revision = pipeline.commit(5);
    pipeline.deployed(&revision, 3);
    pipeline.remember(&json!({
        "event": "vulnerability", "environment": "prod", "state": "detected", "advisory": "RUSTSEC-2020-0071",
        "published": pipeline.hours_ago(48).date_naive(), "at": pipeline.hours_ago(2),
    }));
    let text = String::from_utf8(pipeline.dora(&["--prometheus"]).stdout).unwrap();
    for line in [
        "# TYPE dora_lead_time_seconds gauge",
        "dora_lead_time_seconds{environment=\"prod\"} 7200",
        "dora_deployments{environment=\"prod\"} 1",
        "dora_window_seconds{environment=\"prod\"} 7776000",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let open = "vulnerability_open_seconds{advisory=\"RUSTSEC-2020-0071\"} 72";
    assert!(text.contains(open), "{text}");
    for absent in [
        "dora_time_to_restore_seconds",
        "dora_deployments_per_week",
        "vulnerability_fix_seconds",
    ] {
        assert!(!text.contains(absent), "{absent}\n{text}");
    }
}

#[test]
fn without_events_there_is_no_answer() {
    let pipeline = Pipeline::new();
    let nowhere = pipeline.folder.path().join("nothing.jsonl");
    let output = run(&nowhere, pipeline.folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("--events names another file"), "{errors}");
}
