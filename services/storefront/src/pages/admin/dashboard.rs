//! How the shop is doing, at a glance.

use actix_web::HttpResponse;
use futures_util::join;
use maud::{Markup, html};
use money::Money;

use super::{
    chart::{self, Bar, Chart},
    if_it_answers, page,
};
use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::{
        catalog,
        order::{self, Day, ReturnState, Status},
    },
    texts::ZONE,
    visit::Visit,
};

/// How many days are shown.
const DAYS: u8 = 14;

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let services = visit.services();
    let (frame, orders, stock) = join!(
        Frame::load(&visit),
        services.order.summary(&token, ZONE.name(), DAYS),
        services.catalog.summary(&token),
    );
    let (orders, stock) = (if_it_answers(orders)?, if_it_answers(stock)?);
    let content = html! {
        @match &orders {
            Some(orders) => (business(&visit, orders)),
            None => (ui::hint(&visit.t("admin-dashboard-no-orders"))),
        }
        div.admin-halves {
            @if let Some(orders) = &orders {
                (orders_by_status(&visit, orders))
                (returns_by_state(&visit, orders))
            }
            @match &stock {
                Some(stock) => (shelves(&visit, stock)),
                None => (ui::hint(&visit.t("admin-dashboard-no-stock"))),
            }
        }
    };
    let title = visit.t("admin-dashboard-title");
    Ok(page(&visit, &frame, &title, html! {}, content))
}

/// Today, against the days before; then those days.
pub(in crate::pages) fn business(visit: &Visit, summary: &order::Summary) -> Markup {
    let Some((today, before)) = summary.days.split_last() else {
        return ui::hint(&visit.t("admin-dashboard-no-orders"));
    };
    let waiting = count(summary, ReturnState::Requested);
    html! {
        section aria-label=(visit.t("admin-today")) {
            dl.figures {
                div {
                    dt { (visit.t("admin-today-sales")) }
                    dd.figure { (visit.money(today.sales)) }
                    (against(visit, before, |it| it.sales.amount, |amount| {
                        visit.money(Money { amount, ..today.sales })
                    }))
                }
                div {
                    dt { (visit.t("admin-today-orders")) }
                    dd.figure { (visit.number(today.orders)) }
                    (against(visit, before, |it| it.orders, |it| visit.number(it)))
                }
                div {
                    dt { (visit.t("admin-today-refunds")) }
                    dd.figure { (visit.money(today.refunded)) }
                    @if let Some(sum) = sum(&summary.days, |it| it.refunded) {
                        dd { (visit.tx("admin-all-refunds", [
                            ("days", summary.days.len().into()),
                            ("amount", visit.money(sum).into()),
                        ])) }
                    }
                }
                div {
                    dt { (visit.t("admin-returns-waiting")) }
                    dd.figure { a href="/admin/returns?state=requested" { (visit.number(waiting)) } }
                    dd { (visit.t("admin-returns-waiting-text")) }
                }
            }
        }
        (charts(visit, summary))
    }
}

/// What was sold on each of those days, and what was given back.
pub(in crate::pages) fn charts(visit: &Visit, summary: &order::Summary) -> Markup {
    let sold = Chart {
        title: &visit.t("admin-chart-sales"),
        counted: &visit.t("admin-chart-orders"),
        nothing: &visit.t("admin-chart-no-sales"),
        bars: bars(&summary.days, |it| (it.sales, it.orders)),
    };
    let refunded = Chart {
        title: &visit.t("admin-chart-refunds"),
        counted: &visit.t("admin-chart-refund-count"),
        nothing: &visit.t("admin-chart-no-refunds"),
        bars: bars(&summary.days, |it| (it.refunded, it.refunds)),
    };
    html! {
        div.charts {
            (chart::draw(visit, &sold))
            (chart::draw(visit, &refunded))
        }
    }
}

/// What today is compared with. The day is not over, so nothing is made of the difference.
fn against(
    visit: &Visit,
    before: &[Day],
    of: impl Fn(&Day) -> i64,
    write: impl Fn(i64) -> String,
) -> Markup {
    let week_ago = before.iter().rev().nth(6);
    let sum = before
        .iter()
        .try_fold(0_i64, |sum, it| sum.checked_add(of(it)));
    let days = i64::try_from(before.len()).unwrap_or_default();
    let average = sum.and_then(|it| rounded(it, days));
    html! {
        @if let Some(day) = week_ago {
            dd { (visit.tx("admin-week-ago", [
                ("day", visit.short_date(day.date).into()),
                ("figure", write(of(day)).into()),
            ])) }
        }
        @if let Some(average) = average {
            dd { (visit.tx("admin-average", [
                ("days", days.into()),
                ("figure", write(average).into()),
            ])) }
        }
    }
}

/// To the nearest whole: two orders in three days are one a day and not none.
fn rounded(sum: i64, days: i64) -> Option<i64> {
    sum.checked_add(days / 2)?.checked_div(days)
}

fn sum(days: &[Day], of: impl Fn(&Day) -> Money) -> Option<Money> {
    let mut amounts = days.iter().map(of);
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, it| sum.plus(it).ok())
}

fn bars(days: &[Day], of: impl Fn(&Day) -> (Money, i64)) -> Vec<Bar> {
    let bar = |it: &Day| {
        let (amount, count) = of(it);
        Bar {
            day: it.date,
            amount,
            count,
        }
    };
    days.iter().map(bar).collect()
}

fn count(summary: &order::Summary, state: ReturnState) -> i64 {
    let found = summary.returns_by_state.get(state.as_str());
    found.copied().unwrap_or_default()
}

/// How many orders wait where.
pub(in crate::pages) fn orders_by_status(visit: &Visit, summary: &order::Summary) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-orders-by-status")) }
            ul.counts {
                @for status in Status::ALL {
                    @let count = summary.by_status.get(&status).copied().unwrap_or_default();
                    li { a href={ "/admin/orders?status=" (status.as_str()) } {
                        (ui::status(visit, status))
                        span.num { (visit.number(count)) }
                    } }
                }
            }
        }
    }
}

/// The same for returns.
pub(in crate::pages) fn returns_by_state(visit: &Visit, summary: &order::Summary) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-returns-by-state")) }
            ul.counts {
                @for state in ReturnState::ALL {
                    li { a href={ "/admin/returns?state=" (state.as_str()) } {
                        (ui::return_state(visit, state))
                        span.num { (visit.number(count(summary, state))) }
                    } }
                }
            }
        }
    }
}

fn shelves(visit: &Visit, stock: &catalog::Summary) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-shelves")) }
            ul.counts {
                li { a href="/admin/products?show=out" {
                    span.stock.out { (visit.t("admin-shelves-out")) }
                    span.num { (visit.number(stock.out_of_stock)) }
                } }
                li { a href="/admin/products?show=low" {
                    span.stock.low { (visit.t("admin-shelves-low")) }
                    span.num { (visit.number(stock.low_stock)) }
                } }
                li { a href="/admin/products" {
                    span { (visit.t("admin-shelves-products")) }
                    span.num { (visit.number(stock.products)) }
                } }
            }
            dl.facts {
                div { dt { (visit.t("admin-units-available")) } dd { (visit.number(stock.units_available)) } }
                div { dt { (visit.t("admin-units-reserved")) } dd { (visit.number(stock.units_reserved)) } }
                div { dt { (visit.t("admin-units-sold")) } dd { (visit.number(stock.units_sold)) } }
            }
        }
    }
}
