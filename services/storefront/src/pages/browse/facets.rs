//! The choices beside a list of products: plain links, each with what it would leave.

use maud::{Markup, html};
use money::{Currency, Money};

use super::selection::Selection;
use crate::{
    services::catalog::{Category, CategoryCount, Found},
    visit::Visit,
};

/// All of them, folded on a narrow screen.
pub(in crate::pages) fn show(visit: &Visit, chosen: &Selection, found: &Found) -> Markup {
    let facets = &found.facets;
    html! {
        details.filters {
            summary.button.quiet { (visit.t("filters")) }
            div.filters-inside {
                @if chosen.place.is_none() { (categories(visit, chosen, &facets.categories)) }
                section {
                    h2 { (visit.t("filter-price")) }
                    ul {
                        @for band in &facets.price_bands {
                            @let here = chosen.is_band(band);
                            @let to = if here {
                                chosen.with_prices(None, None)
                            } else {
                                chosen.with_prices(Some(band.min), band.max)
                            };
                            li { (choice(visit, &prices(visit, Some(band.min), band.max), &to, band.count, here)) }
                        }
                    }
                }
                section {
                    h2 { (visit.t("filter-stock")) }
                    ul {
                        li {
                            (choice(visit, &visit.t("filter-in-stock"), &chosen.with_stock(!chosen.in_stock),
                                facets.in_stock.count, chosen.in_stock))
                        }
                    }
                }
            }
        }
    }
}

/// The categories in which something was found: those under the chosen one, or else the aisles.
fn categories(visit: &Visit, chosen: &Selection, found: &[CategoryCount]) -> Markup {
    let within = chosen.within();
    let has_children = found
        .iter()
        .any(|it| within.is_some() && it.parent.as_deref() == within);
    let above = match within {
        Some(slug) if !has_children => found
            .iter()
            .find(|it| it.slug == slug)
            .and_then(|it| it.parent.as_deref()),
        other => other,
    };
    let shown: Vec<_> = found
        .iter()
        .filter(|it| it.parent.as_deref() == above)
        .collect();
    html! {
        @if !shown.is_empty() {
            section {
                h2 { (visit.t("filter-category")) }
                ul {
                    @for category in shown {
                        @let here = within == Some(category.slug.as_str());
                        @let to = chosen.inside(Some(category.slug.as_str()).filter(|_| !here));
                        li { (choice(visit, &category.name, &to, category.count, here)) }
                    }
                }
            }
        }
    }
}

/// A choice that leads nowhere is said, but is no link.
fn choice(visit: &Visit, text: &str, to: &Selection, count: i64, here: bool) -> Markup {
    html! {
        @if count > 0 || here {
            a.choice href=(to.href()) rel="nofollow" aria-current=[here.then_some("true")] {
                span { (text) }
                span.choice-count { (visit.number(count)) }
            }
        } @else {
            span.choice { span { (text) } span.choice-count { "0" } }
        }
    }
}

/// What has been chosen, each with the way to take it back.
pub(in crate::pages) fn chosen(visit: &Visit, chosen: &Selection, found: &Found) -> Markup {
    let category = chosen.category.as_deref().map(|slug| {
        let named = found.facets.categories.iter().find(|it| it.slug == slug);
        named.map_or_else(|| slug.to_owned(), |it| it.name.clone())
    });
    html! {
        @if chosen.is_narrowed() {
            ul.chosen aria-label=(visit.t("filters-chosen")) {
                @if let Some(name) = category { li { (taken_back(visit, &name, &chosen.inside(None))) } }
                @if chosen.has_prices() {
                    li {
                        (taken_back(visit, &prices(visit, chosen.min_price, chosen.max_price),
                            &chosen.with_prices(None, None)))
                    }
                }
                @if chosen.in_stock {
                    li { (taken_back(visit, &visit.t("filter-in-stock"), &chosen.with_stock(false))) }
                }
                li { a.all href=(chosen.widened().at(None).href()) { (visit.t("filters-remove-all")) } }
            }
        }
    }
}

fn taken_back(visit: &Visit, text: &str, to: &Selection) -> Markup {
    html! {
        a.chip href=(to.href()) rel="nofollow"
            aria-label=(visit.tx("filter-remove", [("filter", text.into())])) { (text) }
    }
}

/// A band of prices, in words.
fn prices(visit: &Visit, min: Option<i64>, max: Option<i64>) -> String {
    let money = |amount| {
        visit.short_money(Money {
            amount,
            currency: Currency::Eur,
        })
    };
    // Bands end a cent below the next one; people say the next one.
    let end = max.map(|it| money(it.saturating_add(1)));
    match (min.filter(|it| *it > 0).map(money), end) {
        (None, None) => visit.t("filter-price"),
        (None, Some(max)) => visit.tx("prices-below", [("max", max.into())]),
        (Some(min), None) => visit.tx("prices-from", [("min", min.into())]),
        (Some(min), Some(max)) => {
            visit.tx("prices-between", [("min", min.into()), ("max", max.into())])
        }
    }
}

/// The categories of an aisle, with how much is in each: tabs above the list.
pub(super) fn neighbours(
    visit: &Visit,
    aisle: &Category,
    chosen: &Selection,
    found: &Found,
) -> Markup {
    let count = |slug: &str| {
        let found = found.facets.categories.iter().find(|it| it.slug == slug);
        found.map_or(0, |it| it.count)
    };
    let tab = |slug: &str, text: &str| {
        html! {
            li {
                a href=(chosen.inside(Some(slug)).href())
                    aria-current=[(chosen.place.as_deref() == Some(slug)).then_some("page")] {
                    (text) " " span.choice-count { (visit.number(count(slug))) }
                }
            }
        }
    };
    html! {
        @if !aisle.children.is_empty() {
            nav.tabs aria-label=(visit.tx("category-inside", [("name", aisle.name.as_str().into())])) {
                ul {
                    (tab(&aisle.slug, &visit.t("category-all")))
                    @for child in &aisle.children { (tab(&child.slug, &child.name)) }
                }
            }
        }
    }
}
