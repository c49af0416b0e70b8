//! Checkout, order life, returns.
//!
//! Read in this order: [`http`] (routes and handlers), [`life`] (how an order and a return may move),
//! [`order`] (what they are made of), [`checkout`] (the path everything is judged by), [`recovery`] (what
//! finishes a checkout that a crash or a silence left open), [`outbox`] (what other services are told
//! after a commit), [`fulfilment`] and [`returns`] (what happens afterwards), [`summary`] and [`audits`]
//! (what staff look at), [`store`] (all the SQL), [`error`] (what can go wrong, and how clients see it).
//! [`cart`], [`catalog`] and [`payment`] are what this service asks of others.

mod audits;
mod cart;
mod catalog;
mod checkout;
mod config;
mod error;
mod fulfilment;
mod http;
mod life;
mod measure;
mod order;
mod outbox;
mod payment;
mod recovery;
mod returns;
mod store;
mod summary;

pub use config::{Config, Service};

use std::{sync::Arc, time::Duration};

use actix_web::web;
use chassis::{Parts, Running};
use identity::Identity;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use upstream::Upstream;

use crate::{measure::Measures, outbox::Receiver};

/// This service's schema.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The services that this one calls, each with its deadline and with this service's own token for it.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    cart: Upstream,
    catalog: Upstream,
    payment: Upstream,
}

impl Upstreams {
    fn new(service: &Service, metrics: &Metrics) -> anyhow::Result<Self> {
        let auth = service.credentials.auth()?.guarded(metrics)?;
        let to = |name, url: &url::Url, seconds, scope| {
            let token = service.credentials.token(&auth, "order", name, scope);
            let upstream = Upstream::new(name, url.clone(), Duration::from_secs(seconds))?;
            anyhow::Ok(upstream.guarded(metrics)?.with_token(token))
        };
        Ok(Self {
            cart: to("cart", &service.cart_url, 3, "carts")?,
            catalog: to("catalog", &service.catalog_url, 3, "stock")?,
            payment: to("payment", &service.payment_url, 10, "payments")?,
        })
    }
}

/// What every use case works with.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) pool: PgPool,
    pub(crate) upstreams: Upstreams,
    pub(crate) measures: Measures,
    pub(crate) outbox: outbox::Bell,
}

/// Opens the database, follows the auth service and starts the service with its workers.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let stop = CancellationToken::new();
    // Whatever fails from here on, nothing is left running.
    let stop_on_failure = stop.clone().drop_guard();
    let pool = service.database.open(&MIGRATIONS).await?;
    let metrics = Metrics::new("order")?;
    let identity = identity::follow("order", &service.credentials, &metrics, stop.clone())?;
    let parts = Parts {
        metrics,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop,
    };
    let running = run(service, pool, parts)?;
    stop_on_failure.disarm();
    Ok(running)
}

/// Starts the service with its workers on a database that is open already.
pub fn serve(service: &Service, pool: PgPool, identity: Arc<Identity>) -> anyhow::Result<Running> {
    let parts = Parts {
        metrics: Metrics::new("order")?,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop: CancellationToken::new(),
    };
    run(service, pool, parts)
}

fn run(service: &Service, pool: PgPool, parts: Parts) -> anyhow::Result<Running> {
    let state = State {
        pool,
        upstreams: Upstreams::new(service, &parts.metrics)?,
        measures: Measures::new(parts.metrics.registry())?,
        outbox: outbox::Bell::default(),
    };
    let data = web::Data::new(state.clone());
    let running = chassis::serve(&service.http, parts, move |app| {
        app.app_data(data.clone()).configure(http::routes);
    })?;

    // A lane for each receiver: one that is slow holds up nobody else's rows.
    for (name, receiver) in [
        ("outbox-catalog", Receiver::Catalog),
        ("outbox-cart", Receiver::Cart),
        ("outbox-payment", Receiver::Payment),
    ] {
        let bell = state.outbox.of(receiver);
        let state = state.clone();
        running.worker(name, Duration::from_secs(1), bell, move || {
            outbox::run_once(state.clone(), receiver)
        });
    }
    let worker = state.clone();
    running.worker(
        "recovery",
        Duration::from_secs(1),
        Arc::default(),
        move || recovery::run_once(worker.clone()),
    );
    let worker = state.clone();
    running.worker(
        "measure",
        Duration::from_secs(5),
        Arc::default(),
        move || measure::run_once(worker.clone()),
    );
    running.worker(
        "count",
        Duration::from_secs(60),
        Arc::default(),
        move || measure::count_orders(state.clone()),
    );
    Ok(running)
}
