//! What an audit found.

use std::{collections::HashSet, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// All of it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    /// When it was done.
    pub(super) at: DateTime<Utc>,
    /// Whether what is under way counts as a failure: it was waited for.
    pub(super) asked_to_settle: bool,
    /// What is neither right nor wrong yet.
    under_way: Vec<Count>,
    pub(super) invariants: Vec<Verdict>,
}

/// One invariant.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Verdict {
    /// As in I1.
    pub(super) invariant: String,
    /// What is promised.
    pub(super) promise: String,
    /// What was looked at.
    pub(super) checked: Vec<Count>,
    /// What breaks the promise.
    pub(super) violations: Vec<Violation>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Count {
    what: String,
    pub(super) number: usize,
}

#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub(super) struct Violation {
    /// As in `order 0199...`.
    pub(super) row: String,
    /// The rule that the row breaks.
    pub(super) rule: String,
    /// How.
    pub(super) detail: String,
}

/// How many rows are named for each invariant; JSON has them all.
const NAMED: usize = 20;

pub(super) fn count(what: &str, number: usize) -> Count {
    Count {
        what: what.to_owned(),
        number,
    }
}

impl Verdict {
    pub(super) fn new(invariant: &str, promise: &str) -> Self {
        Self {
            invariant: invariant.to_owned(),
            promise: promise.to_owned(),
            checked: Vec::new(),
            violations: Vec::new(),
        }
    }

    pub(super) fn checked(mut self, what: &str, number: usize) -> Self {
        self.checked.push(count(what, number));
        self
    }

    /// Says that `row` breaks `rule`.
    pub(super) fn broken(&mut self, row: impl fmt::Display, rule: &str, detail: impl fmt::Display) {
        self.violations.push(Violation {
            row: row.to_string(),
            rule: rule.to_owned(),
            detail: detail.to_string(),
        });
    }

    #[cfg(test)]
    pub(super) fn rows(&self) -> Vec<&str> {
        self.violations.iter().map(|it| it.row.as_str()).collect()
    }
}

impl Report {
    pub(super) fn new(under_way: Vec<Count>, invariants: Vec<Verdict>) -> Self {
        Self {
            at: Utc::now(),
            asked_to_settle: false,
            under_way,
            invariants,
        }
    }

    /// Whether nothing is under way.
    pub(super) fn is_settled(&self) -> bool {
        self.under_way.iter().all(|it| it.number == 0)
    }

    pub(super) fn has_violations(&self) -> bool {
        self.violations() > 0
    }

    /// How many there are.
    pub(crate) fn violations(&self) -> usize {
        self.invariants.iter().map(|it| it.violations.len()).sum()
    }

    /// Whether every promise was kept, and nothing is under way if that was waited for.
    pub(crate) fn is_clean(&self) -> bool {
        !self.has_violations() && (self.is_settled() || !self.asked_to_settle)
    }

    /// Drops what was right at the first look, in whatever amounts it was wrong at each.
    pub(super) fn keep_what_is_also_in(&mut self, first: &Self) {
        let seen: HashSet<_> = first
            .invariants
            .iter()
            .flat_map(|verdict| &verdict.violations)
            .map(|it| (it.row.as_str(), it.rule.as_str()))
            .collect();
        for verdict in &mut self.invariants {
            verdict
                .violations
                .retain(|it| seen.contains(&(it.row.as_str(), it.rule.as_str())));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for verdict in &self.invariants {
            writeln!(f, "{verdict}")?;
        }
        let under_way: Vec<_> = self
            .under_way
            .iter()
            .filter(|it| it.number > 0)
            .map(Count::to_string)
            .collect();
        match under_way.as_slice() {
            [] => writeln!(f, "Under way: nothing.")?,
            some => writeln!(f, "Under way: {}.", some.join(", "))?,
        }
        let broken = self.violations();
        if broken > 0 {
            write!(f, "The books are wrong in {} places.", grouped(broken))
        } else if self.is_clean() {
            f.write_str("The books are right.")
        } else {
            f.write_str("The books are right so far, but what is under way did not come to an end.")
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked: Vec<_> = self.checked.iter().map(Count::to_string).collect();
        write!(
            f,
            "{} {}: {}: ",
            self.invariant,
            self.promise,
            checked.join(", ")
        )?;
        if self.violations.is_empty() {
            return f.write_str("ok");
        }
        write!(f, "{} VIOLATIONS", grouped(self.violations.len()))?;
        for violation in self.violations.iter().take(NAMED) {
            write!(
                f,
                "\n   {}: {}: {}",
                violation.row, violation.rule, violation.detail
            )?;
        }
        match self.violations.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(
                f,
                "\n   and {} more (all of them with --json)",
                grouped(more)
            ),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", grouped(self.number), self.what)
    }
}

/// As in 1,204.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: usize) -> Report {
        let mut verdict = Verdict::new("I1", "one order each").checked("orders", 1204);
        for row in 0..rows {
            verdict.broken(format_args!("order {row}"), "is one", "is two");
        }
        Report::new(vec![count("pending orders", 0)], vec![verdict])
    }

    #[test]
    fn names_twenty_rows_and_counts_the_rest() {
        let text = report(23).to_string();
        assert!(
            text.contains("I1 one order each: 1,204 orders: 23 VIOLATIONS"),
            "{text}"
        );
        assert!(
            text.contains("order 19: is one: is two\n   and 3 more"),
            "{text}"
        );
        assert!(!text.contains("order 20"), "{text}");
    }

    #[test]
    fn what_was_right_before_is_not_reported() {
        let mut second = report(3);
        second.keep_what_is_also_in(&report(2));
        assert_eq!(second.invariants[0].rows(), ["order 0", "order 1"]);
        second.keep_what_is_also_in(&report(0));
        assert!(second.is_clean());
    }

    #[test]
    fn what_is_under_way_is_a_failure_only_where_it_was_waited_for() {
        let mut report = Report::new(vec![count("pending orders", 1)], vec![]);
        assert!(report.is_clean());
        report.asked_to_settle = true;
        assert!(!report.is_clean());
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1204, "1,204"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
