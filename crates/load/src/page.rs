//! A report as one page that needs nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    chart::{Line, chart},
    drive::count,
    record::{Counts, Second, Timings},
    report::{Audit, Report},
    timing::{Figure, short},
};

const STYLE: &str = "
:root { color-scheme: light dark; --a: #1f6feb; --b: #b35900; --c: #b3261e; --d: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --a: #79b8ff; --b: #ffb86b; --c: #ff8a80; --d: #81c784; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
td, th { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums; }
td:first-child, th:first-child { text-align: left; }
figure { margin: 1.5rem 0; } svg { width: 100%; } svg text { font-size: 11px; fill: currentColor; }
.grid { stroke: #8884; } polyline { fill: none; stroke-width: 1.5; stroke: currentColor; }
.a { color: var(--a); } .b { color: var(--b); } .c { color: var(--c); } .d { color: var(--d); }
.verdict { font-size: 1.3rem; font-weight: 600; }
";

/// The page.
pub fn page(report: &Report) -> String {
    let good = report.verdict.exit_code() == 0;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Load test of " (report.target) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Load test of " (report.target) }
                p class={ "verdict " @if good { "d" } @else { "c" } } { (report.verdict.text()) }
                (head(report))
                (objectives(report))
                (charts(&report.seconds))
                (stages(report))
                h2 { "How long it took" }
                p { "Journeys are timed from when they were to begin, steps from when they were sent. What failed is in it, with the time it took to fail." }
                (timings("Journey", &report.journeys))
                (timings("Step", &report.steps))
                (timings("Beside the journeys", &report.beside))
                h2 { "What became of it" }
                (counts("Journeys", &report.outcomes))
                (counts("Errors", &report.errors))
                (counts("Asked again", &report.retries))
                (counts("Not started", &report.not_started))
                (environments(report))
            }
        }
    };
    page.into_string()
}

fn head(report: &Report) -> Markup {
    html! {
        p {
            "Began " time { (report.began_at.to_rfc3339()) } ", measured for "
            (format!("{:.1} s", report.measured_seconds))
            @if report.ended_early { ", ended early" } ". "
            (format!("{:.1}/s", report.offered_rate())) " offered, "
            (format!("{:.1}/s", report.achieved_rate())) " achieved; "
            (report.ended()) " journeys ended, " (report.failed()) " failed, "
            (report.not_started()) " could not start."
        }
        p {
            "Client: late by " (short(report.lag.figure(Figure::P99))) " (p99), "
            (short(report.lag.figure(Figure::Max))) " (max)"
            @if let Some(cores) = report.own_cpu() { "; used " (format!("{cores:.2}")) " cores" }
            "."
        }
        @match &report.audit {
            Audit::NotAsked => p { "The shop's books were not looked at." }
            Audit::Clean(says) => p { "Audit: clean. " (says) }
            Audit::Unclean(says) => p class="c" { "Audit: not clean. " (says) }
        }
        @if let Some(knee) = report.knee {
            p {
                "Knee: the last rate kept up with is "
                @if let Some(rate) = knee.kept { (format!("{rate:.1}/s")) } @else { "none" }
                ", the first that is not "
                @if let Some(rate) = knee.lost { (format!("{rate:.1}/s")) } @else { "none" }
                "."
            }
        }
    }
}

fn objectives(report: &Report) -> Markup {
    html! {
        @if !report.objectives.is_empty() {
            table {
                tr { th { "Objective" } th { "measured" } th {} }
                @for it in &report.objectives {
                    tr class=(if it.kept { "d" } else { "c" }) {
                        td { (it.objective.text()) } td { (it.measured) } td { @if it.kept { "kept" } @else { "missed" } }
                    }
                }
            }
        }
    }
}

fn charts(seconds: &[Second]) -> Markup {
    let line = |name, class, value: fn(&Second) -> u64, scale: f64| Line {
        name,
        class,
        values: seconds.iter().map(|it| count(value(it)) / scale).collect(),
    };
    html! {
        (chart("Journeys a second", "/s", &[
            line("offered", "a", |it| it.offered, 1.0),
            line("achieved", "d", |it| it.achieved, 1.0),
            line("failed", "c", |it| it.failed, 1.0),
            line("not started", "b", |it| it.not_started, 1.0),
        ]))
        (chart("How long they took, by when they ended", "ms", &[
            line("journey p50", "d", |it| it.p50_us, 1e3),
            line("journey p99", "b", |it| it.p99_us, 1e3),
            line("checkout p99", "a", |it| it.checkout_p99_us, 1e3),
        ]))
        (chart("Journeys under way", "", &[line("at most", "a", |it| it.in_flight, 1.0)]))
    }
}

fn stages(report: &Report) -> Markup {
    html! {
        @if report.stages.len() > 1 {
            h2 { "Stages" }
            table {
                tr { th { "offered" } th { "for" } th { "achieved" } th { "failed" } th { "not started" } th { "journey p50" } th { "p99" } th { "checkout p99" } }
                @for it in &report.stages {
                    tr {
                        td { (format!("{:.1}/s", it.stage.rate)) }
                        td { (format!("{:.0} s", it.stage.seconds)) }
                        td { (format!("{:.1}/s", count(it.achieved) / it.stage.seconds)) }
                        td { (it.failed) }
                        td { (it.not_started) }
                        td { (short(it.journeys.figure(Figure::P50))) }
                        td { (short(it.journeys.figure(Figure::P99))) }
                        td { (short(it.checkouts.figure(Figure::P99))) }
                    }
                }
            }
        }
    }
}

fn timings(title: &str, timings: &Timings) -> Markup {
    html! {
        @if !timings.is_empty() {
            table {
                tr { th { (title) } th { "count" } @for it in Figure::SHOWN { th { (it.name()) } } }
                @for (name, timing) in timings {
                    tr { td { (name) } td { (timing.count()) } @for it in Figure::SHOWN { td { (short(timing.figure(it))) } } }
                }
            }
        }
    }
}

fn counts(title: &str, counts: &Counts) -> Markup {
    html! {
        @if !counts.is_empty() {
            table {
                tr { th { (title) } th {} }
                @for (name, number) in counts { tr { td { (name) } td { (number) } } }
            }
        }
    }
}

fn environments(report: &Report) -> Markup {
    html! {
        h2 { "Where" }
        @for it in &report.environments {
            p {
                (it.cores) " cores, " (it.system)
                @if let Some(kernel) = &it.kernel { " " (kernel) }
                @if let Some(memory) = it.memory_kib { ", " (memory / 1024) " MiB" }
                "; comptoir " (it.version)
                @if let Some(revision) = &it.revision { " (" (revision) ")" }
                @if !it.optimised { ", not optimised" }
                @if let Some(load) = it.load_before { "; load average " (load) " before" }
                @if let Some(fsync) = it.fsync_us { "; a durable write takes " (fsync) " µs" }
                @if let Some(cpu) = it.own_cpu_seconds { "; the client used " (format!("{cpu:.1}")) " s of processor time" }
                "."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_page_says_it_all_and_needs_nothing_from_elsewhere() {
        let mut report = samples::report(20, 10);
        report
            .errors
            .insert("<script>alert(1)</script>".to_owned(), 1);
        report.judge(&["checkout.p99<1ms".parse().unwrap()]);
        let page = page(&report);
        for text in [
            "an objective was missed",
            "checkout.p99&lt;1ms",
            "<polyline",
            "checkout: timeout",
            "p99.9",
        ] {
            assert!(page.contains(text), "{text}");
        }
        for text in ["<script", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(text), "{text}");
        }
    }
}
