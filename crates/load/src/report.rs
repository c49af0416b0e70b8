//! What a run showed, and whether that is good.

use std::{collections::BTreeMap, fs::File, io::Read as _, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    arrivals::Spacing,
    drive::count,
    environment::Environment,
    mix::{Journey, Mix},
    plan::Profile,
    record::{Counts, Record, Second, StageResult, Timings},
    slo::{Judged, Objective},
    timing::{Figure, Timing},
    visit::Step,
};

/// The form of reports; one of another form is refused, and not guessed at.
const FORM: u32 = 1;
/// Far above the report of a day.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Report {
    /// Which form this has.
    pub form: u32,
    /// When the run began.
    pub began_at: DateTime<Utc>,
    /// The shop's address.
    pub target: String,
    /// How visitors came.
    pub model: Model,
    /// The named plan, if it was one.
    pub profile: Option<Profile>,
    /// Who came.
    pub mix: Mix,
    /// How many reports this is made of.
    pub clients: u32,
    /// For how long it was measured, warm-up and drain not counted.
    pub measured_seconds: f64,
    /// Whether it was ended before its time.
    pub ended_early: bool,
    /// The last rate that the shop kept up with, and the first that it did not; of breakpoints only.
    pub knee: Option<Knee>,
    /// By stage.
    pub stages: Vec<StageResult>,
    /// By second.
    pub seconds: Vec<Second>,
    /// Journeys, from their intended start.
    pub journeys: Timings,
    /// Requests of journeys, each from when it was sent.
    pub steps: Timings,
    /// Requests that belong to no journey: accounts made before, tokens refreshed meanwhile.
    pub beside: Timings,
    /// What became of journeys.
    pub outcomes: Counts,
    /// Answers that ended journeys.
    pub errors: Counts,
    /// Answers that left open what was done, so that the same was asked again.
    pub retries: Counts,
    /// Why journeys did not start.
    pub not_started: Counts,
    /// How late this client was.
    pub lag: Timing,
    /// Whether that was more, at the 99th percentile, than this run allows: then its figures are the client's.
    pub lagged: bool,
    /// Where it was made, by client.
    pub environments: Vec<Environment>,
    /// The shop's books afterwards.
    pub audit: Audit,
    /// The objectives, judged.
    pub objectives: Vec<Judged>,
    /// The end of it.
    pub verdict: Verdict,
}

/// How visitors came.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Model {
    /// At their own times.
    Open {
        /// How the times between two vary.
        spacing: Spacing,
        /// What draws them.
        seed: u64,
    },
    /// One journey after the other.
    Closed {
        /// How many.
        users: u64,
        /// What they wait between two journeys, in milliseconds.
        pause_ms: u64,
    },
}

/// Where a breakpoint was found, in journeys a second.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Knee {
    /// The last rate that was kept up with; none if not even the first one was.
    pub kept: Option<f64>,
    /// The first that was not; none if all were.
    pub lost: Option<f64>,
}

/// The shop's books after a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result", content = "says")]
pub enum Audit {
    /// Nobody looked, as was asked.
    NotAsked,
    /// Every promise was kept.
    Clean(String),
    /// One was not, or it could not be seen whether they all were.
    Unclean(String),
}

/// Whether a run was good.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every objective was kept, and no audit says otherwise.
    Good,
    /// An objective was missed.
    Missed,
    /// The books are not in order.
    Unclean,
    /// The client was too slow to measure the shop, or nothing was measured.
    Void,
}

impl Verdict {
    /// What the program exits with; 2 is for a run that could not be made.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Missed | Self::Unclean => 1,
            Self::Void => 3,
        }
    }
}

/// What a report has that its record has not.
pub(crate) struct Circumstances {
    pub(crate) began_at: DateTime<Utc>,
    pub(crate) target: String,
    pub(crate) model: Model,
    pub(crate) profile: Option<Profile>,
    pub(crate) mix: Mix,
    pub(crate) measured_seconds: f64,
    pub(crate) ended_early: bool,
    pub(crate) largest_lag: Duration,
    pub(crate) environment: Environment,
}

