//! Lists of products: a category, and what was looked for.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};

use super::{
    facets,
    selection::{Query, SORTS, Selection},
};
use crate::{
    components as ui,
    failure::Failure,
    frame::{self, Frame},
    services::catalog::{Category, Found, Step},
    visit::Visit,
};

pub(super) async fn category(
    visit: Visit,
    slug: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Failure> {
    let chosen = Selection::in_category(slug.into_inner(), query.into_inner());
    let Some((frame, found)) = load(&visit, &chosen).await? else {
        return Ok(frame::go(&chosen.at(None).href()));
    };
    let slug = chosen.within().unwrap_or_default();
    let way = way_to(frame.aisles(), slug);
    let name = match way.last() {
        Some(category) => category.name.clone(),
        // The tree is of a minute ago, or cannot be had.
        None => {
            let named = found.facets.categories.iter().find(|it| it.slug == slug);
            named.map_or_else(|| slug.to_owned(), |it| it.name.clone())
        }
    };
    let above = way.split_last().map_or(&[][..], |(_, above)| above);
    let above: Vec<Step> = above.iter().map(|it| step(it)).collect();
    let content = html! {
        (ui::breadcrumb(&visit, &above))
        h1 { (name) }
        @if let Some(aisle) = way.first() { (facets::neighbours(&visit, aisle, &chosen, &found)) }
        (list(&visit, &chosen, &found))
    };
    let description = visit.tx(
        "category-description",
        [
            ("name", name.as_str().into()),
            ("products", first_names(&found).into()),
        ],
    );
    let frame = frame.in_category(slug).described(description);
    Ok(frame.page(&visit, &name, content))
}

pub(super) async fn search(
    visit: Visit,
    query: web::Query<Query>,
) -> Result<HttpResponse, Failure> {
    let chosen = Selection::new(query.into_inner());
    let Some((frame, found)) = load(&visit, &chosen).await? else {
        return Ok(frame::go(&chosen.at(None).href()));
    };
    let words = chosen.words.as_str();
    let content = if found.items.is_empty() && !chosen.is_narrowed() && !words.is_empty() {
        nothing_found(&visit, words, frame.aisles())
    } else {
        let heading = if words.is_empty() {
            visit.t("search-everything")
        } else {
            visit.tx("search-heading", [("words", words.into())])
        };
        html! {
            h1 { (heading) }
            (list(&visit, &chosen, &found))
        }
    };
    let title = if words.is_empty() {
        visit.t("search-everything")
    } else {
        visit.tx("search-page-title", [("words", words.into())])
    };
    Ok(frame.with_words(words).page(&visit, &title, content))
}

/// None where the page that was asked for is one of another list.
async fn load(visit: &Visit, chosen: &Selection) -> Result<Option<(Frame, Found)>, Failure> {
    let search = chosen.search();
    let catalog = &visit.services().catalog;
    let (frame, found) = join!(Frame::load(visit), catalog.find(visit.language(), &search));
    match found {
        Ok(found) => Ok(Some((frame, found))),
        Err(error) if error.is("unknown-category") => Err(Failure::NotFound),
        // Of another language or order, or of nobody's making.
        Err(error) if error.refusal().is_some() && chosen.cursor.is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// From an aisle to a category in it, both included.
fn way_to<'a>(aisles: &'a [Category], slug: &str) -> Vec<&'a Category> {
    let mut way = Vec::new();
    let mut level = aisles;
    while let Some(category) = level.iter().find(|it| it.holds(slug)) {
        way.push(category);
        if category.slug == slug {
            break;
        }
        level = &category.children;
    }
    way
}

fn step(category: &Category) -> Step {
    Step {
        slug: category.slug.clone(),
        name: category.name.clone(),
    }
}

/// For the description of a page.
fn first_names(found: &Found) -> String {
    let names: Vec<&str> = found
        .items
        .iter()
        .take(4)
        .map(|it| it.name.as_str())
        .collect();
    names.join(", ")
}

fn list(visit: &Visit, chosen: &Selection, found: &Found) -> Markup {
    let next = found
        .next_cursor
        .clone()
        .map(|it| chosen.at(Some(it)).href());
    html! {
        div.results {
            (facets::show(visit, chosen, found))
            section aria-label=(visit.t("results")) {
                div.results-bar {
                    p.results-count { (visit.tx("results-count", [("count", found.total.into())])) }
                    @if found.total > 1 { (sort(visit, chosen)) }
                }
                (facets::chosen(visit, chosen, found))
                @if found.items.is_empty() { (no_match(visit, chosen)) }
                (ui::product_grid(visit, &found.items))
                @if chosen.cursor.is_some() {
                    p.pager { a href=(chosen.at(None).href()) { (visit.t("first-page")) } }
                }
                (ui::next_page(visit, next.as_deref()))
            }
        }
    }
}

fn sort(visit: &Visit, chosen: &Selection) -> Markup {
    // Where nothing is looked for, nothing fits better than another.
    let sorts = SORTS
        .into_iter()
        .filter(|it| !chosen.words.is_empty() || *it != "relevance");
    let usual = if chosen.words.is_empty() {
        "name"
    } else {
        "relevance"
    };
    html! {
        form.sort action=(chosen.path()) data-auto {
            @for (name, value) in chosen.fields(&["sort", "cursor"]) {
                input type="hidden" name=(name) value=(value);
            }
            (ui::select("sort", &visit.t("sort-label"),
                sorts.map(|it| (it, visit.t(&format!("sort-{it}")))), chosen.sort.unwrap_or(usual)))
            button.button.quiet { (visit.t("sort-button")) }
        }
    }
}

/// Nothing passes what was chosen, or there is nothing to choose from.
fn no_match(visit: &Visit, chosen: &Selection) -> Markup {
    html! {
        div.nothing {
            @if chosen.is_narrowed() {
                p { (visit.t("nothing-passes")) }
                p.actions { a.button.quiet href=(chosen.widened().at(None).href()) { (visit.t("filters-remove-all")) } }
            } @else {
                p { (visit.t("nothing-here")) }
                p.actions { a.button.quiet href="/search" { (visit.t("search-everything")) } }
            }
        }
    }
}

/// No product has these words, whatever else is chosen.
fn nothing_found(visit: &Visit, words: &str, aisles: &[Category]) -> Markup {
    html! {
        h1 { (visit.tx("nothing-found", [("words", words.into())])) }
        div.nothing {
            p { (visit.t("nothing-found-text")) }
            @if !aisles.is_empty() {
                ul.chosen {
                    @for aisle in aisles {
                        li { a.button.quiet href={ "/categories/" (aisle.slug) } { (aisle.name) } }
                    }
                }
            }
        }
    }
}
