//! How the shop's machinery is: each service, the promises, what runs.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use chrono::Utc;
use futures_util::join;
use maud::{Markup, html};
use telemetry::Metrics;

use super::{if_it_answers, page, traffic};
use crate::{
    components as ui,
    failure::Failure,
    frame::{Frame, ok},
    services::{
        health::{Said, State},
        order::{Audit, Invariant},
    },
    texts::ZONE,
    visit::Visit,
};

/// What is told of an audit.
enum LastAudit {
    Found(Audit),
    /// None was recorded.
    Never,
    /// The order service, which keeps them, does not answer.
    Unknown,
}

pub(super) async fn show(visit: Visit, own: web::Data<Metrics>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    if visit.is_partial() {
        return Ok(ok(status(&visit, &token, &own).await?));
    }
    let (frame, status) = join!(Frame::load(&visit), status(&visit, &token, &own));
    let title = visit.t("admin-operations-title");
    Ok(page(&visit, &frame, &title, html! {}, status?))
}

/// The part that is read anew every few seconds. An error in place of an answer changes nothing of it, so
/// that it goes on asking.
async fn status(visit: &Visit, token: &str, own: &Metrics) -> Result<Markup, Failure> {
    let services = visit.services();
    let (health, activity, audit) = join!(
        services.health.of_all(),
        services.health.activity(own),
        services.order.last_audit(token)
    );
    let audit = match if_it_answers(audit)? {
        Some(Some(audit)) => LastAudit::Found(audit),
        Some(None) => LastAudit::Never,
        None => LastAudit::Unknown,
    };
    let own = services.health.own();
    let read_at = Utc::now()
        .with_timezone(&ZONE)
        .format("%H:%M:%S")
        .to_string();
    Ok(html! {
        div #status hx-get="/admin/operations" hx-trigger="every 5s" hx-swap="outerMorph"
            "hx-status:4xx"="swap:none" "hx-status:5xx"="swap:none" {
            p.admin-when { (visit.tx("admin-read-at", [("time", read_at.into())])) }
            (services_table(visit, &health, &own))
            (traffic::show(visit, &activity))
            (audited(visit, &audit))
            section {
                h2 { (visit.t("admin-running")) }
                dl.facts {
                    div { dt { (visit.t("admin-version")) } dd.code { (own.version) } }
                    div {
                        dt { (visit.t("admin-revision")) }
                        dd.code { (own.revision.as_deref().unwrap_or("—")) }
                    }
                    div { dt { (visit.t("admin-since")) } dd { (visit.moment(own.started_at)) } }
                }
            }
        }
    })
}

fn services_table(visit: &Visit, health: &[State], own: &Said) -> Markup {
    let well = health
        .iter()
        .filter(|it| it.said.as_ref().is_some_and(|it| it.ready))
        .count();
    let (class, verdict) = if well == health.len() {
        ("verdict well", visit.t("admin-all-ready"))
    } else {
        let missing = health.len() - well;
        let text = visit.tx("admin-not-all-ready", [("missing", missing.into())]);
        ("verdict ill", text)
    };
    let [service, state, version, since, took] = [
        "admin-service",
        "admin-state",
        "admin-version",
        "admin-since",
        "admin-took",
    ]
    .map(|id| visit.t(id));
    let row = |name: &str, said: Option<&Said>, duration: Option<Duration>| {
        html! {
            tr {
                th.code scope="row" { (name) }
                td data-label=(state) { (readiness(visit, said)) }
                td.code data-label=(version) {
                    @match said {
                        Some(said) => {
                            (said.version)
                            @if let Some(revision) = &said.revision { " " (short(revision)) }
                        }
                        None => "—",
                    }
                }
                td data-label=(since) {
                    @match said {
                        Some(said) => (visit.moment(said.started_at)),
                        None => "—",
                    }
                }
                td.num data-label=(took) {
                    @match duration {
                        Some(duration) => (milliseconds(visit, duration)),
                        None => (visit.t("admin-took-none")),
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 { (visit.t("admin-services")) }
            p class=(class) { (verdict) }
            table.dense.stacked {
                caption.unseen { (visit.t("admin-services")) }
                thead { tr {
                    th scope="col" { (service) }
                    th scope="col" { (state) }
                    th scope="col" { (version) }
                    th scope="col" { (since) }
                    th.num scope="col" { (took) }
                } }
                tbody {
                    (row("storefront", Some(own), None))
                    @for one in health { (row(one.service, one.said.as_ref(), Some(one.took))) }
                }
            }
        }
    }
}

fn readiness(visit: &Visit, said: Option<&Said>) -> Markup {
    match said {
        None => html! { span.badge.ill { (visit.t("admin-silent")) } },
        Some(Said { ready: true, .. }) => html! { span.badge { (visit.t("admin-ready")) } },
        Some(said) => html! {
            span.badge.ill { (visit.t("admin-not-ready")) }
            // In the service's own words.
            @if let Some(reason) = &said.reason { " " span.admin-when lang="en" { (reason) } }
        },
    }
}

fn short(revision: &str) -> &str {
    revision.get(..12).unwrap_or(revision)
}

fn milliseconds(visit: &Visit, duration: Duration) -> String {
    let number = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    visit.tx("admin-ms", [("number", visit.number(number).into())])
}

fn audited(visit: &Visit, audit: &LastAudit) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-audit")) }
            @match audit {
                LastAudit::Unknown => (ui::hint(&visit.t("admin-audit-unknown"))),
                LastAudit::Never => {
                    p { (visit.t("admin-audit-never")) }
                    p { code.command { "comptoir audit --order-url URL" } }
                }
                LastAudit::Found(audit) => (found(visit, audit)),
            }
        }
    }
}

fn found(visit: &Visit, audit: &Audit) -> Markup {
    let (class, verdict) = if audit.clean {
        ("verdict well", visit.t("admin-audit-clean"))
    } else {
        ("verdict ill", visit.t("admin-audit-not-clean"))
    };
    let [promise, checked, violations] =
        ["admin-promise", "admin-checked", "admin-violations"].map(|id| visit.t(id));
    html! {
        p class=(class) { (verdict) }
        p.admin-when {
            (visit.tx("admin-audit-when", [
                ("when", visit.moment(audit.finished_at).into()),
                ("version", audit.version.as_str().into()),
            ]))
        }
        table.dense.stacked {
            caption.unseen { (visit.t("admin-audit")) }
            thead { tr {
                th scope="col" { (promise) }
                th.num scope="col" { (checked) }
                th.num scope="col" { (violations) }
            } }
            tbody {
                @for one in &audit.invariants {
                    tr {
                        th.words scope="row" {
                            span.promise { (one.name) } " " (promised(visit, one))
                            @if !one.examples.is_empty() {
                                ul.examples lang="en" {
                                    @for example in &one.examples { li { (example) } }
                                }
                            }
                        }
                        td.num data-label=(checked) { (visit.number(one.checked)) }
                        td.num.ill[one.violations > 0] data-label=(violations) {
                            (visit.number(one.violations))
                        }
                    }
                }
            }
        }
    }
}

/// The promise in the visitor's language, or as the audit has it where it is one that this release does
/// not know.
fn promised(visit: &Visit, one: &Invariant) -> Markup {
    let id = match one.name.as_str() {
        "I1" => "admin-promise-orders",
        "I2" => "admin-promise-paid",
        "I3" => "admin-promise-refunds",
        "I4" => "admin-promise-units",
        "I5" => "admin-promise-reservations",
        _ => return html! { span lang="en" { (one.promise) } },
    };
    html! { (visit.t(id)) }
}
