//! What a run offers to the shop: rates over time, and the profiles that are made of them.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::mix::{Journey, Mix};

/// A rate that is offered for a while.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Stage {
    /// Journeys that begin each second.
    pub rate: f64,
    /// For how many seconds.
    pub seconds: f64,
}

/// Rates above this are a slip of the finger, and so are runs longer than a day.
const MAX_RATE: f64 = 100_000.0;
const MAX_SECONDS: f64 = 86_400.0;

/// Why a text is not a stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAStage {
    /// Its form is another.
    #[error("a stage is a rate and a duration, as in 50/s:30s or 2.5/s:10m")]
    Form,
    /// Its rate is out of bounds.
    #[error("a rate is from 0 to 100000 journeys a second")]
    Rate,
    /// Its duration is out of bounds.
    #[error("a duration is more than nothing and at most 24 hours")]
    Duration,
}

impl FromStr for Stage {
    type Err = NotAStage;

    /// As in `50/s:30s`, `2.5/s:10m` or `300/m:1h`.
    fn from_str(text: &str) -> Result<Self, NotAStage> {
        let (rate, duration) = text.split_once(':').ok_or(NotAStage::Form)?;
        let (count, per) = rate.split_once('/').ok_or(NotAStage::Form)?;
        let per = match per {
            "s" => 1.0,
            "m" => 60.0,
            _ => return Err(NotAStage::Form),
        };
        let rate = number(count).ok_or(NotAStage::Form)? / per;
        if rate > MAX_RATE {
            return Err(NotAStage::Rate);
        }
        let seconds = duration_of(duration).ok_or(NotAStage::Form)?.as_secs_f64();
        if seconds <= 0.0 || seconds > MAX_SECONDS {
            return Err(NotAStage::Duration);
        }
        Ok(Self { rate, seconds })
    }
}

/// A number as people write it: digits, with a fraction perhaps.
pub(crate) fn number(text: &str) -> Option<f64> {
    let plain = text.len() <= 12 && text.chars().all(|it| it.is_ascii_digit() || it == '.');
    plain.then(|| text.parse().ok()).flatten()
}

/// A duration as in `250us`, `50ms`, `30s`, `10m` or `1h`; none where it is not one.
pub(crate) fn duration_of(text: &str) -> Option<Duration> {
    let unit = text.find(|it: char| it.is_ascii_alphabetic())?;
    let (count, unit) = text.split_at(unit);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number(count)? * seconds).ok()
}

/// A duration of the command line.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    duration_of(text)
        .filter(|it| it.as_secs_f64() <= MAX_SECONDS)
        .ok_or_else(|| "a duration is a number with us, ms, s, m or h, and at most 24h".to_owned())
}

/// Named plans, around a rate that is the shop's usual one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Does it work at all? A tenth of the rate, for ten seconds.
    Smoke,
    /// An ordinary hour, in a minute.
    Average,
    /// From the rate to six times as much, in steps of half a minute.
    Stress,
    /// Out of nothing ten times the rate, and back.
    Spike,
    /// The rate for half an hour: what leaks or grows shows.
    Soak,
    /// A quarter more every ten seconds until the shop no longer keeps up: the last rate that it did is the
    /// knee.
    Breakpoint,
    /// A sale: everybody buys the same product.
    HotSku,
}

/// Steps until the breakpoint is given up: from 10/s to more than 200,000/s.
const BREAKPOINT_STEPS: i32 = 45;

impl Profile {
    /// Its stages, `rate` being the usual one.
    pub fn stages(self, rate: f64) -> Vec<Stage> {
        let stage = |times: f64, seconds: f64| Stage {
            rate: rate * times,
            seconds,
        };
        match self {
            Self::Smoke => vec![stage(0.1, 10.0)],
            Self::Average => vec![stage(1.0, 60.0)],
            Self::Stress => [1.0, 2.0, 4.0, 6.0].map(|it| stage(it, 30.0)).to_vec(),
            Self::Spike => vec![stage(1.0, 20.0), stage(10.0, 10.0), stage(1.0, 30.0)],
            Self::Soak => vec![stage(1.0, 1800.0)],
            Self::Breakpoint => (0..BREAKPOINT_STEPS)
                .map(|it| stage(1.25_f64.powi(it), 10.0))
                .take_while(|it| it.rate <= MAX_RATE)
                .collect(),
            Self::HotSku => vec![stage(1.0, 30.0)],
        }
    }

    /// Who comes.
    pub fn mix(self) -> Mix {
        match self {
            Self::Breakpoint | Self::HotSku => Mix::only(Journey::Purchase),
            Self::Smoke | Self::Average | Self::Stress | Self::Spike | Self::Soak => Mix::default(),
        }
    }

    /// Whether failures are what it is after, so that none is promised unless it is asked for.
    pub(crate) fn breaks_the_shop(self) -> bool {
        matches!(self, Self::Stress | Self::Spike | Self::Breakpoint)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stage_is_read_in_every_unit() {
        let stage = |text: &str| text.parse::<Stage>();
        let is = |rate, seconds| Ok(Stage { rate, seconds });
        assert_eq!(stage("50/s:30s"), is(50.0, 30.0));
        assert_eq!(stage("2.5/s:10m"), is(2.5, 600.0));
        assert_eq!(stage("300/m:1h"), is(5.0, 3600.0));
        assert_eq!(stage("0/s:500ms"), is(0.0, 0.5));
        for text in [
            "", "50", "50/s", "50/s:", "50/h:1s", "-1/s:1s", "1e9/s:1s", "5/s:1d", "inf/s:1s",
            "5/s:é",
        ] {
            assert_eq!(stage(text), Err(NotAStage::Form), "{text}");
        }
        assert_eq!(stage("100001/s:1s"), Err(NotAStage::Rate));
        assert_eq!(stage("5/s:0s"), Err(NotAStage::Duration));
        assert_eq!(stage("5/s:25h"), Err(NotAStage::Duration));
    }

    proptest! {
        #[test]
        fn what_is_no_stage_is_refused_and_nothing_panics(text in ".{0,24}") {
            if let Ok(stage) = text.parse::<Stage>() {
                prop_assert!(stage.rate.is_finite() && stage.rate >= 0.0 && stage.rate <= MAX_RATE);
                prop_assert!(stage.seconds > 0.0 && stage.seconds <= MAX_SECONDS);
            }
        }

        #[test]
        fn a_stage_that_is_written_is_read_again(rate in 0_u32..100_000, seconds in 1_u32..86_400) {
            let stage: Stage = format!("{rate}/s:{seconds}s").parse().unwrap();
            prop_assert_eq!(stage, Stage { rate: f64::from(rate), seconds: f64::from(seconds) });
        }
    }

    #[test]
    fn a_breakpoint_rises_until_it_is_out_of_bounds() {
        let stages = Profile::Breakpoint.stages(10.0);
        assert!(stages.windows(2).all(|it| it[0].rate < it[1].rate));
        assert!(stages.last().unwrap().rate > 50_000.0);
    }
}
