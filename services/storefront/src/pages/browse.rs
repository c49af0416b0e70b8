//! Categories, search, suggestions, products.

pub(super) mod facets;
mod product;
mod results;
pub(super) mod selection;
mod suggestions;

use actix_web::web;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/search", web::get().to(results::search))
        .route("/categories/{slug}", web::get().to(results::category))
        .route("/suggestions", web::get().to(suggestions::show))
        .route("/products/{slug}", web::get().to(product::show));
}
