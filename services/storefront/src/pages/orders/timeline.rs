//! What has happened, with moments, and what is still to come: an ordered list that looks like a line.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::{
    services::order::{Detail, Return, ReturnState, Status},
    visit::Visit,
};

/// A point of the line.
#[derive(Debug, PartialEq)]
struct Step {
    /// The last part of its message.
    kind: &'static str,
    /// When it happened; none where it is still to come, or happened at a moment that is not known.
    at: Option<DateTime<Utc>>,
    state: StepState,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum StepState {
    Past,
    /// The last one that has happened.
    Present,
    ToCome,
}

/// How an order goes where nothing comes in between.
const WAY: [Status; 4] = [
    Status::Confirmed,
    Status::Packed,
    Status::Shipped,
    Status::Delivered,
];

/// The same for a return.
const WAY_BACK: [ReturnState; 4] = [
    ReturnState::Requested,
    ReturnState::Approved,
    ReturnState::Received,
    ReturnState::Refunded,
];

/// The line of an order.
pub(in crate::pages) fn of_order(visit: &Visit, detail: &Detail) -> Markup {
    let steps = order_steps(detail);
    html! {
        ol.timeline aria-label=(visit.t("timeline")) {
            @for step in &steps {
                (point(visit, step, &visit.t(&format!("timeline-{}", step.kind))))
            }
        }
    }
}

/// The line of one of its returns.
pub(in crate::pages) fn of_return(visit: &Visit, detail: &Detail, back: &Return) -> Markup {
    let steps = return_steps(detail, back);
    html! {
        ol.timeline.short aria-label=(visit.t("timeline-of-return")) {
            @for step in &steps {
                (point(visit, step, &visit.t(&format!("return-state-{}", step.kind))))
            }
        }
    }
}

fn point(visit: &Visit, step: &Step, says: &str) -> Markup {
    let class = match step.state {
        StepState::Past => "past",
        StepState::Present => "present",
        StepState::ToCome => "to-come",
    };
    html! {
        li class=(class) aria-current=[(step.state == StepState::Present).then_some("step")] {
            span.step { (says) }
            @if let Some(at) = step.at {
                time datetime=(at.to_rfc3339()) { (visit.moment(at)) }
            }
            @if step.state == StepState::ToCome {
                span.unseen { " " (visit.t("timeline-to-come")) }
            }
        }
    }
}

fn order_steps(detail: &Detail) -> Vec<Step> {
    let status = detail.order.status;
    let happened = |kind: &str| detail.timeline.iter().find(|it| it.kind == kind);
    let mut steps = vec![Step {
        kind: "placed",
        at: Some(detail.order.created_at),
        state: StepState::Past,
    }];
    let ended = matches!(status, Status::Cancelled | Status::PaymentFailed);
    for it in WAY {
        let at = happened(it.as_str()).map(|it| it.at);
        // Events may be told a moment later than the status.
        if at.is_some() || (!ended && it <= status && status != Status::Pending) {
            steps.push(past(it.as_str(), at));
        } else if !ended {
            steps.push(to_come(it.as_str()));
        }
    }
    if ended {
        let at = happened(status.as_str()).map(|it| it.at);
        steps.push(past(status.as_str(), at));
    }
    mark_present(steps)
}

fn return_steps(detail: &Detail, back: &Return) -> Vec<Step> {
    // Events do not say which return they are about, so only where there is one are its moments known.
    let alone = detail.returns.len() == 1;
    let at = |state: ReturnState| {
        if state == ReturnState::Requested {
            return Some(back.created_at);
        }
        let kind = format!("return_{}", state.as_str());
        let found = detail.timeline.iter().find(|it| it.kind == kind);
        found.filter(|_| alone).map(|it| it.at)
    };
    if back.state == ReturnState::Refused {
        let states = [ReturnState::Requested, ReturnState::Refused];
        let steps = states.map(|it| past(it.as_str(), at(it)));
        return mark_present(steps.into());
    }
    let reached = WAY_BACK.iter().position(|it| *it == back.state);
    let steps = WAY_BACK.iter().enumerate().map(|(place, it)| {
        if reached.is_some_and(|reached| place <= reached) {
            past(it.as_str(), at(*it))
        } else {
            to_come(it.as_str())
        }
    });
    mark_present(steps.collect())
}

fn past(kind: &'static str, at: Option<DateTime<Utc>>) -> Step {
    Step {
        kind,
        at,
        state: StepState::Past,
    }
}

fn to_come(kind: &'static str) -> Step {
    Step {
        kind,
        at: None,
        state: StepState::ToCome,
    }
}

fn mark_present(mut steps: Vec<Step>) -> Vec<Step> {
    let last = steps.iter_mut().rfind(|it| it.state == StepState::Past);
    if let Some(step) = last {
        step.state = StepState::Present;
    }
    steps
}
