//! The first page: what is featured, and where everything is.

use actix_web::HttpResponse;
use futures_util::join;
use maud::{Markup, html};

use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::catalog::{Category, Item, Search},
    visit::Visit,
};

/// How many products the page has room for.
const FEATURED: u16 = 10;

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let search = Search {
        featured: Some(true),
        limit: Some(FEATURED),
        ..Search::default()
    };
    let catalog = &visit.services().catalog;
    let (frame, found) = join!(Frame::load(&visit), catalog.find(visit.language(), &search));
    let featured = found?.items;
    // One row on the counter; what is left fills whole shelves of the window.
    let shelves = featured.len().saturating_sub(4) / 3;
    let (window, counter) = featured
        .split_at_checked(3 * shelves.min(2))
        .unwrap_or_default();
    let content = html! {
        (masthead(&visit, window))
        @if !counter.is_empty() {
            section.home-counter aria-labelledby="counter" {
                h2 #counter { (visit.t("home-counter")) }
                (ui::product_grid(&visit, counter))
            }
        }
        @if !frame.aisles().is_empty() {
            section.home-aisles aria-labelledby="aisles" {
                h2 #aisles { (visit.t("home-aisles")) }
                ul.aisle-list {
                    @for aisle in frame.aisles() { (way_in(aisle, &featured)) }
                }
            }
        }
        (promises(&visit))
    };
    Ok(frame.page(&visit, &visit.t("home-page-title"), content))
}

/// What the hall is, beside some of what is in it, on shelves.
fn masthead(visit: &Visit, window: &[Item]) -> Markup {
    html! {
        section.masthead.alone[window.is_empty()] {
            div.masthead-words {
                h1 { (visit.t("home-title")) }
                p.lead { (visit.t("home-lead")) }
                p.actions {
                    a.button.large href="/search" { (visit.t("home-to-everything")) }
                    a.button.large.quiet href="#aisles" { (visit.t("home-to-aisles")) }
                }
            }
            @if !window.is_empty() {
                ul.window {
                    @for (place, item) in window.iter().enumerate() {
                        li {
                            a href={ "/products/" (item.slug) } aria-label=(item.name) {
                                img src=(item.image_url) alt="" width="240" height="240"
                                    fetchpriority=[(place == 0).then_some("high")];
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An aisle, with one of the featured products that stand in it.
fn way_in(aisle: &Category, featured: &[Item]) -> Markup {
    let emblem = featured.iter().find(|it| aisle.holds(&it.category));
    html! {
        li {
            a.aisle-emblem href={ "/categories/" (aisle.slug) } tabindex="-1" aria-hidden="true" {
                @if let Some(item) = emblem { (ui::drawing(&item.image_url, 88, false)) }
            }
            div {
                h3 { a href={ "/categories/" (aisle.slug) } { (aisle.name) } }
                @if !aisle.children.is_empty() {
                    ul {
                        @for child in &aisle.children {
                            li { a href={ "/categories/" (child.slug) } { (child.name) } }
                        }
                    }
                }
            }
        }
    }
}

/// What visitors may count on, whatever they buy.
fn promises(visit: &Visit) -> Markup {
    let promises = ["price", "once", "returns", "card"];
    html! {
        section.promises aria-labelledby="promises" {
            h2.unseen #promises { (visit.t("home-promises")) }
            ul {
                @for promise in promises {
                    li {
                        h3 { (visit.t(&format!("home-promise-{promise}"))) }
                        p { (visit.t(&format!("home-because-{promise}"))) }
                    }
                }
            }
        }
    }
}
