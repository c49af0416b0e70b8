//! One report of several clients that tested the same shop at the same time.

use anyhow::{Context as _, bail};

use crate::{
    record::{Counts, Second, Timings},
    report::{Audit, Knee, Report},
};

/// Seconds between the beginnings of runs that are still one test.
const APART: i64 = 60;

/// Adds up reports of clients that ran the same stages side by side. Timings are merged bucket by bucket and lose
/// nothing; of each second the slowest client's percentiles are kept.
///
/// # Errors
/// Where they are not of one test.
pub fn merge(reports: Vec<Report>) -> anyhow::Result<Report> {
    let mut reports = reports.into_iter();
    let mut all = reports.next().context("there is no report to merge")?;
    for report in reports {
        add(&mut all, report)?;
    }
    if all.knee.is_some() {
        all.knee = Some(Knee::of(&all.stages));
    }
    let objectives: Vec<_> = all
        .objectives
        .iter()
        .map(|it| it.objective.clone())
        .collect();
    all.judge(&objectives);
    Ok(all)
}

fn add(all: &mut Report, one: Report) -> anyhow::Result<()> {
    if one.target != all.target || one.profile != all.profile || one.mix != all.mix {
        bail!("the reports are not of one test: target, profile or mix differ");
    }
    let apart = one
        .began_at
        .signed_duration_since(all.began_at)
        .num_seconds()
        .abs();
    if apart > APART {
        bail!("the reports are not of one test: one began {apart} s after the other");
    }
    let lengths = |it: &Report| {
        it.stages
            .iter()
            .map(|it| it.stage.seconds)
            .collect::<Vec<_>>()
    };
    if lengths(all) != lengths(&one) {
        bail!("the reports are not of one test: their stages differ");
    }
    all.began_at = all.began_at.min(one.began_at);
    all.clients += one.clients;
    all.measured_seconds = all.measured_seconds.max(one.measured_seconds);
    all.ended_early |= one.ended_early;
    // Many quick clients could hide a slow one in the sum of their lags.
    all.lagged |= one.lagged;
    for (stage, more) in all.stages.iter_mut().zip(&one.stages) {
        stage.stage.rate += more.stage.rate;
        stage.offered += more.offered;
        stage.not_started += more.not_started;
        stage.achieved += more.achieved;
        stage.failed += more.failed;
        stage.journeys.add(&more.journeys);
        stage.checkouts.add(&more.checkouts);
    }
    if all.seconds.len() < one.seconds.len() {
        all.seconds.resize(one.seconds.len(), Second::default());
    }
    for (second, more) in all.seconds.iter_mut().zip(&one.seconds) {
        second.offered += more.offered;
        second.not_started += more.not_started;
        second.achieved += more.achieved;
        second.failed += more.failed;
        second.in_flight += more.in_flight;
        second.p50_us = second.p50_us.max(more.p50_us);
        second.p99_us = second.p99_us.max(more.p99_us);
        second.checkout_p99_us = second.checkout_p99_us.max(more.checkout_p99_us);
    }
    add_timings(&mut all.journeys, one.journeys);
    add_timings(&mut all.steps, one.steps);
    add_timings(&mut all.beside, one.beside);
    add_counts(&mut all.outcomes, one.outcomes);
    add_counts(&mut all.errors, one.errors);
    add_counts(&mut all.retries, one.retries);
    add_counts(&mut all.not_started, one.not_started);
    all.lag.add(&one.lag);
    all.environments.extend(one.environments);
    // One bad audit is enough, and one good one says it for all: they look at the same books.
    all.audit = match (
        std::mem::replace(&mut all.audit, Audit::NotAsked),
        one.audit,
    ) {
        (Audit::Unclean(says), _) | (_, Audit::Unclean(says)) => Audit::Unclean(says),
        (Audit::Clean(says), _) | (_, Audit::Clean(says)) => Audit::Clean(says),
        (Audit::NotAsked, Audit::NotAsked) => Audit::NotAsked,
    };
    for judged in one.objectives {
        if !all
            .objectives
            .iter()
            .any(|it| it.objective == judged.objective)
        {
            all.objectives.push(judged);
        }
    }
    Ok(())
}

fn add_timings(all: &mut Timings, one: Timings) {
    for (name, timing) in one {
        all.entry(name).or_default().add(&timing);
    }
}

fn add_counts(all: &mut Counts, one: Counts) {
    for (name, number) in one {
        *all.entry(name).or_default() += number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::Verdict, report::samples, timing::Figure};

    #[test]
    fn two_clients_are_one_test() {
        let (mut one, mut two) = (samples::report(20, 0), samples::report(40, 10));
        one.judge(&["checkout.p50<25ms".parse().unwrap()]);
        two.judge(&["errors<0.1%".parse().unwrap()]);
        let all = merge(vec![one, two]).unwrap();
        assert_eq!(
            (all.clients, all.offered(), all.ended(), all.failed()),
            (2, 2010, 2010, 10)
        );
        assert!((all.achieved_rate() - 200.0).abs() < 1e-9);
        assert_eq!(all.steps["checkout"].count(), 2010);
        assert!(all.steps["checkout"].figure(Figure::P99).as_millis() >= 40);
        assert!(all.steps["checkout"].figure(Figure::P50).as_millis() >= 20);
        assert_eq!(all.seconds[0].offered, 200);
        assert_eq!(all.environments.len(), 2);
        // Each objective is judged anew, over all.
        let kept: Vec<_> = all.objectives.iter().map(|it| it.kept).collect();
        assert_eq!((kept, all.verdict), (vec![false, false], Verdict::Missed));
    }

    #[test]
    fn one_slow_client_or_one_bad_audit_decides_for_all() {
        let mut late = samples::report(20, 0);
        late.lagged = true;
        let all = merge(vec![samples::report(20, 0), late.clone()]).unwrap();
        assert_eq!(all.verdict, Verdict::Void);
        late.audit = Audit::Unclean("wrong".to_owned());
        let mut clean = samples::report(20, 0);
        clean.audit = Audit::Clean("right".to_owned());
        assert_eq!(
            merge(vec![clean.clone(), late]).unwrap().verdict,
            Verdict::Unclean
        );
        let all = merge(vec![samples::report(20, 0), clean]).unwrap();
        assert_eq!(all.audit, Audit::Clean("right".to_owned()));
    }

    #[test]
    fn what_is_not_one_test_is_not_merged() {
        let one = samples::report(20, 0);
        let refuses = |change: fn(&mut Report)| {
            let mut other = one.clone();
            change(&mut other);
            merge(vec![one.clone(), other]).is_err()
        };
        assert!(!refuses(|_| {}));
        assert!(refuses(|it| it.target.push('x')));
        assert!(refuses(|it| it.began_at += chrono::TimeDelta::seconds(120)));
        assert!(refuses(|it| it.stages[0].stage.seconds += 1.0));
        assert!(merge(Vec::new()).is_err());
    }
}
