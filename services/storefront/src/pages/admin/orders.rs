//! Everybody's orders.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;

use super::{filters, href, list_failure, page};
use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::order::{Order, OrderSearch, Status},
    visit::Visit,
};

const PATH: &str = "/admin/orders";
/// No number is longer.
const NUMBER: usize = 32;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    status: String,
    #[serde(default)]
    number: String,
    cursor: Option<String>,
}

pub(super) async fn list(visit: Visit, asked: web::Query<Asked>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let status = Status::ALL
        .into_iter()
        .find(|it| it.as_str() == asked.status);
    let number: String = asked
        .number
        .trim()
        .chars()
        .filter(|it| !it.is_control())
        .take(NUMBER)
        .collect();
    let search = OrderSearch {
        status: status.map(|it| it.as_str().to_owned()),
        number: Some(number.clone()).filter(|it| !it.is_empty()),
        cursor: asked.cursor.clone(),
    };
    let orders = &visit.services().order;
    let (frame, found) = join!(Frame::load(&visit), orders.all(&token, &search));
    let found = found.map_err(list_failure)?;

    let chosen = status.map_or("", Status::as_str);
    let next = found.next_cursor.as_deref().map(|cursor| {
        href(
            PATH,
            &[("status", chosen), ("number", &number), ("cursor", cursor)],
        )
    });
    let title = visit.t("admin-orders-title");
    let content = html! {
        div.admin-tools {
            (filters(&visit.t("admin-filter"), chosen, choices(&visit, &number)))
            form.admin-find action=(PATH) {
                label for="find-number" { (visit.t("admin-order-number")) }
                input #find-number name="number" value=(number) maxlength=(NUMBER)
                    autocomplete="off" placeholder="C-2026-000123";
                @if !chosen.is_empty() { input type="hidden" name="status" value=(chosen); }
                button.button.quiet { (visit.t("admin-find")) }
            }
        }
        @if found.items.is_empty() {
            p.admin-none { (visit.t("admin-orders-none")) }
        } @else {
            (table(&visit, &title, &found.items))
        }
        (ui::next_page(&visit, next.as_deref()))
    };
    Ok(page(&visit, &frame, &title, html! {}, content))
}

fn choices(visit: &Visit, number: &str) -> Vec<(&'static str, String, String)> {
    let all = (
        "",
        href(PATH, &[("number", number)]),
        visit.t("admin-filter-all"),
    );
    let one = |status: Status| {
        let value = status.as_str();
        let href = href(PATH, &[("status", value), ("number", number)]);
        (value, href, visit.t(&format!("status-{value}")))
    };
    std::iter::once(all)
        .chain(Status::ALL.into_iter().map(one))
        .collect()
}

fn table(visit: &Visit, title: &str, orders: &[Order]) -> Markup {
    let [number, date, status, units, total] = [
        "admin-order-number",
        "admin-date",
        "admin-state",
        "admin-units",
        "admin-total",
    ]
    .map(|id| visit.t(id));
    html! {
        table.dense.stacked {
            caption.unseen { (title) }
            thead { tr {
                th scope="col" { (number) }
                th scope="col" { (date) }
                th scope="col" { (status) }
                th.num scope="col" { (units) }
                th.num scope="col" { (total) }
            } }
            tbody {
                @for order in orders {
                    tr {
                        th scope="row" {
                            a.code href={ (PATH) "/" (order.id) } { (order.number) }
                        }
                        td data-label=(date) { (visit.moment(order.created_at)) }
                        td data-label=(status) { (ui::status(visit, order.status)) }
                        td.num data-label=(units) { (visit.number(units_of(order))) }
                        td.num data-label=(total) { (visit.money(order.total)) }
                    }
                }
            }
        }
    }
}

fn units_of(order: &Order) -> i64 {
    order.lines.iter().map(|it| it.quantity).sum()
}
