//! The routes and their handlers, by noun.

mod addresses;
mod client;
mod internal;
mod keys;
mod me;
mod sessions;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.service(tokens::register)
        .service(tokens::login)
        .service(tokens::refresh)
        .service(tokens::logout)
        .service(me::show)
        .service(me::change)
        .service(me::delete)
        .service(me::change_password)
        .service(addresses::list)
        .service(addresses::add)
        .service(addresses::replace)
        .service(addresses::delete)
        .service(sessions::list)
        .service(sessions::end)
        .service(sessions::end_all)
        .service(keys::jwks)
        .service(keys::rotate)
        .service(internal::issue)
        .service(internal::revocations);
}

/// A list that is short enough to be answered whole.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Items<T> {
    items: Vec<T>,
}
