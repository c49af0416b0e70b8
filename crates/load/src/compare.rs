//! Two runs side by side.

use std::{fmt, time::Duration};

use crate::{
    report::Report,
    timing::{Figure, short},
};

/// What became of the figures of one run in another.
#[derive(Debug)]
pub struct Comparison {
    /// Why the two are hard to compare.
    pub reservations: Vec<String>,
    rows: Vec<Row>,
    /// Which share worse a figure may be, from 0 to 1.
    tolerance: f64,
}

#[derive(Debug)]
struct Row {
    what: String,
    before: String,
    after: String,
    /// How much worse: 0.1 is a tenth slower, or a tenth fewer; below 0 it is better.
    worse: f64,
    /// Whether it is promised, or only shown: the far tail of few requests is luck.
    counts: bool,
}

/// Fewer requests than this have no 99th percentile that is worth a promise.
const ENOUGH: u64 = 500;

impl Comparison {
    /// Compares `after` with `before`.
    pub fn new(before: &Report, after: &Report, tolerance: f64) -> Self {
        let mut rows = vec![Row {
            what: "achieved".to_owned(),
            before: format!("{:.1}/s", before.achieved_rate()),
            after: format!("{:.1}/s", after.achieved_rate()),
            worse: 1.0 - ratio(after.achieved_rate(), before.achieved_rate()),
            counts: true,
        }];
        let others = after.timings();
        for ((kind, name), timing) in before.timings() {
            let Some(other) = others.get(&(kind, name)) else {
                continue;
            };
            let count = timing.count().min(other.count());
            for figure in [Figure::P50, Figure::P95, Figure::P99] {
                let (one, two) = (timing.figure(figure), other.figure(figure));
                rows.push(Row {
                    what: format!("{kind} {name} {}", figure.name()),
                    before: short(one),
                    after: short(two),
                    worse: ratio(two.as_secs_f64(), one.as_secs_f64()) - 1.0,
                    counts: count >= ENOUGH && two.saturating_sub(one) > Duration::from_millis(1),
                });
            }
        }
        Self {
            reservations: reservations(before, after),
            rows,
            tolerance,
        }
    }

    /// Whether nothing that enough requests stand for is worse than is tolerated.
    pub fn is_tolerable(&self) -> bool {
        self.rows.iter().all(|it| !it.is_too_bad(self.tolerance))
    }
}

impl Row {
    fn is_too_bad(&self, tolerance: f64) -> bool {
        self.counts && self.worse > tolerance
    }
}

/// What differs in the circumstances, so that a difference of figures may come from there.
fn reservations(before: &Report, after: &Report) -> Vec<String> {
    let mut reservations = Vec::new();
    let mut note = |differs: bool, what: &str| {
        if differs {
            reservations.push(what.to_owned());
        }
    };
    note(
        before.is_void() || after.is_void(),
        "one of the runs is void",
    );
    note(
        before.ended_early || after.ended_early,
        "one of the runs was ended early",
    );
    note(
        before.model != after.model,
        "visitors came in another way, or with another seed",
    );
    note(before.mix != after.mix, "the mix of journeys differs");
    let stages = |it: &Report| it.stages.iter().map(|it| it.stage).collect::<Vec<_>>();
    note(stages(before) != stages(after), "the stages differ");
    let machine = |it: &Report| {
        let of = it
            .environments
            .iter()
            .map(|it| (it.cores, it.system.clone(), it.kernel.clone()));
        of.collect::<Vec<_>>()
    };
    note(
        machine(before) != machine(after),
        "the client's machine differs",
    );
    let optimised = |it: &Report| it.environments.iter().all(|it| it.optimised);
    note(
        optimised(before) != optimised(after),
        "one of the clients is a debug build",
    );
    let fsync = |it: &Report| it.environments.iter().find_map(|it| it.fsync_us);
    if let (Some(one), Some(two)) = (fsync(before), fsync(after)) {
        let times = one.max(two).checked_div(one.min(two)).unwrap_or(u64::MAX);
        note(
            times >= 2,
            "a durable write takes more than twice as long in one of them",
        );
    }
    reservations
}

fn ratio(one: f64, other: f64) -> f64 {
    if other > 0.0 { one / other } else { 1.0 }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for reservation in &self.reservations {
            writeln!(f, "careful: {reservation}")?;
        }
        writeln!(
            f,
            "{:34} {:>12} {:>12} {:>9}",
            "", "before", "after", "worse by"
        )?;
        for row in &self.rows {
            let mark = if row.is_too_bad(self.tolerance) {
                "  too much"
            } else {
                ""
            };
            let Row {
                what,
                before,
                after,
                ..
            } = row;
            writeln!(
                f,
                "{what:34} {before:>12} {after:>12} {:>8.1}%{mark}",
                row.worse * 100.0
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn slower_than_tolerated_is_intolerable_and_faster_is_not() {
        let (fast, slow) = (samples::report(20, 0), samples::report(30, 0));
        assert!(!Comparison::new(&fast, &slow, 0.1).is_tolerable());
        assert!(Comparison::new(&fast, &slow, 0.6).is_tolerable());
        assert!(Comparison::new(&slow, &fast, 0.1).is_tolerable());
        let text = Comparison::new(&fast, &slow, 0.1).to_string();
        assert!(
            text.contains("step checkout p99") && text.contains("too much"),
            "{text}"
        );
    }

    #[test]
    fn less_done_is_intolerable() {
        let (more, mut less) = (samples::report(20, 0), samples::report(20, 0));
        less.stages[0].achieved = 800;
        assert!(!Comparison::new(&more, &less, 0.1).is_tolerable());
        assert!(Comparison::new(&more, &less, 0.3).is_tolerable());
    }

    #[test]
    fn other_circumstances_are_said() {
        let (one, mut two) = (samples::report(20, 0), samples::report(20, 0));
        assert_eq!(
            Comparison::new(&one, &two, 0.1).reservations,
            Vec::<String>::new()
        );
        two.environments[0].cores += 1;
        two.lagged = true;
        let reservations = Comparison::new(&one, &two, 0.1).reservations;
        assert_eq!(
            reservations,
            ["one of the runs is void", "the client's machine differs"]
        );
    }
}
