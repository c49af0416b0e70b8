//! Products, stock and reservations.
//!
//! Read in this order: [`http`] (routes and handlers), [`product`] and [`category`] (what is sold),
//! [`search`] (how it is found), [`stock`] and [`reservation`] (how it is promised to one buyer and no
//! other), [`store`] (all the SQL), [`error`] (what can go wrong, and how clients see it).
//! [`drawing`] makes the pictures, and [`mod@seed`] fills an empty shop.

mod category;
mod config;
mod drawing;
mod error;
mod http;
mod metrics;
mod page;
mod product;
mod reservation;
mod search;
mod seed;
mod stock;
mod store;

pub use config::{Config, Service};
pub use seed::seed;

use std::{sync::Arc, time::Duration};

use actix_web::web;
use chassis::{Http, Parts, Progress, Running};
use identity::Identity;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use metrics::StockMetrics;

/// This service's schema.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How often reservations that have ended are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Opens the database, fills it if asked to, starts the service and its worker.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let pool = service.database.open(&MIGRATIONS).await?;
    if service.seed {
        seed(&pool).await?;
    }
    let metrics = Metrics::new("catalog")?;
    let stock_metrics = StockMetrics::new(&metrics)?;
    let stop = CancellationToken::new();
    let identity = identity::follow("catalog", &service.credentials, &metrics, stop.clone())?;
    let parts = Parts {
        metrics,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop,
    };
    let running = serve_with(
        &service.http,
        parts,
        pool.clone(),
        stock_metrics.clone(),
        service.reservation_ttl,
    )?;
    running.worker("expiry", SWEEP_EVERY, Arc::new(Notify::new()), move || {
        let (pool, metrics) = (pool.clone(), stock_metrics.clone());
        async move { sweep(&pool, &metrics).await }
    });
    Ok(running)
}

/// Starts the service on a database that is open already, without its worker.
pub fn serve(
    pool: PgPool,
    identity: Arc<Identity>,
    http: &Http<8082>,
    reservation_ttl: u32,
) -> anyhow::Result<Running> {
    let metrics = Metrics::new("catalog")?;
    let stock_metrics = StockMetrics::new(&metrics)?;
    let parts = Parts {
        metrics,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop: CancellationToken::new(),
    };
    serve_with(http, parts, pool, stock_metrics, reservation_ttl)
}

/// Puts the units of one batch of ended reservations back on the shelf, and says how many ended. It is
/// what the worker does every second.
pub async fn expire(pool: &PgPool) -> anyhow::Result<u64> {
    Ok(reservation::expire(pool).await?)
}

async fn sweep(pool: &PgPool, metrics: &StockMetrics) -> anyhow::Result<Progress> {
    let expired = expire(pool).await?;
    metrics.expired(expired);
    if expired > 0 {
        return Ok(Progress::More);
    }
    metrics.set_open(store::reservations::count_open(pool).await?);
    Ok(Progress::Idle)
}

fn serve_with(
    http: &Http<8082>,
    parts: Parts,
    pool: PgPool,
    metrics: StockMetrics,
    reservation_ttl: u32,
) -> anyhow::Result<Running> {
    let pool = web::Data::new(pool);
    let metrics = web::Data::new(metrics);
    let ttl = web::Data::new(reservation::Ttl(reservation_ttl));
    chassis::serve(http, parts, move |app| {
        app.app_data(pool.clone())
            .app_data(metrics.clone())
            .app_data(ttl.clone())
            .configure(http::routes);
    })
}
