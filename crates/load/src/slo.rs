//! Objectives: what a run has to show to be good.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    drive::count,
    plan::{duration_of, number},
    report::Report,
    timing::{Figure, short},
};

/// An objective, as in `checkout.p99<50ms`, `purchase.rate>=300` or `errors<0.1%`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Objective {
    text: String,
    subject: Subject,
    comparison: Comparison,
    bound: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Subject {
    /// A figure of a journey or a step, in seconds.
    Timing(String, Figure),
    /// Journeys or steps a second.
    Rate(String),
    /// All journeys that ended well, a second.
    Achieved,
    /// Shares from 0 to 1: journeys that failed, that did not start, that were asked again.
    Errors,
    Dropped,
    Retries,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// What became of an objective.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Judged {
    /// The objective.
    pub objective: Objective,
    /// What was measured, for people.
    pub measured: String,
    /// Whether it was kept; nothing is where nothing was measured.
    pub kept: bool,
}

/// Why a text is not an objective.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "an objective is as in checkout.p99<50ms (p50, p90, p95, p99, p99.9, max, mean), checkout.rate>=300, \
     achieved>=100, errors<0.1%, dropped<1% or retries<1%, and begins with the name of a journey or a step"
)]
pub struct NotAnObjective;

impl FromStr for Objective {
    type Err = NotAnObjective;

    fn from_str(text: &str) -> Result<Self, NotAnObjective> {
        let place = text.find(['<', '>']).ok_or(NotAnObjective)?;
        let (subject, rest) = text.split_at(place);
        let (comparison, bound) = if let Some(bound) = rest.strip_prefix("<=") {
            (Comparison::AtMost, bound)
        } else if let Some(bound) = rest.strip_prefix('<') {
            (Comparison::Below, bound)
        } else if let Some(bound) = rest.strip_prefix(">=") {
            (Comparison::AtLeast, bound)
        } else {
            (
                Comparison::Above,
                rest.strip_prefix('>').ok_or(NotAnObjective)?,
            )
        };
        let subject = subject_of(subject.trim()).ok_or(NotAnObjective)?;
        let bound = bound.trim();
        let bound = match subject {
            Subject::Timing(..) => duration_of(bound).map(|it| it.as_secs_f64()),
            Subject::Rate(_) | Subject::Achieved => number(bound),
            Subject::Errors | Subject::Dropped | Subject::Retries => bound
                .strip_suffix('%')
                .and_then(number)
                .map(|it| it / 100.0),
        };
        Ok(Self {
            text: text.to_owned(),
            subject,
            comparison,
            bound: bound.ok_or(NotAnObjective)?,
        })
    }
}

fn subject_of(text: &str) -> Option<Subject> {
    match text {
        "errors" => return Some(Subject::Errors),
        "dropped" => return Some(Subject::Dropped),
        "retries" => return Some(Subject::Retries),
        "achieved" => return Some(Subject::Achieved),
        _ => {}
    }
    let (name, figure) = text.split_once('.')?;
    if !Report::knows(name) {
        return None;
    }
    if figure == "rate" {
        return Some(Subject::Rate(name.to_owned()));
    }
    let figure = Figure::ALL.into_iter().find(|it| it.name() == figure)?;
    Some(Subject::Timing(name.to_owned(), figure))
}

impl TryFrom<String> for Objective {
    type Error = NotAnObjective;

    fn try_from(text: String) -> Result<Self, NotAnObjective> {
        text.parse()
    }
}

impl From<Objective> for String {
    fn from(objective: Objective) -> Self {
        objective.text
    }
}

impl Objective {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_about_errors(&self) -> bool {
        self.subject == Subject::Errors
    }

    /// Whether a run kept it.
    pub(crate) fn judge(&self, report: &Report) -> Judged {
        let share = |part: u64, all: u64| (all > 0).then(|| count(part) / count(all));
        let measured = match &self.subject {
            Subject::Timing(name, figure) => report
                .timing(name)
                .filter(|it| it.count() > 0)
                .map(|it| it.figure(*figure).as_secs_f64()),
            Subject::Rate(name) => report
                .timing(name)
                .map(|it| count(it.count()) / report.measured_seconds),
            Subject::Achieved => Some(report.achieved_rate()),
            Subject::Errors => share(report.failed(), report.ended()),
            Subject::Dropped => share(report.not_started(), report.offered()),
            Subject::Retries => share(report.retries.values().sum(), report.ended()),
        };
        let kept = measured.is_some_and(|it| match self.comparison {
            Comparison::Below => it < self.bound,
            Comparison::AtMost => it <= self.bound,
            Comparison::Above => it > self.bound,
            Comparison::AtLeast => it >= self.bound,
        });
        let measured = measured.map_or_else(
            || "nothing".to_owned(),
            |it| match self.subject {
                Subject::Timing(..) => short(Duration::try_from_secs_f64(it).unwrap_or_default()),
                Subject::Rate(_) | Subject::Achieved => format!("{it:.1}/s"),
                Subject::Errors | Subject::Dropped | Subject::Retries => {
                    format!("{:.3} %", it * 100.0)
                }
            },
        );
        Judged {
            objective: self.clone(),
            measured,
            kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::samples;

    fn is_kept(text: &str) -> bool {
        let objective: Objective = text.parse().unwrap();
        objective.judge(&samples::report(20, 10)).kept
    }

    #[test]
    fn objectives_are_judged_by_what_was_measured() {
        // 1010 journeys in ten seconds, of which ten failed; 20 ms a checkout, 60 ms a journey.
        for kept in [
            "checkout.p99<21ms",
            "checkout.p99.9<=21ms",
            "purchase.max < 61ms",
            "checkout.mean>19ms",
            "checkout.rate>=101",
            "achieved>=100",
            "errors<1%",
            "dropped<=0%",
            "retries<=0%",
        ] {
            assert!(is_kept(kept), "{kept}");
        }
        for missed in [
            "checkout.p99<20ms",
            "purchase.p50<59ms",
            "checkout.rate>102",
            "achieved>100.5",
            "errors<0.9%",
        ] {
            assert!(!is_kept(missed), "{missed}");
        }
    }

    #[test]
    fn what_was_not_measured_was_not_kept() {
        assert!(!is_kept("browse.p99<10s"));
        assert!(!is_kept("search.rate>=0"));
    }

    #[test]
    fn what_is_no_objective_is_refused() {
        for text in [
            "",
            "checkout",
            "checkout.p99",
            "checkout.p98<1ms",
            "check.p99<1ms",
            "checkout.p99<1",
            "checkout.p99=1ms",
            "errors<1",
            "errors<1ms",
            "achieved>1/s",
            "checkout.p99<-1ms",
            "checkout.p99<<1ms",
        ] {
            assert_eq!(text.parse::<Objective>(), Err(NotAnObjective), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_is_read_is_written_alike(text in "(checkout|errors|[a-z.]{0,9})[.<>=]{0,3}[0-9a-z.%]{0,8}") {
            if let Ok(objective) = text.parse::<Objective>() {
                prop_assert_eq!(String::from(objective), text);
            }
        }
    }
}
