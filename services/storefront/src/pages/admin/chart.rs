//! Small charts that the server draws: an amount of money a day.

use chrono::NaiveDate;
use maud::{Markup, html};
use money::Money;

use crate::visit::Visit;

/// A chart, in words.
pub(super) struct Chart<'a> {
    pub(super) title: &'a str,
    /// What is counted beside the money.
    pub(super) counted: &'a str,
    /// Said where all days are without any.
    pub(super) nothing: &'a str,
    /// Oldest first; the last is today.
    pub(super) bars: Vec<Bar>,
}

/// A day.
pub(super) struct Bar {
    pub(super) day: NaiveDate,
    pub(super) amount: Money,
    pub(super) count: i64,
}

/// How high the highest bar is, in the drawing's own units.
const HIGHEST: i64 = 1000;
/// From one bar to the next.
const STEP: usize = 20;

/// A chart, and the same as a table.
pub(super) fn draw(visit: &Visit, chart: &Chart<'_>) -> Markup {
    let Chart {
        title,
        counted,
        nothing,
        bars,
    } = chart;
    let highest = bars.iter().max_by_key(|it| it.amount.amount);
    let [day, amount] = ["admin-chart-day", "admin-chart-amount"].map(|id| visit.t(id));
    html! {
        figure.chart {
            figcaption { (title) }
            @match highest.filter(|it| it.amount.amount > 0) {
                None => p.chart-nothing { (nothing) },
                Some(highest) => {
                    (bars_of(visit, title, bars, highest))
                    p.chart-days aria-hidden="true" {
                        @if let (Some(first), Some(_)) = (bars.first(), bars.last()) {
                            span { (visit.short_date(first.day)) }
                            span { (visit.t("admin-chart-today")) }
                        }
                    }
                }
            }
            details.chart-table {
                summary { (visit.t("admin-chart-as-table")) }
                table.dense {
                    caption.unseen { (title) }
                    thead { tr {
                        th scope="col" { (day) }
                        th.num scope="col" { (counted) }
                        th.num scope="col" { (amount) }
                    } }
                    tbody {
                        @for bar in bars.iter().rev() {
                            tr {
                                th scope="row" { (visit.short_date(bar.day)) }
                                td.num data-label=(counted) { (visit.number(bar.count)) }
                                td.num data-label=(amount) { (visit.money(bar.amount)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The drawing is stretched to the width there is, so it has no text of its own.
fn bars_of(visit: &Visit, title: &str, bars: &[Bar], highest: &Bar) -> Markup {
    let most = visit.money(highest.amount);
    let says = visit.tx(
        "admin-chart-says",
        [
            ("title", title.into()),
            ("most", most.as_str().into()),
            ("day", visit.short_date(highest.day).into()),
            (
                "today",
                bars.last()
                    .map(|it| visit.money(it.amount))
                    .unwrap_or_default()
                    .into(),
            ),
        ],
    );
    let today = bars.len().saturating_sub(1);
    html! {
        p.chart-top aria-hidden="true" { (most) }
        svg.bars role="img" aria-label=(says) preserveAspectRatio="none"
            viewBox={ "0 0 " (bars.len() * STEP) " " (HIGHEST) } {
            @for (place, bar) in bars.iter().enumerate() {
                @let height = height(bar.amount.amount, highest.amount.amount);
                rect.bar.today[place == today] x=(place * STEP + 2) y=(HIGHEST - height)
                    width=(STEP - 4) height=(height) {
                    title { (visit.short_date(bar.day)) ": " (visit.money(bar.amount)) }
                }
            }
        }
    }
}

/// In proportion to the highest; what is not zero can be seen.
fn height(amount: i64, highest: i64) -> i64 {
    if amount <= 0 || highest <= 0 {
        return 0;
    }
    let exact = i128::from(amount) * i128::from(HIGHEST) / i128::from(highest);
    i64::try_from(exact).unwrap_or(HIGHEST).clamp(15, HIGHEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_never_leave_the_drawing() {
        for (amount, highest, expected) in [
            (0, 0, 0),
            (0, 100, 0),
            (-5, 100, 0),
            (1, 1_000_000, 15),
            (50, 100, 500),
            (100, 100, 1000),
            (i64::MAX, i64::MAX, 1000),
            (i64::MAX / 2, i64::MAX, 499),
        ] {
            assert_eq!(height(amount, highest), expected, "{amount} of {highest}");
        }
    }
}