impl Report {
    pub(crate) fn new(circumstances: Circumstances, record: Record) -> Self {
        let is_breakpoint = circumstances.profile == Some(Profile::Breakpoint);
        // Stages that were not reached say nothing.
        let mut before = 0.0;
        let reached = |it: &StageResult| {
            let begins = before;
            before += it.stage.seconds;
            begins < circumstances.measured_seconds
        };
        let stages: Vec<_> = record.stages.into_iter().filter(reached).collect();
        Self {
            form: FORM,
            began_at: circumstances.began_at,
            target: circumstances.target,
            model: circumstances.model,
            profile: circumstances.profile,
            mix: circumstances.mix,
            clients: 1,
            measured_seconds: circumstances.measured_seconds,
            ended_early: circumstances.ended_early,
            knee: is_breakpoint.then(|| Knee::of(&stages)),
            stages,
            seconds: record.seconds,
            journeys: record.journeys,
            steps: record.steps,
            beside: record.beside,
            outcomes: record.outcomes,
            errors: record.errors,
            retries: record.retries,
            not_started: record.not_started,
            lagged: record.lag.figure(Figure::P99) > circumstances.largest_lag,
            lag: record.lag,
            environments: vec![circumstances.environment],
            audit: Audit::NotAsked,
            objectives: Vec::new(),
            verdict: Verdict::Void,
        }
    }

    /// Whether a journey or a step has this name.
    pub(crate) fn knows(name: &str) -> bool {
        Journey::ALL.iter().any(|it| it.name() == name)
            || Step::OF_JOURNEYS.iter().any(|it| it.name() == name)
    }

    /// The figures of a step or of a journey. `sign-in` is both, and the same.
    pub(crate) fn timing(&self, name: &str) -> Option<&Timing> {
        self.steps.get(name).or_else(|| self.journeys.get(name))
    }

    /// Journeys that were to begin.
    pub fn offered(&self) -> u64 {
        self.stages.iter().map(|it| it.offered).sum()
    }

    /// Journeys that did not begin.
    pub fn not_started(&self) -> u64 {
        self.stages.iter().map(|it| it.not_started).sum()
    }

    /// Journeys that ended, well or not.
    pub fn ended(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// Journeys that failed.
    pub fn failed(&self) -> u64 {
        self.outcomes.get("failed").copied().unwrap_or(0)
    }

    /// Journeys a second that were to begin.
    pub fn offered_rate(&self) -> f64 {
        count(self.offered()) / self.measured_seconds.max(f64::MIN_POSITIVE)
    }

    /// Journeys a second that ended well within the measured time.
    pub fn achieved_rate(&self) -> f64 {
        let achieved = self.stages.iter().map(|it| it.achieved).sum();
        count(achieved) / self.measured_seconds.max(f64::MIN_POSITIVE)
    }

    /// Whether the figures say something about the shop.
    pub fn is_void(&self) -> bool {
        self.lagged || self.ended() == 0
    }

    /// Judges objectives and books. Books that are not in order are worse than a client that is slow, and that is
    /// worse than an objective that is missed: it says nothing.
    pub fn judge(&mut self, objectives: &[Objective]) {
        self.objectives = objectives.iter().map(|it| it.judge(self)).collect();
        self.verdict = if matches!(self.audit, Audit::Unclean(_)) {
            Verdict::Unclean
        } else if self.is_void() {
            Verdict::Void
        } else if self.objectives.iter().all(|it| it.kept) {
            Verdict::Good
        } else {
            Verdict::Missed
        };
    }

    /// A report that was written to a file.
    ///
    /// # Errors
    /// Where it cannot be read, is none, or is of another form.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let mut text = String::new();
        File::open(path)
            .and_then(|it| it.take(LARGEST).read_to_string(&mut text))
            .with_context(|| format!("cannot read {name}"))?;
        let report: Self =
            serde_json::from_str(&text).with_context(|| format!("{name} is not a report"))?;
        if report.form != FORM {
            bail!(
                "{name} is a report of form {}, and this program reads {FORM}",
                report.form
            );
        }
        Ok(report)
    }

    /// The figures of journeys and steps, by their names.
    pub(crate) fn timings(&self) -> BTreeMap<(&'static str, &str), &Timing> {
        let journeys = self
            .journeys
            .iter()
            .map(|(name, it)| (("journey", name.as_str()), it));
        let steps = self
            .steps
            .iter()
            .map(|(name, it)| (("step", name.as_str()), it));
        journeys.chain(steps).collect()
    }
}

