//! One order: what is in it, where it is, what can be done with it.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{name, send_back, timeline};
use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{Frame, go, ok},
    pages::{address::postal, sign_in::Button},
    services::order::{Detail, Return, ReturnLine, ReturnState, Status},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/orders/{id}", web::get().to(show))
        .route("/orders/{id}/status", web::get().to(show_status))
        .route("/orders/{id}/cancel", web::post().to(cancel));
}

/// Whether the order was placed a moment ago.
#[derive(Deserialize)]
struct Arrival {
    placed: Option<u8>,
}

async fn show(
    visit: Visit,
    id: web::Path<Uuid>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let order = &visit.services().order;
    let (frame, detail) = join!(Frame::load(&visit), order.order(&token, *id));
    let detail = detail?;
    let number = detail.order.number.as_str();
    let title = format!("{} {number}", visit.t("order-title"));
    let arrived = arrival.placed.is_some();
    let placed = arrived && is_paid(detail.order.status);
    let lead = placed.then(|| visit.tx("order-placed", [("number", number.into())]));
    let content = html! {
        div.order-page {
            nav.breadcrumb aria-label=(visit.t("breadcrumb")) {
                ol {
                    li { a href="/account" { (visit.t("account-title")) } }
                    li { a href="/orders" { (visit.t("orders-title")) } }
                }
            }
            @if placed {
                h1 { (visit.t("order-thanks")) }
            } @else {
                h1 { (visit.t("order-title")) " " span.unbroken { (number) } }
            }
            div aria-live="polite" { (status_part(&visit, &detail, arrived, lead)) }
            div.order-columns {
                section aria-labelledby="lines" {
                    h2 #lines { (visit.t("order-lines")) }
                    (lines(&visit, &detail))
                }
                aside.order-facts-column {
                    h2 { (visit.t("order-address")) }
                    address { (postal(&visit, &detail.shipping_address)) }
                    @if let Some(tracking) = &detail.order.tracking_number {
                        h2 { (visit.t("order-parcel")) }
                        dl.facts {
                            @if let Some(carrier) = &detail.order.carrier {
                                dt { (visit.t("order-carrier")) }
                                dd { (carrier) }
                            }
                            dt { (visit.t("order-tracking")) }
                            dd.digits { (tracking) }
                        }
                    }
                }
            }
            @if !detail.returns.is_empty() {
                section aria-labelledby="returns" {
                    h2 #returns { (visit.t("order-returns")) }
                    @for back in &detail.returns { (a_return(&visit, &detail, back)) }
                }
            }
        }
    };
    Ok(frame.page(&visit, &title, content))
}

