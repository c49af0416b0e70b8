//! What is offered under the search box while somebody types.

use actix_web::{HttpResponse, web};
use maud::html;
use serde::Deserialize;

use super::selection;
use crate::{components as ui, frame::ok, services::catalog::Search, visit::Visit};

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    q: String,
}

/// How many products there is room for.
const MOST: u16 = 6;
/// One letter says too little.
const LEAST: usize = 2;

/// A part of a page. Where the catalog does not answer there is nothing to suggest, which is no failure.
pub(super) async fn show(visit: Visit, typed: web::Query<Typed>) -> HttpResponse {
    let words = selection::words(&typed.q);
    if words.chars().count() < LEAST {
        return ok(html! {});
    }
    let search = Search {
        q: Some(words.clone()),
        limit: Some(MOST),
        ..Search::default()
    };
    let catalog = &visit.services().catalog;
    match catalog.find(visit.language(), &search).await {
        Ok(found) => ok(ui::suggestions(&visit, &words, &found.items, found.total)),
        Err(error) => {
            tracing::warn!(%error, "nothing can be suggested");
            ok(html! {})
        }
    }
}
