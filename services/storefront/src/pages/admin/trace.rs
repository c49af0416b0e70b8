//! One trace: what each service did for a request, and when.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use telemetry::Span;

use super::{
    href, if_it_answers, page,
    traffic::{clock, find, micros},
};
use crate::{failure::Failure, frame::Frame, visit::Visit};

pub(super) const PATH: &str = "/admin/operations/traces";
/// The most spans that are drawn.
const SPANS: usize = 300;
/// The width of the drawing, in units of its own.
const WIDTH: u64 = 1000;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    id: String,
}

pub(super) async fn show(visit: Visit, asked: web::Query<Asked>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let id = asked.id.trim().to_lowercase();
    let is_id = id.len() == 32 && id.bytes().all(|it| it.is_ascii_hexdigit());
    let services = visit.services();
    let spans = async {
        if is_id {
            services.health.trace(&id).await
        } else {
            Vec::new()
        }
    };
    // The management ports ask nobody who they are; the order service says whether this is still staff.
    let (frame, spans, staff) = join!(
        Frame::load(&visit),
        spans,
        services.order.last_audit(&token)
    );
    if_it_answers(staff)?;
    let (own, linked): (Vec<_>, Vec<_>) = spans.into_iter().partition(|it| it.trace_id == id);
    let title = visit.t("admin-trace");
    let content = html! {
        (find(&visit, if is_id { &id } else { "" }))
        @if own.is_empty() {
            p.admin-none { (visit.t("admin-trace-none")) }
        } @else {
            (waterfall(&visit, &id, own))
        }
        (others(&visit, "admin-trace-later", linked.iter().map(|it| (it.trace_id.as_str(), it.name.as_str()))))
    };
    Ok(page(&visit, &frame, &title, html! {}, content))
}

fn waterfall(visit: &Visit, id: &str, spans: Vec<Span>) -> Markup {
    let started = spans.iter().map(|it| it.started).min().unwrap_or_default();
    let ended = spans.iter().map(|it| it.started + it.micros).max();
    let length = ended.unwrap_or_default().saturating_sub(started).max(1);
    let causes: BTreeSet<String> = spans.iter().flat_map(|it| it.links.clone()).collect();
    let rows = in_order(spans);
    let [what, service, begun, took] = [
        "admin-span",
        "admin-service",
        "admin-begun",
        "admin-duration",
    ]
    .map(|id| visit.t(id));
    html! {
        dl.facts {
            div { dt { (visit.t("admin-trace-id")) } dd.code { (id) } }
            div { dt { (visit.t("admin-at")) } dd { (clock(started)) } }
            div { dt { (took) } dd { (micros(visit, length)) } }
        }
        (others(visit, "admin-trace-cause", causes.iter().map(|it| (it.as_str(), it.as_str()))))
        table.dense.stacked.spans {
            caption.unseen { (visit.t("admin-trace")) }
            thead { tr {
                th scope="col" { (what) }
                th scope="col" { (service) }
                th.num scope="col" { (begun) }
                th.num scope="col" { (took) }
            } }
            tbody {
                @for (depth, span) in rows.iter().take(SPANS) {
                    tr {
                        th.words scope="row" { (named(visit, *depth, span)) (bar(span, started, length)) }
                        td.code data-label=(service) { (span.service) }
                        td.num data-label=(begun) {
                            (micros(visit, span.started.saturating_sub(started)))
                        }
                        td.num.ill[span.failed] data-label=(took) { (micros(visit, span.micros)) }
                    }
                }
            }
        }
    }
}

/// Its name, deeper than that of its parent, and on demand all that is known of it.
fn named(visit: &Visit, depth: usize, span: &Span) -> Markup {
    let peer = span.attributes.get("peer.service");
    html! {
        details.span {
            summary {
                // Deeper ones would leave no room for the name.
                @for _ in 0..depth.min(8) { span.step aria-hidden="true" {} }
                (span.name) @if let Some(peer) = peer { " → " (peer) }
                @if span.failed { " " span.badge.ill { (visit.t("admin-failed")) } }
            }
            dl.facts lang="en" {
                div { dt { "kind" } dd.code { (span.kind) } }
                @for (name, value) in &span.attributes {
                    div { dt { (name) } dd.code { (value) } }
                }
            }
        }
    }
}

/// The numbers beside it say the same.
fn bar(span: &Span, started: u64, length: u64) -> Markup {
    let scaled = |micros: u64| micros.saturating_mul(WIDTH) / length;
    let x = scaled(span.started.saturating_sub(started)).min(WIDTH - 3);
    let width = scaled(span.micros).clamp(3, WIDTH - x);
    html! {
        svg.took aria-hidden="true" preserveAspectRatio="none" viewBox={ "0 0 " (WIDTH) " 10" } {
            rect.bar.today[span.failed] x=(x) y="0" width=(width) height="10" {}
        }
    }
}

/// Other traces that this one led to, or came of.
fn others<'a>(
    visit: &Visit,
    title: &str,
    traces: impl Iterator<Item = (&'a str, &'a str)>,
) -> Markup {
    let traces: BTreeSet<_> = traces.collect();
    html! {
        @if !traces.is_empty() {
            p { (visit.t(title)) }
            ul.plain {
                @for (id, name) in traces {
                    li { a.code href=(href(PATH, &[("id", id)])) { (name) } }
                }
            }
        }
    }
}

/// Parents before their children, each with how deep it is, and what began first, first. A span whose parent
/// is not there stands at the top.
fn in_order(mut spans: Vec<Span>) -> Vec<(usize, Span)> {
    // A parent begins no later than its child, but the clock may not tell them apart.
    spans.sort_by_key(|it| (it.started, std::cmp::Reverse(it.micros)));
    let ids: BTreeSet<String> = spans.iter().map(|it| it.span_id.clone()).collect();
    let mut children: BTreeMap<Option<String>, Vec<Span>> = BTreeMap::new();
    for span in spans {
        let parent = span.parent_id.clone().filter(|it| ids.contains(it));
        children.entry(parent).or_default().push(span);
    }
    let mut ordered = Vec::new();
    let mut next: Vec<(usize, Span)> = top(&mut children, None, 0);
    while let Some((depth, span)) = next.pop() {
        next.extend(top(&mut children, Some(span.span_id.clone()), depth + 1));
        ordered.push((depth, span));
    }
    ordered
}

/// The children of `parent`, the first one last, as a stack wants them.
fn top(
    children: &mut BTreeMap<Option<String>, Vec<Span>>,
    parent: Option<String>,
    depth: usize,
) -> Vec<(usize, Span)> {
    let children = children.remove(&parent).unwrap_or_default();
    children.into_iter().rev().map(|it| (depth, it)).collect()
}
