//! What was ordered: history, details, cancelling, sending back.

pub(super) mod order;
mod send_back;
pub(super) mod timeline;

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::account;
use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::order::{Line, Order},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/orders", web::get().to(history))
        .configure(order::routes)
        .configure(send_back::routes);
}

/// Where the page before ended.
#[derive(Deserialize)]
struct Paging {
    cursor: Option<Uuid>,
}

/// How many products of an order are named in the history.
const NAMED: usize = 3;

async fn history(visit: Visit, query: web::Query<Paging>) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let cursor = query.cursor.map(|it| it.to_string());
    let (frame, history) = join!(
        Frame::load(&visit),
        visit.services().order.history(&token, cursor.as_deref()),
    );
    let history = history?;
    let next = history
        .next_cursor
        .as_ref()
        .map(|it| format!("/orders?cursor={it}"));
    let title = visit.t("orders-title");
    let content = html! {
        h1 { (title) }
        @if history.items.is_empty() && cursor.is_none() {
            p.lead { (visit.t("orders-empty")) }
            p.actions { a.button href="/" { (visit.t("orders-empty-link")) } }
        } @else {
            (list(&visit, &history.items))
            @if cursor.is_some() {
                p.pager-back { a href="/orders" { (visit.t("orders-newest")) } }
            }
            (ui::next_page(&visit, next.as_deref()))
        }
    };
    Ok(account::page(&visit, &frame, &title, content))
}

/// Orders, one below the other.
pub(super) fn list<'a>(visit: &Visit, orders: impl IntoIterator<Item = &'a Order>) -> Markup {
    html! {
        ol.orders {
            @for order in orders {
                li {
                    a.order-number href={ "/orders/" (order.id) } { (order.number) }
                    (ui::status(visit, order.status))
                    p.order-facts { (visit.date(order.created_at)) }
                    p.order-total { (ui::price(visit, order.total)) }
                    p.order-names { (names(visit, order)) }
                }
            }
        }
    }
}

/// What the first products of an order are called.
fn names(visit: &Visit, order: &Order) -> String {
    let named = order.lines.iter().take(NAMED);
    let names: Vec<_> = named.map(|it| name(visit, it)).collect();
    let names = names.join(", ");
    match i64::try_from(order.lines.len().saturating_sub(NAMED)) {
        Ok(more @ 1..) => visit.tx(
            "orders-and-more",
            [("names", names.into()), ("more", more.into())],
        ),
        _ => names,
    }
}

/// What a product is called in the visitor's language.
fn name<'a>(visit: &Visit, line: &'a Line) -> &'a str {
    let french = line.name_fr.as_deref().unwrap_or(&line.name);
    visit.language().pick(&line.name, french)
}
