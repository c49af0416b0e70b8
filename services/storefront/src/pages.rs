//! Every page, and every form that pages send.

mod home;
mod language;

use actix_web::web;

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(home::show))
        .route("/language", web::post().to(language::choose));
}
