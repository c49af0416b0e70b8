//! One order: what is in it, what happened to it, and what can be done now.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use uuid::Uuid;

use super::{Wrong, page, returns};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    frame::{Frame, go},
    pages::address::postal,
    services::order::{Detail, Event, Line, Return, ReturnLine, ReturnState, Status},
    visit::Visit,
};

/// What a deed that was not done leaves on the page.
#[derive(Default)]
pub(super) struct Left {
    /// What is said above all.
    pub(super) alert: String,
    pub(super) tracking_number: String,
    pub(super) carrier: String,
    /// Why which return is not accepted.
    pub(super) refusal: Option<(Uuid, String)>,
    pub(super) wrong: Wrong,
}

pub(super) async fn show(visit: Visit, id: web::Path<Uuid>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    whole(&visit, &token, *id, &Left::default()).await
}

/// From the address of a deed to the order.
pub(super) async fn back(
    visit: Visit,
    path: web::Path<(Uuid, String)>,
) -> Result<HttpResponse, Failure> {
    visit.staff_token()?;
    let (id, _) = path.into_inner();
    Ok(go(&format!("/admin/orders/{id}")))
}

/// The order as it is now, where a deed was not done.
pub(super) async fn again(
    visit: &Visit,
    token: &str,
    id: Uuid,
    status: StatusCode,
    left: &Left,
) -> Result<HttpResponse, Failure> {
    let mut response = whole(visit, token, id, left).await?;
    *response.status_mut() = status;
    Ok(response)
}

async fn whole(visit: &Visit, token: &str, id: Uuid, left: &Left) -> Result<HttpResponse, Failure> {
    let orders = &visit.services().order;
    let (frame, order) = join!(Frame::load(visit), orders.any(token, id));
    let order = order?;
    let title = visit.tx(
        "admin-order-title",
        [("number", order.order.number.as_str().into())],
    );
    let beside = html! {
        (ui::status(visit, order.order.status))
        span.admin-when { (visit.moment(order.order.created_at)) }
    };
    let content = html! {
        @if !left.alert.is_empty() { (ui::alert(&left.alert)) }
        (deed(visit, &order, left))
        @if !order.returns.is_empty() { (all_returns(visit, &order, left)) }
        div.admin-order {
            section {
                h2 { (visit.t("admin-order-lines")) }
                (lines(visit, &order))
            }
            aside {
                section {
                    h2 { (visit.t("admin-order-to")) }
                    address.lines { (postal(visit, &order.shipping_address)) }
                    @if let Some(number) = &order.order.tracking_number {
                        dl.facts {
                            div { dt { (visit.t("admin-tracking")) } dd.code { (number) } }
                            @if let Some(carrier) = &order.order.carrier {
                                div { dt { (visit.t("admin-carrier")) } dd { (carrier) } }
                            }
                        }
                    }
                }
                section {
                    h2 { (visit.t("admin-order-timeline")) }
                    ol.happened { @for event in &order.timeline { (happened(visit, event)) } }
                }
            }
        }
    };
    Ok(page(visit, &frame, &title, beside, content))
}

/// What can be done with the order as it is.
fn deed(visit: &Visit, order: &Detail, left: &Left) -> Markup {
    let path = |verb: &str| format!("/admin/orders/{}/{verb}", order.order.id);
    let content = match order.order.status {
        Status::Confirmed => html! {
            p { (visit.t("admin-pack-text")) }
            form method="post" action=(path("pack")) data-once {
                (ui::proof(visit))
                button.button data-test="pack" { (visit.t("admin-pack")) }
            }
        },
        Status::Packed => html! {
            p { (visit.t("admin-ship-text")) }
            form.inline-form method="post" action=(path("ship")) data-once {
                (ui::proof(visit))
                (ui::field(visit, &Field {
                    name: "tracking_number",
                    label: &visit.t("admin-tracking"),
                    value: &left.tracking_number,
                    autocomplete: "off",
                    error: left.wrong.text(visit, "tracking_number").as_deref(),
                    most: Some(64),
                    ..Field::default()
                }))
                (ui::field(visit, &Field {
                    name: "carrier",
                    label: &visit.t("admin-carrier"),
                    value: &left.carrier,
                    autocomplete: "off",
                    error: left.wrong.text(visit, "carrier").as_deref(),
                    optional: true,
                    most: Some(64),
                    ..Field::default()
                }))
                button.button data-test="ship" { (visit.t("admin-ship")) }
            }
        },
        Status::Shipped => html! {
            p { (visit.t("admin-deliver-text")) }
            form method="post" action=(path("deliver")) data-once {
                (ui::proof(visit))
                button.button data-test="deliver" { (visit.t("admin-deliver")) }
            }
        },
        Status::Pending => html! { p { (visit.t("admin-nothing-while-pending")) } },
        Status::Delivered if order.returns.iter().any(waits) => {
            html! { p { (visit.t("admin-return-waits")) } }
        }
        Status::Delivered => html! { p { (visit.t("admin-nothing-after-delivery")) } },
        Status::Cancelled | Status::PaymentFailed => {
            html! { p { (visit.t("admin-nothing-any-more")) } }
        }
    };
    html! {
        section.deed aria-labelledby="deed" {
            h2 #deed { (visit.t("admin-now")) }
            (content)
        }
    }
}

