//! When visitors come: at their own times, whatever the shop does (an open model).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::Stage;

/// How the times between two visitors vary.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// As people come who do not know of each other: a Poisson process.
    #[default]
    Poisson,
    /// All alike.
    Constant,
}

/// One visitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// When, from the beginning of the first stage.
    pub(crate) at: Duration,
    /// In which stage.
    pub(crate) stage: usize,
}

/// All visitors of some stages, in order. The same seed gives the same ones.
pub(crate) struct Arrivals<'a> {
    stages: &'a [Stage],
    spacing: Spacing,
    random: fastrand::Rng,
    stage: usize,
    /// When the stage begins, and how far into it the last visitor came, in seconds.
    begins: f64,
    into: f64,
}

impl<'a> Arrivals<'a> {
    pub(crate) fn new(stages: &'a [Stage], spacing: Spacing, seed: u64) -> Self {
        Self {
            stages,
            spacing,
            random: fastrand::Rng::with_seed(seed),
            stage: 0,
            begins: 0.0,
            into: 0.0,
        }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    /// The gap is drawn for a rate of one and stretched by the rate of the stage that it falls in, also where
    /// it crosses from one to the next: that is what makes a Poisson process of varying rate one.
    fn next(&mut self) -> Option<Arrival> {
        let mut gap = match self.spacing {
            Spacing::Constant => 1.0,
            // `f64` is below 1, so that the logarithm is finite.
            Spacing::Poisson => -(1.0 - self.random.f64()).ln(),
        };
        loop {
            let stage = self.stages.get(self.stage)?;
            let left = (stage.seconds - self.into) * stage.rate;
            if gap < left {
                self.into += gap / stage.rate;
                return Some(Arrival {
                    at: Duration::from_secs_f64(self.begins + self.into),
                    stage: self.stage,
                });
            }
            gap -= left;
            self.begins += stage.seconds;
            self.into = 0.0;
            self.stage += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: [Stage; 3] = [
        Stage {
            rate: 10.0,
            seconds: 10.0,
        },
        Stage {
            rate: 0.0,
            seconds: 5.0,
        },
        Stage {
            rate: 200.0,
            seconds: 20.0,
        },
    ];

    #[test]
    fn constant_arrivals_are_evenly_spaced_and_none_comes_in_a_pause() {
        let arrivals: Vec<_> = Arrivals::new(&STAGES, Spacing::Constant, 1).collect();
        assert_eq!(arrivals[0].at, Duration::from_millis(100));
        assert_eq!(arrivals[1].at, Duration::from_millis(200));
        assert!(arrivals.iter().all(|it| it.stage != 1));
        let last = arrivals.iter().filter(|it| it.stage == 2);
        assert!((3998..=4000).contains(&last.count()));
    }

    #[test]
    fn poisson_arrivals_have_the_rate_and_the_spread_of_a_poisson_process() {
        let stages = [Stage {
            rate: 100.0,
            seconds: 400.0,
        }];
        let arrivals: Vec<_> = Arrivals::new(&stages, Spacing::Poisson, 3).collect();
        let count = arrivals.len();
        // The standard deviation of the count is 200.
        assert!((39_200..40_800).contains(&count), "{count}");
        let gaps: Vec<f64> = arrivals
            .windows(2)
            .map(|it| (it[1].at - it[0].at).as_secs_f64())
            .collect();
        let longer_than_mean = gaps.iter().filter(|it| **it > 0.01).count();
        // As 1/e of them are.
        let expected = count * 368 / 1000;
        assert!(
            longer_than_mean.abs_diff(expected) < count / 50,
            "{longer_than_mean}"
        );
    }

    #[test]
    fn a_seed_is_a_run() {
        let arrivals = |seed| Arrivals::new(&STAGES, Spacing::Poisson, seed).collect::<Vec<_>>();
        assert_eq!(arrivals(4), arrivals(4));
        assert_ne!(arrivals(4), arrivals(5));
    }
}