impl Knee {
    pub(crate) fn of(stages: &[StageResult]) -> Self {
        let lost = stages.iter().position(|it| !it.kept_up());
        let kept = stages.iter().take(lost.unwrap_or(stages.len())).next_back();
        Self {
            kept: kept.map(|it| it.stage.rate),
            lost: lost.and_then(|it| stages.get(it)).map(|it| it.stage.rate),
        }
    }
}

/// Reports for the tests of whatever reads them.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        plan::Stage,
        record::{Ended, Recorder},
        visit::Stop,
    };

    /// A run of ten seconds, in which every hundred purchases had checkouts of so many milliseconds, and `failed` more
    /// failed.
    pub(crate) fn report(checkout_ms: u64, failed: u64) -> Report {
        let recorder = Recorder::new(&[Stage {
            rate: 100.0,
            seconds: 10.0,
        }]);
        let purchase = |second: u64, result| {
            recorder.offered(0, Duration::from_secs(second), 3);
            recorder.ended(&Ended {
                journey: Journey::Purchase,
                measured: Some(0),
                took: Duration::from_millis(checkout_ms * 3),
                ended: Some(Duration::from_secs(second)),
                result,
                steps: vec![(Step::Checkout, Duration::from_millis(checkout_ms))],
                errors: result
                    .err()
                    .iter()
                    .map(|_| "checkout: timeout".to_owned())
                    .collect(),
                retries: Vec::new(),
            });
        };
        (0..1000).for_each(|it| purchase(it / 100, Ok(())));
        (0..failed).for_each(|_| purchase(9, Err(Stop::Failed)));
        let circumstances = Circumstances {
            began_at: Utc::now(),
            target: "http://localhost:8080/".to_owned(),
            model: Model::Open {
                spacing: Spacing::Poisson,
                seed: 1,
            },
            profile: None,
            mix: Mix::only(Journey::Purchase),
            measured_seconds: 10.0,
            ended_early: false,
            largest_lag: Duration::from_millis(50),
            environment: Environment::before(Path::new("/nonexistent")),
        };
        Report::new(circumstances, recorder.so_far())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_are_wrong_are_worse_than_a_slow_client_and_that_than_a_missed_objective() {
        let missed = ["checkout.p99<1ms".parse().unwrap()];
        let mut report = samples::report(20, 0);
        report.judge(&[]);
        assert_eq!(report.verdict, Verdict::Good);
        report.judge(&missed);
        assert_eq!(
            (report.verdict, report.verdict.exit_code()),
            (Verdict::Missed, 1)
        );
        report.lagged = true;
        report.judge(&missed);
        assert_eq!(
            (report.verdict, report.verdict.exit_code()),
            (Verdict::Void, 3)
        );
        report.audit = Audit::Unclean("an order is paid twice".to_owned());
        report.judge(&missed);
        assert_eq!(
            (report.verdict, report.verdict.exit_code()),
            (Verdict::Unclean, 1)
        );
    }

    #[test]
    fn nothing_that_ended_is_void() {
        let mut report = samples::report(20, 0);
        report.outcomes.clear();
        report.judge(&[]);
        assert_eq!(report.verdict, Verdict::Void);
    }

    #[test]
    fn a_report_is_read_as_it_was_written_and_another_form_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mut report = samples::report(20, 5);
        report.judge(&["errors<1%".parse().unwrap()]);
        std::fs::write(&path, serde_json::to_string(&report).unwrap()).unwrap();
        let read = Report::read(&path).unwrap();
        assert_eq!(read.to_string(), report.to_string());
        report.form += 1;
        std::fs::write(&path, serde_json::to_string(&report).unwrap()).unwrap();
        assert!(Report::read(&path).is_err());
        std::fs::write(&path, "{}").unwrap();
        assert!(Report::read(&path).is_err());
    }

    #[test]
    fn a_knee_is_between_what_was_kept_up_with_and_what_was_not() {
        let mut stages = Vec::new();
        for (rate, achieved) in [(100.0, 1000), (200.0, 1990), (400.0, 2500)] {
            let mut stage = samples::report(20, 0).stages.remove(0);
            stage.stage.rate = rate;
            stage.offered = if achieved == 2500 { 4000 } else { achieved };
            stage.achieved = achieved;
            stages.push(stage);
        }
        let knee = Knee::of(&stages);
        assert_eq!((knee.kept, knee.lost), (Some(200.0), Some(400.0)));
        assert_eq!(Knee::of(&stages[..2]).lost, None);
        assert_eq!(Knee::of(&stages[2..]).kept, None);
    }
}
