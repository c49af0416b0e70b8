//! How long something took, many times: an HDR histogram, and how reports write it.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Durations in microseconds, with three significant digits.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Timing(Histogram<u64>);

/// A timing as reports have it. The figures are for readers; the buckets are what is read again, so that
/// reports can be merged and compared without loss.
#[derive(Deserialize, Serialize)]
struct Written {
    count: u64,
    mean_us: f64,
    p50_us: u64,
    p90_us: u64,
    p95_us: u64,
    p99_us: u64,
    p999_us: u64,
    max_us: u64,
    /// Values in microseconds, and how many there were of each.
    buckets: Vec<(u64, u64)>,
}

/// A figure of a timing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Figure {
    /// The median.
    P50,
    /// What nine of ten are below.
    P90,
    /// 95 of 100.
    P95,
    /// 99 of 100.
    P99,
    /// 999 of 1000.
    P999,
    /// The longest.
    Max,
    /// The arithmetic mean.
    Mean,
}

impl Figure {
    pub(crate) const ALL: [Self; 7] = [
        Self::P50,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::P999,
        Self::Max,
        Self::Mean,
    ];

    /// Those that people are shown: a mean hides what matters.
    pub(crate) const SHOWN: [Self; 6] = [
        Self::P50,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::P999,
        Self::Max,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::Max => "max",
            Self::Mean => "mean",
        }
    }
}

/// Longer than anything is waited for here.
const LONGEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

impl Default for Timing {
    #[expect(
        clippy::expect_used,
        reason = "the bounds are constants, and a test makes one"
    )]
    fn default() -> Self {
        let mut histogram = Histogram::new(DIGITS).expect("bounds that make sense");
        // Grows with what is recorded: most are short, and there is one for each step of each stage.
        histogram.auto(true);
        Self(histogram)
    }
}

impl Timing {
    /// One more.
    pub fn record(&mut self, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.0 += microseconds.min(LONGEST_US);
    }

    /// What another one has, as well.
    pub fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// One figure.
    pub fn figure(&self, figure: Figure) -> Duration {
        let at = |quantile| Duration::from_micros(self.0.value_at_quantile(quantile));
        match figure {
            Figure::P50 => at(0.5),
            Figure::P90 => at(0.9),
            Figure::P95 => at(0.95),
            Figure::P99 => at(0.99),
            Figure::P999 => at(0.999),
            Figure::Max => Duration::from_micros(self.0.max()),
            Figure::Mean => Duration::from_secs_f64(self.0.mean() / 1e6),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.reset();
    }
}

impl From<Timing> for Written {
    fn from(timing: Timing) -> Self {
        let us = |figure| u64::try_from(timing.figure(figure).as_micros()).unwrap_or(LONGEST_US);
        Self {
            count: timing.count(),
            mean_us: timing.0.mean(),
            p50_us: us(Figure::P50),
            p90_us: us(Figure::P90),
            p95_us: us(Figure::P95),
            p99_us: us(Figure::P99),
            p999_us: us(Figure::P999),
            max_us: us(Figure::Max),
            buckets: timing
                .0
                .iter_recorded()
                .map(|it| (it.value_iterated_to(), it.count_at_value()))
                .collect(),
        }
    }
}

impl TryFrom<Written> for Timing {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let mut timing = Self::default();
        for (value, count) in written.buckets {
            // A bound, so that a report from elsewhere cannot make this take all memory.
            if value > 2 * LONGEST_US {
                return Err(format!(
                    "a timing of {value} microseconds is longer than any run"
                ));
            }
            let recorded = timing.0.record_n(value, count);
            recorded.map_err(|error| error.to_string())?;
        }
        if timing.count() == written.count {
            Ok(timing)
        } else {
            Err("the buckets of a timing do not add up to its count".to_owned())
        }
    }
}

/// A duration as tables have it: three digits or so, with a unit.
pub(crate) fn short(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1e3;
    match ms {
        0.0..10.0 => format!("{ms:.2} ms"),
        10.0..100.0 => format!("{ms:.1} ms"),
        100.0..10_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timing_survives_being_written_and_adds_up() {
        let mut one = Timing::default();
        (1..=1000).for_each(|it| one.record(Duration::from_micros(it * 17)));
        let text = serde_json::to_string(&one).unwrap();
        let mut two: Timing = serde_json::from_str(&text).unwrap();
        for figure in Figure::ALL {
            assert_eq!(
                one.figure(figure).as_micros(),
                two.figure(figure).as_micros(),
                "{figure:?}"
            );
        }
        two.record(Duration::from_secs(5));
        one.add(&two);
        assert_eq!(one.count(), 2001);
        assert!(one.figure(Figure::Max) >= Duration::from_secs(5));
        assert!(one.figure(Figure::P99) < Duration::from_millis(18));
    }

    #[test]
    fn a_timing_that_does_not_add_up_is_refused() {
        let mut written = serde_json::to_value(Timing::default()).unwrap();
        written["buckets"] = serde_json::json!([[5, 1]]);
        assert!(serde_json::from_value::<Timing>(written.clone()).is_err());
        written["count"] = serde_json::json!(1);
        assert!(serde_json::from_value::<Timing>(written.clone()).is_ok());
        written["buckets"] = serde_json::json!([[u64::MAX, 1]]);
        assert!(serde_json::from_value::<Timing>(written).is_err());
    }
}
