//! What the services are doing: rates, durations and failures by route, orders under way, the last requests.
//! It is what they say of themselves, so that a laptop without a monitoring stack is enough.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::DateTime;
use maud::{Markup, html};
use telemetry::{Activity, Number, Route, Span};

use super::{href, trace::PATH as TRACES};
use crate::{components as ui, services::order::Status, texts::ZONE, visit::Visit};

/// The most routes in the table, those that failed first.
const ROUTES: usize = 25;
/// The most requests in each list.
const REQUESTS: usize = 8;
/// What watching makes of traffic is not what is watched.
const OWN: &str = "/admin/operations";

pub(super) fn show(visit: &Visit, activity: &[(&str, Activity)]) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-traffic")) }
            (routes(visit, activity))
        }
        section {
            h2 { (visit.t("admin-saga")) }
            @match activity.iter().find(|(service, _)| *service == "order") {
                Some((_, order)) => (saga(visit, &order.numbers)),
                None => (ui::hint(&visit.t("admin-saga-unknown"))),
            }
        }
        section {
            h2 { (visit.t("admin-requests")) }
            (requests(visit, activity))
            (find(visit, ""))
        }
    }
}

fn routes(visit: &Visit, activity: &[(&str, Activity)]) -> Markup {
    let mut lines: Vec<(&str, f64, &Route)> = activity
        .iter()
        .flat_map(|(service, it)| it.routes.iter().map(|route| (*service, it.seconds, route)))
        .filter(|(.., it)| !it.route.starts_with(OWN))
        .collect();
    if lines.is_empty() {
        return html! { p.admin-none { (visit.t("admin-traffic-none")) } };
    }
    lines.sort_by_key(|(.., it)| (Reverse(it.failed), Reverse(it.requests)));
    let [service, route, rate, failed, p50, p95, p99] = [
        "admin-service",
        "admin-route",
        "admin-rate",
        "admin-failed",
        "admin-p50",
        "admin-p95",
        "admin-p99",
    ]
    .map(|id| visit.t(id));
    html! {
        table.dense.stacked {
            caption.unseen { (visit.t("admin-traffic")) }
            thead { tr {
                th scope="col" { (route) }
                th scope="col" { (service) }
                th.num scope="col" { (rate) }
                th.num scope="col" { (failed) }
                th.num scope="col" { (p50) }
                th.num scope="col" { (p95) }
                th.num scope="col" { (p99) }
            } }
            tbody {
                @for (name, seconds, it) in lines.into_iter().take(ROUTES) {
                    tr {
                        th.words.code scope="row" { (it.method) " " (it.route) }
                        td.code data-label=(service) { (name) }
                        td.num data-label=(rate) {
                            (visit.tenths(whole(per_second(it.requests, seconds) * 10.0)))
                        }
                        td.num.ill[it.failed > 0] data-label=(failed) { (share(visit, it)) }
                        td.num data-label=(p50) { (milliseconds(visit, it.p50)) }
                        td.num data-label=(p95) { (milliseconds(visit, it.p95)) }
                        td.num data-label=(p99) { (milliseconds(visit, it.p99)) }
                    }
                }
            }
        }
    }
}

/// Orders by state, and the messages that are still to be delivered.
fn saga(visit: &Visit, numbers: &[Number]) -> Markup {
    let facts = [
        "orders_pending",
        "orders_pending_oldest_age_seconds",
        "outbox_pending",
        "outbox_oldest_age_seconds",
    ];
    html! {
        dl.facts {
            @for it in named(numbers, "orders") {
                @if let Some(status) = it.labels.get("status") {
                    @let known = Status::ALL.iter().any(|it| it.as_str() == status);
                    div {
                        dt { @if known { (visit.t(&format!("status-{status}"))) } @else { (status) } }
                        dd { (visit.number(whole(it.value))) }
                    }
                }
            }
            @for it in facts.into_iter().flat_map(|name| named(numbers, name)) {
                div {
                    dt { (visit.t(&format!("admin-number-{}", it.name))) }
                    dd {
                        @let value = visit.number(whole(it.value));
                        @if it.name.ends_with("_seconds") {
                            (visit.tx("admin-seconds", [("number", value.into())]))
                        } @else { (value) }
                    }
                }
            }
        }
    }
}

fn named<'a>(numbers: &'a [Number], name: &str) -> impl Iterator<Item = &'a Number> {
    numbers.iter().filter(move |it| it.name == name)
}

/// A request from outside, or a piece of work: what began a trace, as far as it is known.
struct Head<'a> {
    first: &'a Span,
    services: BTreeSet<&'a str>,
    failed: bool,
}

fn heads<'a>(activity: &'a [(&str, Activity)]) -> Vec<Head<'a>> {
    let mut heads: BTreeMap<&str, Head<'a>> = BTreeMap::new();
    for span in activity.iter().flat_map(|(_, it)| &it.entries) {
        let head = heads.entry(&span.trace_id).or_insert_with(|| Head {
            first: span,
            services: BTreeSet::new(),
            failed: false,
        });
        if span.started < head.first.started {
            head.first = span;
        }
        head.services.insert(&span.service);
        head.failed |= span.failed;
    }
    heads
        .into_values()
        .filter(|it| !it.first.name.contains(OWN))
        .collect()
}

