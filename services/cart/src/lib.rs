//! Carts of members and of guests, priced by the catalog.
//!
//! Read in this order: [`http`] (routes and handlers), [`shopper`] (whose cart it is), [`cart`] (what a
//! cart shows, and its limits), [`change`] and [`merge`] (what changes one), [`catalog`] (where prices
//! come from), [`store`] (all the SQL), [`purge`] (what is forgotten), [`error`] (what can go wrong, and
//! how clients see it).

mod cart;
mod catalog;
mod change;
mod config;
mod error;
mod http;
mod merge;
mod metrics;
mod purge;
mod shopper;
mod store;

pub use config::{Config, Service};
pub use purge::purge;

use std::{sync::Arc, time::Duration};

use actix_web::web;
use chassis::{Parts, Running};
use identity::Identity;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;

/// This service's schema.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

const PURGE_EVERY: Duration = Duration::from_secs(3600);

/// Opens the database, follows the auth service and starts the service.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let pool = service.database.open(&MIGRATIONS).await?;
    let metrics = Metrics::new("cart")?;
    let stop = CancellationToken::new();
    let identity = identity::follow("cart", &service.credentials, &metrics, stop.clone())?;
    run(service, pool, identity, metrics, stop)
}

/// Starts the service on a database that is open already and with keys that are there already.
pub fn serve(pool: PgPool, identity: Arc<Identity>, service: &Service) -> anyhow::Result<Running> {
    let metrics = Metrics::new("cart")?;
    run(service, pool, identity, metrics, CancellationToken::new())
}

fn run(
    service: &Service,
    pool: PgPool,
    identity: Arc<Identity>,
    metrics: Metrics,
    stop: CancellationToken,
) -> anyhow::Result<Running> {
    let counters = web::Data::new(metrics::CartMetrics::register(&metrics)?);
    let catalog = web::Data::new(catalog::Catalog::new(
        service.catalog_url.clone(),
        &service.credentials,
        &metrics,
    )?);
    let database = web::Data::new(pool.clone());
    let parts = Parts {
        metrics,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop,
    };
    let running = chassis::serve(&service.http, parts, move |app| {
        app.app_data(database.clone())
            .app_data(catalog.clone())
            .app_data(counters.clone())
            .configure(http::routes);
    })?;
    let days = service.guest_cart_ttl_days;
    running.worker("purge", PURGE_EVERY, Arc::default(), move || {
        let pool = pool.clone();
        async move { purge(&pool, days).await }
    });
    Ok(running)
}
