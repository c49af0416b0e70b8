//! The first page: what is featured, and where everything is.

use actix_web::HttpResponse;
use futures_util::join;
use maud::html;

use crate::{
    components as ui, failure::Failure, frame::Frame, services::catalog::Search, visit::Visit,
};

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let search = Search {
        featured: Some(true),
        limit: Some(8),
        ..Search::default()
    };
    let catalog = &visit.services().catalog;
    let (frame, found) = join!(Frame::load(&visit), catalog.find(visit.language(), &search));
    let found = found?;
    let content = html! {
        h1 { (visit.t("home-title")) }
        (ui::product_grid(&visit, &found.items))
    };
    Ok(frame.page(&visit, "Comptoir", content))
}
