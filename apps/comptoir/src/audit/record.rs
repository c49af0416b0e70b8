//! What is kept of an audit: its summary, at the order service, where the staff see it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Serialize, de::IgnoredAny};
use upstream::{Credentials, Upstream};
use url::Url;
use uuid::Uuid;

use super::{
    Verdict,
    report::{Report, Violation},
};

/// Where audits are recorded.
#[derive(Clone, Debug)]
pub(crate) struct Records(Upstream);

/// As the order service wants it (`docs/reference/contracts.md`).
#[derive(Serialize)]
struct Record<'a> {
    finished_at: DateTime<Utc>,
    clean: bool,
    version: &'static str,
    invariants: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    name: &'a str,
    promise: &'a str,
    checked: usize,
    violations: usize,
    examples: Vec<String>,
}

/// How many violations of an invariant are told, and in how many characters each.
const EXAMPLES: usize = 5;
const EXAMPLE: usize = 300;

impl Records {
    /// Those of the order service at `order_url`.
    pub(crate) fn new(order_url: &Url, credentials: &Credentials) -> anyhow::Result<Self> {
        let order = Upstream::new("order", order_url.clone(), Duration::from_secs(5))?;
        let token = credentials.token(&credentials.auth()?, "audit", "order", "audits");
        Ok(Self(order.with_token(token)))
    }

    /// Records what an audit found.
    pub(crate) async fn add(&self, report: &Report) -> Result<(), upstream::Error> {
        let path = format!("/internal/audits/{}", Uuid::now_v7());
        self.0.put::<IgnoredAny>(&path, &Record::of(report)).await?;
        Ok(())
    }
}

impl<'a> Record<'a> {
    fn of(report: &'a Report) -> Self {
        let found = |it: &'a Verdict| Found {
            name: &it.invariant,
            promise: &it.promise,
            checked: it.checked.iter().map(|it| it.number).sum(),
            violations: it.violations.len(),
            examples: it.examples(),
        };
        Self {
            finished_at: report.at,
            clean: report.is_clean(),
            version: telemetry::BUILD.version,
            invariants: report.invariants.iter().map(found).collect(),
        }
    }
}

impl Verdict {
    /// Some of the violations, each on one line of bounded length.
    fn examples(&self) -> Vec<String> {
        let some = self.violations.iter().take(EXAMPLES);
        some.map(Violation::example).collect()
    }
}

impl Violation {
    fn example(&self) -> String {
        let text = format!("{}: {}: {}", self.row, self.rule, self.detail);
        let plain = |it: char| if it.is_control() { ' ' } else { it };
        text.chars().take(EXAMPLE).map(plain).collect()
    }
}

impl Report {
    /// Some of the violations of every invariant, on one line.
    pub(crate) fn examples(&self) -> String {
        let mut all = Vec::new();
        for verdict in &self.invariants {
            let examples = verdict.examples().into_iter();
            all.extend(examples.map(|it| format!("{} {it}", verdict.invariant)));
        }
        all.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_short_and_plain() {
        let mut verdict = Verdict::new("I1", "one order each")
            .checked("orders", 12)
            .checked("keys", 11);
        for row in 0..7 {
            verdict.broken(format_args!("order {row}"), "is one", "é\n".repeat(200));
        }
        let clean = Verdict::new("I2", "paid if captured");
        let report = Report::new(Vec::new(), vec![verdict, clean]);
        let record = json!(Record::of(&report));
        assert_eq!(record["clean"], false);
        assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
        let found = &record["invariants"][0];
        assert_eq!(found["checked"], 23);
        assert_eq!(found["violations"], 7);
        let examples = found["examples"].as_array().unwrap();
        assert_eq!(examples.len(), 5);
        let first = examples[0].as_str().unwrap();
        assert!(first.starts_with("order 0: is one: é é "), "{first}");
        assert_eq!(first.chars().count(), 300);
        assert_eq!(record["invariants"][1]["examples"], json!([]));
        assert!(report.examples().starts_with("I1 order 0: is one: "));
    }
}
