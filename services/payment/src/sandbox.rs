//! The sandbox acquirer: behaves over HTTP like a third party, with test cards for every way a payment can
//! go (`docs/reference/test-cards.md`).
//!
//! It shares no table and no type of the wire with the payment service, so that a real acquirer can take
//! its place. It keeps its books in the schema `acquirer`, on the payment service's database or on one of
//! its own. Read in this order: [`http`] (its API), [`cards`] (how the test cards behave), [`ledger`] (what
//! is asked once is done once), [`webhooks`] (what it tells the shop of), [`store`] (its SQL).

mod cards;
mod http;
mod ledger;
mod store;
pub(crate) mod webhooks;

use std::{net::SocketAddr, time::Duration};

use actix_web::web;
use chassis::{Database, Http, Parts, Running};
use secrecy::SecretString;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::MIGRATIONS;

/// The sandbox acquirer, alone.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "payment sandbox")]
pub struct Config {
    /// What the acquirer needs.
    #[command(flatten)]
    pub service: Service,
    /// What the process needs.
    #[command(flatten)]
    pub telemetry: telemetry::Args,
}

/// What the acquirer needs, wherever it runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Service {
    /// The listeners, and how it behaves.
    #[command(flatten)]
    pub options: Options,
    /// The database.
    #[command(flatten)]
    pub database: Database,
    /// The key with which shops must call.
    #[arg(long, env = "GATEWAY_KEY", hide_env_values = true, value_parser = secret::read)]
    pub gateway_key: SecretString,
    /// Where the shop takes events, `/api/payments/webhooks/sandbox` at its payment service; none are sent
    /// without it.
    #[arg(long, env = "WEBHOOK_URL", requires = "webhook_secret")]
    pub webhook_url: Option<Url>,
    /// What events are signed with.
    #[arg(long, env = "WEBHOOK_SECRET", hide_env_values = true, value_parser = secret::read)]
    pub webhook_secret: Option<SecretString>,
}

/// Where the acquirer listens and how it behaves.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The sandbox acquirer's address for requests; port 0 picks a free one.
    #[arg(long, env = "SANDBOX_LISTEN", default_value_t = SocketAddr::from(([127, 0, 0, 1], 8094)))]
    pub sandbox_listen: SocketAddr,
    /// The sandbox acquirer's address for probes and metrics; port 0 picks a free one.
    #[arg(long, env = "SANDBOX_MANAGEMENT_LISTEN", default_value_t = SocketAddr::from(([127, 0, 0, 1], 9094)))]
    pub sandbox_management_listen: SocketAddr,
    /// How long the slow test card takes, in milliseconds.
    #[arg(long, env = "SLOW_MS", default_value_t = 3000, value_parser = clap::value_parser!(u64).range(..=60_000))]
    pub slow_ms: u64,
}

impl Options {
    /// Free ports on loopback: for tests, and for the one-process shop.
    pub fn loopback() -> Self {
        Self {
            sandbox_listen: ([127, 0, 0, 1], 0).into(),
            sandbox_management_listen: ([127, 0, 0, 1], 0).into(),
            slow_ms: 3000,
        }
    }
}

/// Opens the database and starts the acquirer.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let pool = service.database.open(&MIGRATIONS).await?;
    let running = serve(pool.clone(), &service.options, service.gateway_key.clone())?;
    if let (Some(url), Some(secret)) = (&service.webhook_url, &service.webhook_secret) {
        let (url, secret) = (url.clone(), secret.clone());
        webhooks::spawn(&running, pool, webhooks::Shop { url, secret })?;
    }
    Ok(running)
}

/// Starts the acquirer on a database that is open already.
pub fn serve(pool: PgPool, options: &Options, key: SecretString) -> anyhow::Result<Running> {
    let http = Http::<8094> {
        listen: options.sandbox_listen,
        management_listen: options.sandbox_management_listen,
        workers: 1,
    };
    let parts = Parts {
        metrics: Metrics::new("acquirer")?,
        identity: None,
        database: Some(pool.clone()),
        stop: CancellationToken::new(),
    };
    let acquirer = web::Data::new(http::Acquirer {
        db: pool,
        key,
        slow: Duration::from_millis(options.slow_ms),
    });
    chassis::serve(&http, parts, move |app| {
        app.app_data(acquirer.clone()).configure(http::routes);
    })
}
