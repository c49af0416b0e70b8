//! What happened, as it happens: counts and timings of the measured time, by stage and by second.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    mix::Journey,
    plan::Stage,
    timing::{Figure, Timing},
    visit::{Step, Stop},
};

/// Figures by name.
pub(crate) type Timings = BTreeMap<String, Timing>;
/// How often, by name.
pub(crate) type Counts = BTreeMap<String, u64>;

/// What became of a stage.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct StageResult {
    /// What was offered, and for how long.
    #[serde(flatten)]
    pub stage: Stage,
    /// Journeys that were to begin in it.
    pub offered: u64,
    /// Of those, how many did not, because the client's bounds were reached.
    pub not_started: u64,
    /// Journeys that ended well in it.
    pub achieved: u64,
    /// Journeys that failed in it.
    pub failed: u64,
    /// Journeys that were to begin in it, from their intended start.
    pub journeys: Timing,
    /// Their checkouts.
    pub checkouts: Timing,
}

/// What became of a second.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Second {
    /// Journeys that were to begin in it.
    pub offered: u64,
    /// Of those, how many did not.
    pub not_started: u64,
    /// Journeys that ended well in it.
    pub achieved: u64,
    /// Journeys that failed in it.
    pub failed: u64,
    /// The most that were under way.
    pub in_flight: u64,
    /// The median and the 99th percentile of the journeys that ended in it, in microseconds.
    pub p50_us: u64,
    /// See above.
    pub p99_us: u64,
    /// The 99th percentile of their checkouts, in microseconds.
    pub checkout_p99_us: u64,
}

/// A journey that ended.
pub(crate) struct Ended {
    pub(crate) journey: Journey,
    /// Its intended start, from the beginning of the measured time, and in which stage that is; none if it was
    /// before.
    pub(crate) measured: Option<usize>,
    /// From its intended start.
    pub(crate) took: Duration,
    /// When, from the beginning of the measured time; none if that was before.
    pub(crate) ended: Option<Duration>,
    pub(crate) result: Result<(), Stop>,
    pub(crate) steps: Vec<(Step, Duration)>,
    pub(crate) errors: Vec<String>,
    pub(crate) retries: Vec<String>,
}

/// Why a journey did not start.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotStarted {
    TooManyInFlight,
    NoCustomerFree,
}

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) stages: Vec<StageResult>,
    pub(crate) seconds: Vec<Second>,
    pub(crate) journeys: Timings,
    pub(crate) steps: Timings,
    /// What was not part of a journey: sign-ups before, refreshed tokens and the like meanwhile.
    pub(crate) beside: Timings,
    pub(crate) outcomes: Counts,
    pub(crate) errors: Counts,
    pub(crate) retries: Counts,
    pub(crate) not_started: Counts,
    pub(crate) lag: Timing,
    /// When the measured time ends. It may do so before its stages do.
    closes: Duration,
    /// Those of the newest second that anything ended in.
    newest: (usize, Timing, Timing),
}

/// A record that many write.
pub(crate) struct Recorder(Mutex<Record>);

/// Kinds of errors that are told apart; the rest is counted together.
const KINDS: usize = 64;
const OTHERS: &str = "others";

impl Recorder {
    pub(crate) fn new(stages: &[Stage]) -> Self {
        let result = |stage: &Stage| StageResult {
            stage: *stage,
            offered: 0,
            not_started: 0,
            achieved: 0,
            failed: 0,
            journeys: Timing::default(),
            checkouts: Timing::default(),
        };
        Self(Mutex::new(Record {
            stages: stages.iter().map(result).collect(),
            seconds: Vec::new(),
            journeys: Timings::new(),
            steps: Timings::new(),
            beside: Timings::new(),
            outcomes: Counts::new(),
            errors: Counts::new(),
            retries: Counts::new(),
            not_started: Counts::new(),
            lag: Timing::default(),
            closes: Duration::MAX,
            newest: (0, Timing::default(), Timing::default()),
        }))
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody was to come.
    pub(crate) fn offered(&self, stage: usize, at: Duration, in_flight: usize) {
        let mut record = self.record();
        if let Some(stage) = record.stages.get_mut(stage) {
            stage.offered += 1;
        }
        let second = record.second(at);
        second.offered += 1;
        let in_flight = u64::try_from(in_flight).unwrap_or(u64::MAX);
        second.in_flight = second.in_flight.max(in_flight);
    }

    /// Somebody was to come, and could not.
    pub(crate) fn not_started(&self, stage: usize, at: Duration, why: NotStarted) {
        let mut record = self.record();
        if let Some(stage) = record.stages.get_mut(stage) {
            stage.not_started += 1;
        }
        record.second(at).not_started += 1;
        let why = match why {
            NotStarted::TooManyInFlight => "too many under way",
            NotStarted::NoCustomerFree => "no customer free",
        };
        count(&mut record.not_started, why);
    }

    /// The client was late by so much.
    pub(crate) fn lag(&self, late: Duration) {
        self.record().lag.record(late);
    }

    /// Requests that belong to no journey.
    pub(crate) fn beside(&self, steps: &[(Step, Duration)], errors: &[String]) {
        let mut record = self.record();
        for (step, took) in steps {
            timing(&mut record.beside, step.name()).record(*took);
        }
        for error in errors {
            count(&mut record.errors, error);
        }
    }

    /// A journey is over.
    pub(crate) fn ended(&self, ended: &Ended) {
        let mut record = self.record();
        let failed = ended.result == Err(Stop::Failed);
        if let Some(at) = ended.ended {
            record.in_time(at, ended, failed);
        }
        let Some(stage) = ended.measured else {
            return;
        };
        for (step, took) in &ended.steps {
            timing(&mut record.steps, step.name()).record(*took);
        }
        let checkouts = ended
            .steps
            .iter()
            .filter(|(step, _)| *step == Step::Checkout);
        if let Some(stage) = record.stages.get_mut(stage) {
            stage.journeys.record(ended.took);
            checkouts.for_each(|(_, took)| stage.checkouts.record(*took));
        }
        timing(&mut record.journeys, ended.journey.name()).record(ended.took);
        let outcome = match ended.result {
            Ok(()) => "done",
            Err(Stop::Declined) => "declined",
            Err(Stop::SoldOut) => "sold out",
            Err(Stop::Failed) => "failed",
        };
        count(&mut record.outcomes, outcome);
        for error in &ended.errors {
            count(&mut record.errors, error);
        }
        for retry in &ended.retries {
            count(&mut record.retries, retry);
        }
    }

    /// The measured time is over.
    pub(crate) fn close(&self, at: Duration) {
        self.record().closes = at;
    }

    /// As it is now.
    pub(crate) fn so_far(&self) -> Record {
        let mut record = self.record();
        record.close_second();
        record.clone()
    }

    /// Looks at a stage as it is now.
    pub(crate) fn stage(&self, stage: usize) -> Option<StageResult> {
        self.record().stages.get(stage).cloned()
    }

    /// What the newest second but one brought: the newest is not over.
    pub(crate) fn last_second(&self) -> Option<Second> {
        self.record().seconds.iter().rev().nth(1).cloned()
    }
}

impl Record {
    fn second(&mut self, at: Duration) -> &mut Second {
        let index = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        if self.seconds.len() <= index {
            self.seconds.resize(index + 1, Second::default());
        }
        #[expect(clippy::indexing_slicing, reason = "it was just made so long")]
        &mut self.seconds[index]
    }

