//! The catalog's routes and their handlers, by who calls them.

mod admin;
mod images;
mod internal;
mod public;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.service(public::categories)
        .service(public::find)
        .service(public::show)
        .service(public::related)
        .service(images::image)
        .service(admin::list)
        .service(admin::create)
        .service(admin::show)
        .service(admin::update)
        .service(admin::retire)
        .service(admin::change_stock)
        .service(admin::movements)
        .service(admin::summary)
        .service(internal::products)
        .service(internal::reserve)
        .service(internal::commit)
        .service(internal::release)
        .service(internal::restock);
}
