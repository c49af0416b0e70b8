//! The web shop: the only place with HTML.
//!
//! So far a page that says what can be done without one ([`home`]), and the API documents of all
//! services to read in a browser ([`docs`]).

mod config;
mod docs;
mod home;

pub use config::{Config, Service};

use chassis::{Parts, Running};
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::service_config::ServiceConfig;

/// Starts the service.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let parts = Parts {
        metrics: Metrics::new("storefront")?,
        identity: None,
        database: None,
        stop: CancellationToken::new(),
    };
    chassis::serve(&service.http, parts, routes)
}

/// Pages are no part of an API, so none of these routes is in the API document.
fn routes(app: &mut ServiceConfig<'_>) {
    app.configure(home::routes).configure(docs::routes);
}

/// How long a browser may keep what changes with a release only.
const CACHED: (&str, &str) = ("Cache-Control", "public, max-age=3600");