/// For htmx, while the bank's answer is awaited: nothing as long as nothing has changed.
async fn show_status(
    visit: Visit,
    id: web::Path<Uuid>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Failure> {
    if !visit.is_partial() {
        return Ok(go(&format!("/orders/{id}")));
    }
    let token = match visit.member_token() {
        Err(Failure::Down(_)) => return Ok(HttpResponse::NoContent().finish()),
        token => token?,
    };
    match visit.services().order.order(&token, *id).await {
        Ok(detail) if detail.order.status != Status::Pending => {
            let lead = is_paid(detail.order.status).then(|| visit.t("order-paid-now"));
            Ok(ok(status_part(
                &visit,
                &detail,
                arrival.placed.is_some(),
                lead,
            )))
        }
        // It is asked again in two seconds.
        Ok(_) => Ok(HttpResponse::NoContent().finish()),
        Err(error) if error.refusal().is_none() => Ok(HttpResponse::NoContent().finish()),
        Err(refused) => Err(refused.into()),
    }
}

/// Only then is there something to be thankful for.
fn is_paid(status: Status) -> bool {
    !matches!(
        status,
        Status::Pending | Status::PaymentFailed | Status::Cancelled
    )
}

/// Where the order is, and what can be done about it now.
fn status_part(visit: &Visit, detail: &Detail, arrived: bool, lead: Option<String>) -> Markup {
    let order = &detail.order;
    let pending = order.status == Status::Pending;
    let query = if arrived { "?placed=1" } else { "" };
    let poll = pending.then(|| format!("/orders/{}/status{query}", order.id));
    html! {
        section #order-status aria-label=(visit.t("order-status"))
            hx-get=[poll] hx-trigger=[pending.then_some("every 2s")]
            hx-swap=[pending.then_some("outerHTML")] {
            @if let Some(lead) = lead { p.lead { (lead) } }
            p.order-state {
                (ui::status(visit, order.status))
                " "
                span.quiet-text {
                    (visit.tx("order-placed-on", [("moment", visit.moment(order.created_at).into())]))
                }
            }
            (timeline::of_order(visit, detail))
            p.next-step { (what_next(visit, detail)) }
            @if pending {
                p { a href={ "/orders/" (order.id) (query) } { (visit.t("order-check-again")) } }
            }
            @if order.status == Status::Confirmed {
                form method="post" action={ "/orders/" (order.id) "/cancel" } {
                    (ui::proof(visit))
                    button.button.danger data-test="cancel-order" { (visit.t("order-cancel")) }
                }
            }
            @if send_back::anything_left(detail) {
                p.actions {
                    a.button.quiet href={ "/orders/" (order.id) "/return" } { (visit.t("order-return")) }
                }
            }
        }
    }
}

fn what_next(visit: &Visit, detail: &Detail) -> String {
    let status = detail.order.status;
    let by_the_shop = status == Status::Cancelled
        && detail
            .timeline
            .iter()
            .any(|it| it.kind == status.as_str() && it.actor != "customer");
    if by_the_shop {
        visit.t("order-cancelled-by-us")
    } else {
        visit.t(&format!("order-next-{}", status.as_str()))
    }
}

/// What was bought, and what it came to.
pub(in crate::pages) fn lines(visit: &Visit, detail: &Detail) -> Markup {
    let order = &detail.order;
    html! {
        table.lines {
            caption.unseen { (visit.t("order-lines")) }
            thead {
                tr {
                    th scope="col" { (visit.t("order-product")) }
                    th.figure scope="col" { (visit.t("order-quantity")) }
                    th.figure scope="col" { (visit.t("order-price")) }
                }
            }
            tbody {
                @for line in &order.lines {
                    tr {
                        th scope="row" {
                            (name(visit, line))
                            @if line.quantity > 1 {
                                span.each {
                                    (visit.tx("order-each", [("price", visit.money(line.unit_price).into())]))
                                }
                            }
                        }
                        td.figure { (visit.number(line.quantity)) }
                        td.figure { (ui::price(visit, line.line_total)) }
                    }
                }
            }
            tfoot {
                tr.total {
                    th scope="row" colspan="2" { (visit.t("order-total")) }
                    td.figure { (ui::price(visit, order.total)) }
                }
                @if order.refunded.amount > 0 {
                    tr {
                        th scope="row" colspan="2" { (visit.t("order-refunded")) }
                        td.figure { (ui::price(visit, order.refunded)) }
                    }
                }
            }
        }
    }
}

/// What came back of it, and how far that is.
pub(in crate::pages) fn a_return(visit: &Visit, detail: &Detail, back: &Return) -> Markup {
    // Lines of returns have one name only; the order knows both.
    let named = |line: &ReturnLine| {
        let found = detail
            .order
            .lines
            .iter()
            .find(|it| it.product_id == line.product_id);
        found.map_or_else(|| line.name.clone(), |it| name(visit, it).to_owned())
    };
    html! {
        article.return {
            h3 {
                (visit.tx("order-return-of", [("date", visit.date(back.created_at).into())]))
                " "
                (ui::return_state(visit, back.state))
            }
            (timeline::of_return(visit, detail, back))
            ul.plain {
                @for line in &back.lines {
                    li { (visit.number(line.quantity)) " × " (named(line)) }
                }
            }
            dl.facts {
                dt { (visit.t("order-return-reason")) }
                dd { (back.reason) }
                @if let Some(refusal) = &back.refusal {
                    dt { (visit.t("order-return-refusal")) }
                    dd { (refusal) }
                }
                @if back.state != ReturnState::Refused {
                    dt {
                        @if back.state == ReturnState::Refunded {
                            (visit.t("order-return-refunded"))
                        } @else {
                            (visit.t("order-return-refund"))
                        }
                    }
                    dd { (ui::price(visit, back.refund)) }
                }
            }
        }
    }
}

async fn cancel(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    match visit.services().order.cancel(&token, *id).await {
        Ok(()) => visit.notify("notice-order-cancelled"),
        Err(error) if error.is("not-cancellable") => visit.notify("notice-order-not-cancellable"),
        Err(error) => return Err(error.into()),
    }
    Ok(go(&format!("/orders/{id}")))
}
