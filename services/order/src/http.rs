//! The order service's routes.

mod audits;
mod orders;
mod paging;
mod returns;
mod staff;
mod summary;

use utoipa_actix_web::service_config::ServiceConfig;

/// Staff's routes come first: `admin` would be taken for the id of an order.
pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.service(staff::list)
        .service(staff::list_returns)
        .service(summary::show)
        .service(audits::list)
        .service(staff::show)
        .service(staff::pack)
        .service(staff::ship)
        .service(staff::deliver)
        .service(staff::approve)
        .service(staff::refuse)
        .service(staff::receive)
        .service(orders::check_out)
        .service(orders::list)
        .service(orders::show)
        .service(orders::cancel)
        .service(returns::request)
        .service(returns::list)
        .service(audits::record);
}