    /// What ends in the measured time is what the shop achieved in it, whenever it began.
    fn in_time(&mut self, at: Duration, ended: &Ended, failed: bool) {
        let mut until = 0.0;
        let stage = self.stages.iter_mut().find(|it| {
            until += it.stage.seconds;
            at.as_secs_f64() < until
        });
        // After the last one there is only the drain.
        let Some(stage) = stage.filter(|_| at <= self.closes) else {
            return;
        };
        let ended_well = u64::from(!failed);
        stage.achieved += ended_well;
        stage.failed += u64::from(failed);
        let second = self.second(at);
        second.achieved += ended_well;
        second.failed += u64::from(failed);
        let index = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        if self.newest.0 < index {
            self.close_second();
            self.newest.0 = index;
        }
        self.newest.1.record(ended.took);
        for (step, took) in &ended.steps {
            if *step == Step::Checkout {
                self.newest.2.record(*took);
            }
        }
    }

    /// Writes the figures of the newest second into it.
    fn close_second(&mut self) {
        let (index, journeys, checkouts) = &mut self.newest;
        if let Some(second) = self.seconds.get_mut(*index)
            && journeys.count() > 0
        {
            let us =
                |it: &Timing, figure| u64::try_from(it.figure(figure).as_micros()).unwrap_or(0);
            second.p50_us = us(journeys, Figure::P50);
            second.p99_us = us(journeys, Figure::P99);
            second.checkout_p99_us = us(checkouts, Figure::P99);
        }
        journeys.clear();
        checkouts.clear();
    }
}

fn timing<'a>(timings: &'a mut Timings, name: &str) -> &'a mut Timing {
    timings.entry(name.to_owned()).or_default()
}

fn count(counts: &mut Counts, name: &str) {
    let name = if counts.contains_key(name) || counts.len() < KINDS {
        name
    } else {
        OTHERS
    };
    *counts.entry(name.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_errors_are_bounded() {
        let mut counts = Counts::new();
        (0..1000).for_each(|it| count(&mut counts, &it.to_string()));
        assert_eq!(counts.len(), KINDS + 1);
        assert_eq!(counts[OTHERS], 1000 - 64);
    }

    #[test]
    fn what_ends_after_the_measured_time_is_not_achieved_in_it_but_measured() {
        let recorder = Recorder::new(&[Stage {
            rate: 1.0,
            seconds: 2.0,
        }]);
        let ended = |at: f64, result| Ended {
            journey: Journey::Browse,
            measured: Some(0),
            took: Duration::from_millis(5),
            ended: Some(Duration::from_secs_f64(at)),
            result,
            steps: vec![(Step::Search, Duration::from_millis(4))],
            errors: Vec::new(),
            retries: Vec::new(),
        };
        recorder.ended(&ended(1.9, Ok(())));
        recorder.ended(&ended(2.1, Ok(())));
        recorder.ended(&ended(0.5, Err(Stop::Failed)));
        recorder.close(Duration::from_secs(1));
        recorder.ended(&ended(1.1, Ok(())));
        let record = recorder.so_far();
        assert_eq!((record.stages[0].achieved, record.stages[0].failed), (1, 1));
        assert_eq!(record.journeys["browse"].count(), 4);
        assert_eq!(record.steps["search"].count(), 4);
        assert_eq!((record.outcomes["done"], record.outcomes["failed"]), (3, 1));
    }
}