fn requests(visit: &Visit, activity: &[(&str, Activity)]) -> Markup {
    let mut heads = heads(activity);
    if heads.is_empty() {
        return html! { p.admin-none { (visit.t("admin-requests-none")) } };
    }
    heads.sort_by_key(|it| Reverse(it.first.started));
    let latest: Vec<_> = heads.iter().take(REQUESTS).collect();
    let failed: Vec<_> = heads.iter().filter(|it| it.failed).take(REQUESTS).collect();
    let mut slowest: Vec<_> = heads.iter().collect();
    slowest.sort_by_key(|it| Reverse(it.first.micros));
    slowest.truncate(REQUESTS);
    html! {
        @for (title, heads) in [
            ("admin-requests-failed", failed),
            ("admin-requests-slowest", slowest),
            ("admin-requests-latest", latest),
        ] {
            h3 { (visit.t(title)) }
            @if heads.is_empty() {
                p.admin-when { (visit.t("admin-requests-none")) }
            } @else {
                (list(visit, &visit.t(title), &heads))
            }
        }
    }
}

fn list(visit: &Visit, title: &str, heads: &[&Head<'_>]) -> Markup {
    let [request, at, status, took, services, trace] = [
        "admin-request",
        "admin-at",
        "admin-answer",
        "admin-duration",
        "admin-services",
        "admin-trace",
    ]
    .map(|id| visit.t(id));
    html! {
        table.dense.stacked {
            caption.unseen { (title) }
            thead { tr {
                th scope="col" { (request) }
                th scope="col" { (at) }
                th.num scope="col" { (status) }
                th.num scope="col" { (took) }
                th scope="col" { (services) }
                th scope="col" { (trace) }
            } }
            tbody {
                @for head in heads {
                    tr {
                        th.words.code scope="row" { (head.first.service) " " (head.first.name) }
                        td data-label=(at) { (clock(head.first.started)) }
                        td.num.ill[head.failed] data-label=(status) { (answer(visit, head)) }
                        td.num data-label=(took) { (micros(visit, head.first.micros)) }
                        td.code data-label=(services) {
                            (head.services.iter().copied().collect::<Vec<_>>().join(", "))
                        }
                        td data-label=(trace) {
                            @let id = head.first.trace_id.as_str();
                            a.code href=(href(TRACES, &[("id", id)])) { (id.get(..8).unwrap_or(id)) }
                        }
                    }
                }
            }
        }
    }
}

/// The status that was answered; work of the outbox has none.
fn answer(visit: &Visit, head: &Head<'_>) -> String {
    let status = head.first.attributes.get("http.response.status_code");
    match status {
        Some(status) => status.clone(),
        None if head.failed => visit.t("admin-failed"),
        None => "—".to_owned(),
    }
}

/// Leads to a trace whose id somebody has, say from a line of the log.
pub(super) fn find(visit: &Visit, id: &str) -> Markup {
    html! {
        form.admin-find action=(TRACES) {
            label for="find-trace" { (visit.t("admin-trace-find")) }
            input #find-trace name="id" value=(id) maxlength="32" autocomplete="off" spellcheck="false";
            button.button.quiet { (visit.t("admin-find")) }
        }
    }
}

/// As in `14:07:09`, in Paris; `started` is in microseconds since 1970.
pub(super) fn clock(started: u64) -> String {
    i64::try_from(started)
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .map(|it| it.with_timezone(&ZONE).format("%H:%M:%S").to_string())
        .unwrap_or_default()
}

pub(super) fn micros(visit: &Visit, micros: u64) -> String {
    let tenths = i64::try_from(micros.saturating_add(50) / 100).unwrap_or(i64::MAX);
    visit.tx("admin-ms", [("number", visit.tenths(tenths).into())])
}

fn milliseconds(visit: &Visit, seconds: f64) -> String {
    let number = visit.tenths(whole(seconds * 10_000.0));
    visit.tx("admin-ms", [("number", number.into())])
}

/// The share of requests that failed, in per cent.
fn share(visit: &Visit, route: &Route) -> String {
    let tenths = route
        .failed
        .saturating_mul(1000)
        .checked_div(route.requests);
    let tenths = i64::try_from(tenths.unwrap_or_default()).unwrap_or(i64::MAX);
    visit.tx("admin-percent", [("number", visit.tenths(tenths).into())])
}

fn per_second(requests: u64, seconds: f64) -> f64 {
    // Right after a start the time is too short to tell.
    f64::from(u32::try_from(requests).unwrap_or(u32::MAX)) / seconds.max(1.0)
}

/// The nearest whole number: for what is shown, where a fraction is noise.
#[expect(
    clippy::as_conversions,
    reason = "saturates, and there is no other conversion"
)]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
