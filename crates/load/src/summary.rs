//! A report as the terminal shows it.

use std::{fmt, time::Duration};

use crate::{
    record::{Counts, Timings},
    report::{Audit, Model, Report, Verdict},
    timing::{Figure, short},
};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offered = match self.model {
            Model::Open { .. } => format!("{:.1}/s offered, ", self.offered_rate()),
            Model::Closed { users, .. } => format!("{users} users, "),
        };
        writeln!(
            f,
            "{}: {offered}{:.1}/s achieved in {:.1} s; {} ended, {} failed, {} could not start{}",
            self.target,
            self.achieved_rate(),
            self.measured_seconds,
            self.ended(),
            self.failed(),
            self.not_started(),
            if self.ended_early {
                "; ended early"
            } else {
                ""
            },
        )?;
        if self.stages.len() > 1 {
            stages(self, f)?;
        }
        if let Some(knee) = self.knee {
            let rate = |it: Option<f64>| it.map_or("none".to_owned(), |it| format!("{it:.1}/s"));
            writeln!(
                f,
                "knee: kept up with {}, not with {}",
                rate(knee.kept),
                rate(knee.lost)
            )?;
        }
        timings(f, "journey", &self.journeys)?;
        timings(f, "step", &self.steps)?;
        timings(f, "beside", &self.beside)?;
        counts(f, "outcomes", &self.outcomes)?;
        counts(f, "errors", &self.errors)?;
        counts(f, "asked again", &self.retries)?;
        counts(f, "not started", &self.not_started)?;
        writeln!(
            f,
            "client: late by {} (p99), {} (max){}",
            short(self.lag.figure(Figure::P99)),
            short(self.lag.figure(Figure::Max)),
            self.own_cpu()
                .map_or_else(String::new, |it| format!("; used {it:.2} cores")),
        )?;
        for judged in &self.objectives {
            let mark = if judged.kept { "kept" } else { "MISSED" };
            writeln!(
                f,
                "{mark:7} {} (measured {})",
                judged.objective.text(),
                judged.measured
            )?;
        }
        match &self.audit {
            Audit::NotAsked => writeln!(f, "audit: not asked for")?,
            Audit::Clean(says) => writeln!(f, "audit: clean: {says}")?,
            Audit::Unclean(says) => writeln!(f, "audit: UNCLEAN: {says}")?,
        }
        write!(f, "verdict: {}", self.verdict.text())
    }
}

impl Report {
    /// Cores that the clients used in all while they measured.
    pub(crate) fn own_cpu(&self) -> Option<f64> {
        let used = self.environments.iter().map(|it| it.own_cpu_seconds);
        let used: Option<f64> = used.sum();
        used.map(|it| it / self.measured_seconds.max(f64::MIN_POSITIVE))
    }
}

impl Verdict {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Missed => "an objective was missed",
            Self::Unclean => "the books are not in order",
            Self::Void => {
                "void: the client was too slow, or nothing ended; the figures say nothing of the shop"
            }
        }
    }
}

fn stages(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(
        f,
        "{:>10} {:>8} {:>10} {:>9} {:>9} {:>9}",
        "stage", "seconds", "achieved", "failed", "p50", "p99"
    )?;
    for it in &report.stages {
        writeln!(
            f,
            "{:>8.1}/s {:>8.0} {:>8.1}/s {:>9} {:>9} {:>9}",
            it.stage.rate,
            it.stage.seconds,
            crate::drive::count(it.achieved) / it.stage.seconds,
            it.failed,
            short(it.journeys.figure(Figure::P50)),
            short(it.journeys.figure(Figure::P99)),
        )?;
    }
    Ok(())
}

fn timings(f: &mut fmt::Formatter<'_>, kind: &str, timings: &Timings) -> fmt::Result {
    if timings.is_empty() {
        return Ok(());
    }
    write!(f, "{kind:18} {:>8}", "count")?;
    for figure in Figure::SHOWN {
        write!(f, " {:>9}", figure.name())?;
    }
    writeln!(f)?;
    for (name, timing) in timings {
        write!(f, "{name:18} {:>8}", timing.count())?;
        for figure in Figure::SHOWN {
            let took: Duration = timing.figure(figure);
            write!(f, " {:>9}", short(took))?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn counts(f: &mut fmt::Formatter<'_>, what: &str, counts: &Counts) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    writeln!(f, "{what}: {}", counts.join(", "))
}