/// Whether a return waits for the staff.
fn waits(one: &Return) -> bool {
    matches!(one.state, ReturnState::Requested | ReturnState::Approved)
}

fn all_returns(visit: &Visit, order: &Detail, left: &Left) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-order-returns")) }
            @for one in &order.returns {
                article.return id={ "return-" (one.id) } {
                    p.return-head {
                        (ui::return_state(visit, one.state))
                        span { (visit.moment(one.created_at)) }
                        span.num { (visit.tx("admin-return-refund", [("amount", visit.money(one.refund).into())])) }
                    }
                    ul.plain {
                        @for line in &one.lines { li { (visit.number(line.quantity)) " × " (returned(visit, order, line)) } }
                    }
                    p { (visit.t("admin-return-reason")) " " q { (one.reason) } }
                    @if let Some(refusal) = &one.refusal {
                        p { (visit.t("admin-return-refusal")) " " q { (refusal) } }
                    }
                    (returns::deeds(visit, one, left.refusal.as_ref(), ""))
                }
            }
        }
    }
}

fn lines(visit: &Visit, order: &Detail) -> Markup {
    let [product, price, units, sum] =
        ["admin-product", "admin-price", "admin-units", "admin-sum"].map(|id| visit.t(id));
    let order = &order.order;
    html! {
        table.dense.stacked {
            caption.unseen { (visit.t("admin-order-lines")) }
            thead { tr {
                th scope="col" { (product) }
                th.num scope="col" { (price) }
                th.num scope="col" { (units) }
                th.num scope="col" { (sum) }
            } }
            tbody {
                @for line in &order.lines {
                    tr {
                        th scope="row" {
                            a href={ "/admin/products/" (line.product_id) } { (name(visit, line)) }
                        }
                        td.num data-label=(price) { (visit.money(line.unit_price)) }
                        td.num data-label=(units) { (visit.number(line.quantity)) }
                        td.num data-label=(sum) { (visit.money(line.line_total)) }
                    }
                }
            }
        }
        dl.totals {
            div { dt { (visit.t("admin-total")) } dd { (visit.money(order.total)) } }
            @if order.refunded.amount > 0 {
                div { dt { (visit.t("admin-refunded")) } dd { (visit.money(order.refunded)) } }
                @if let Ok(kept) = order.total.minus(order.refunded) {
                    div { dt { (visit.t("admin-kept")) } dd { (visit.money(kept)) } }
                }
            }
        }
    }
}

fn name<'a>(visit: &Visit, line: &'a Line) -> &'a str {
    let french = line.name_fr.as_deref().unwrap_or(&line.name);
    visit.language().pick(line.name.as_str(), french)
}

/// What comes back, as the order calls it: returns know the English name alone.
fn returned<'a>(visit: &Visit, order: &'a Detail, returned: &'a ReturnLine) -> &'a str {
    let mut lines = order.order.lines.iter();
    let line = lines.find(|it| it.product_id == returned.product_id);
    line.map_or(returned.name.as_str(), |it| name(visit, it))
}

fn happened(visit: &Visit, event: &Event) -> Markup {
    html! {
        li {
            strong { (what_happened(visit, &event.kind)) }
            span.admin-when {
                (visit.moment(event.at))
                @if let Some(actor) = actor(visit, &event.actor) { " · " (actor) }
            }
            @if let Some(note) = &event.note { span.happened-note { (note) } }
        }
    }
}

/// What this release of the order service may say of an order; of another one, its own word.
fn what_happened(visit: &Visit, kind: &str) -> String {
    match kind {
        "placed" | "confirmed" | "packed" | "shipped" | "delivered" | "cancelled"
        | "payment_failed" | "refunded" | "return_requested" | "return_approved"
        | "return_refused" | "return_received" | "return_refunded" => {
            visit.t(&format!("admin-event-{kind}"))
        }
        other => other.to_owned(),
    }
}

fn actor(visit: &Visit, actor: &str) -> Option<String> {
    match actor {
        "customer" => Some(visit.t("admin-by-customer")),
        "staff" => Some(visit.t("admin-by-staff")),
        "system" => Some(visit.t("admin-by-system")),
        _ => None,
    }
}
