//! Every page, and every form that pages send.

mod account;
mod address;
mod admin;
mod browse;
mod card;
mod cart;
mod checkout;
mod home;
mod language;
mod mistakes;
mod orders;
mod sign_in;
mod styleguide;

use actix_web::web;

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(home::show))
        .route("/language", web::post().to(language::choose))
        .configure(browse::routes)
        .configure(cart::routes)
        .configure(checkout::routes)
        .configure(sign_in::routes)
        .configure(account::routes)
        .configure(orders::routes)
        .configure(admin::routes)
        .configure(styleguide::routes);
}
