//! Goods that come back.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{filters, href, list_failure, page};
use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::order::{Return, ReturnSearch, ReturnState},
    visit::Visit,
};

const PATH: &str = "/admin/returns";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    cursor: Option<String>,
}

pub(super) async fn list(visit: Visit, asked: web::Query<Asked>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let state = ReturnState::ALL
        .into_iter()
        .find(|it| it.as_str() == asked.state);
    let search = ReturnSearch {
        state: state.map(|it| it.as_str().to_owned()),
        cursor: asked.cursor.clone(),
    };
    let orders = &visit.services().order;
    let (frame, found) = join!(Frame::load(&visit), orders.returns(&token, &search));
    let found = found.map_err(list_failure)?;

    let chosen = state.map_or("", ReturnState::as_str);
    let all = ("", PATH.to_owned(), visit.t("admin-filter-all"));
    let one = |state: ReturnState| {
        let value = state.as_str();
        let name = visit.t(&format!("return-state-{value}"));
        (value, href(PATH, &[("state", value)]), name)
    };
    let choices = std::iter::once(all).chain(ReturnState::ALL.into_iter().map(one));
    let next = found.next_cursor.as_deref();
    let next = next.map(|cursor| href(PATH, &[("state", chosen), ("cursor", cursor)]));
    let title = visit.t("admin-returns-title");
    let content = html! {
        div.admin-tools { (filters(&visit.t("admin-filter"), chosen, choices)) }
        @if found.items.is_empty() {
            p.admin-none { (visit.t("admin-returns-none")) }
        } @else {
            (table(&visit, &title, &found.items))
        }
        (ui::next_page(&visit, next.as_deref()))
    };
    Ok(page(&visit, &frame, &title, html! {}, content))
}

fn table(visit: &Visit, title: &str, returns: &[Return]) -> Markup {
    let [date, products, reason, refund, state, order, deed] = [
        "admin-date",
        "admin-products",
        "admin-return-why",
        "admin-refund",
        "admin-state",
        "admin-order",
        "admin-deed",
    ]
    .map(|id| visit.t(id));
    html! {
        table.dense.stacked {
            caption.unseen { (title) }
            thead { tr {
                th scope="col" { (date) }
                th scope="col" { (order) }
                th scope="col" { (products) }
                th scope="col" { (reason) }
                th.num scope="col" { (refund) }
                th scope="col" { (state) }
                th scope="col" { (deed) }
            } }
            tbody {
                @for one in returns {
                    tr {
                        th scope="row" { (visit.date(one.created_at)) }
                        td data-label=(order) {
                            a href={ "/admin/orders/" (one.order_id) "#return-" (one.id) } {
                                (visit.t("admin-see-order"))
                            }
                        }
                        td data-label=(products) {
                            ul.plain {
                                @for line in &one.lines {
                                    li { (visit.number(line.quantity)) " × " (line.name) }
                                }
                            }
                        }
                        td.words data-label=(reason) { (one.reason) }
                        td.num data-label=(refund) { (visit.money(one.refund)) }
                        td data-label=(state) { (ui::return_state(visit, one.state)) }
                        td data-label=(deed) { (deeds(visit, one, None, visit.here())) }
                    }
                }
            }
        }
    }
}

/// What can be done with a return as it is; afterwards one is at `to`. `left` is a refusal that was not
/// accepted, of which return.
pub(super) fn deeds(
    visit: &Visit,
    one: &Return,
    left: Option<&(Uuid, String)>,
    to: &str,
) -> Markup {
    let path = |verb: &str| format!("/admin/orders/{}/returns/{}/{verb}", one.order_id, one.id);
    let form = |verb: &str, content: Markup| {
        html! {
            form method="post" action=(path(verb)) data-once {
                (ui::proof(visit))
                @if !to.is_empty() { input type="hidden" name="to" value=(to); }
                (content)
            }
        }
    };
    match one.state {
        ReturnState::Requested => {
            let left = left.filter(|(id, _)| *id == one.id);
            let reason = left.map_or("", |(_, reason)| reason);
            let (field, error) = (format!("reason-{}", one.id), format!("error-{}", one.id));
            html! {
                div.return-deeds {
                    (form("approve", html! {
                        button.button data-test="approve" { (visit.t("admin-approve")) }
                    }))
                    details.refuse open[left.is_some()] {
                        summary { (visit.t("admin-refuse-open")) }
                        (form("refuse", html! {
                            div.field.wrong[left.is_some()] {
                                label for=(field) { (visit.t("admin-refuse-reason")) }
                                textarea id=(field) name="reason" rows="2" maxlength="500" required
                                    aria-invalid=[left.map(|_| "true")]
                                    aria-describedby=[left.map(|_| &error)] { (reason) }
                                @if left.is_some() {
                                    p.error id=(error) { (visit.t("admin-error-reason")) }
                                }
                            }
                            button.button.danger data-test="refuse" { (visit.t("admin-refuse")) }
                        }))
                    }
                }
            }
        }
        ReturnState::Approved => form(
            "receive",
            html! { button.button data-test="receive" { (visit.t("admin-receive")) } },
        ),
        ReturnState::Received => html! { p.admin-when { (visit.t("admin-refund-under-way")) } },
        ReturnState::Refused | ReturnState::Refunded => {
            html! { p.admin-when { (visit.t("admin-return-over")) } }
        }
    }
}
