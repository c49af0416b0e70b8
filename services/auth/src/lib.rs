//! Users, sessions, signing keys: the only signer of tokens.
//!
//! Read in this order: [`http`] (routes and handlers), [`account`] (who has an account), [`session`]
//! (signing in, staying so, signing out), [`revocation`] (how everybody hears that a session has ended),
//! [`token`] and [`keys`] (what is handed out, and what it is signed with), [`grants`] (which service may
//! ask for what), [`password`] and [`limit`] (hashing, and how often it may be tried), [`address`] (the
//! address book), [`store`] (all the SQL), [`error`] (what can go wrong, and how clients see it).

mod account;
mod address;
mod config;
pub mod demo;
mod error;
mod grants;
mod http;
mod keys;
mod limit;
mod metrics;
mod password;
mod revocation;
mod session;
mod store;
mod token;

pub use config::{Command, Config, Limits, Service};

use std::{sync::Arc, time::Duration};

use actix_web::web;
use anyhow::Context as _;
use chassis::{Parts, Progress, Running};
use chrono::TimeDelta;
use identity::Identity;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;

use crate::{
    account::Email, grants::Clients, keys::Keys, limit::Attempts, metrics::AuthMetrics,
    password::Hashing, revocation::Reason,
};

/// This service's schema.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Within a quarter of the two seconds after which no service may accept an ended session (I7).
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// Well within the time that a new key is published before it signs.
const KEYS_EVERY: Duration = Duration::from_secs(5);
const FORGET_EVERY: Duration = Duration::from_secs(60);
const PURGE_EVERY: Duration = Duration::from_secs(600);

/// What every request needs.
struct Auth {
    db: PgPool,
    identity: Arc<Identity>,
    keys: Keys,
    clients: Clients,
    hashing: Hashing,
    attempts: Attempts,
    metrics: AuthMetrics,
    access_token_ttl: TimeDelta,
    trust_forwarded_for: bool,
    cursor: revocation::Cursor,
}

/// Opens the database and starts the service.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let pool = service.database.open(&MIGRATIONS).await?;
    serve(pool, service).await
}

/// Starts the service on a database that is open already; `service.database` is not looked at.
pub async fn serve(pool: PgPool, service: &Service) -> anyhow::Result<Running> {
    let metrics = Metrics::new("auth")?;
    let auth = open(pool, service, &metrics).await?;
    // Nothing is accepted before it is known what has been revoked.
    auth.keys.keep_up(&auth.db).await?;
    revocation::catch_up(&auth).await?;
    auth.identity.set_current();
    if service.seed {
        demo::seed(&auth)
            .await
            .context("cannot create the demo users")?;
    }

    let parts = Parts {
        metrics,
        identity: Some(auth.identity.clone()),
        database: Some(auth.db.clone()),
        stop: CancellationToken::new(),
    };
    let state = web::Data::from(auth.clone());
    let running = chassis::serve(&service.http, parts, move |app| {
        app.app_data(state.clone()).configure(http::routes);
    })?;
    spawn_workers(&running, &auth);
    Ok(running)
}

/// Gives the staff role to a user, or takes it, and ends the user's sessions: their tokens say otherwise.
pub async fn set_staff(service: &Service, email: &str, staff: bool) -> anyhow::Result<()> {
    let pool = service.database.open(&MIGRATIONS).await?;
    let auth = open(pool, service, &Metrics::new("auth")?).await?;
    let user = store::users::credentials(&auth.db, &Email::new(email))
        .await?
        .context("no user has this e-mail address")?
        .user_id;
    let mut transaction = auth.db.begin().await?;
    store::users::set_staff(&mut *transaction, user, staff).await?;
    let ended = store::sessions::delete_all(&mut *transaction, user).await?;
    let revoked = revocation::record(&mut transaction, ended, Reason::RolesChanged).await?;
    transaction.commit().await?;
    revoked.apply(&auth);
    tracing::info!(%user, staff, "roles changed");
    Ok(())
}

async fn open(pool: PgPool, service: &Service, metrics: &Metrics) -> anyhow::Result<Arc<Auth>> {
    let identity = Arc::new(Identity::new("auth"));
    let metrics = AuthMetrics::register(metrics)?;
    let (threads, queue) = (service.hashing_threads, service.hashing_queue);
    Ok(Arc::new(Auth {
        keys: Keys::new(
            &service.key_encryption_key,
            TimeDelta::days(service.key_rotation_days.into()),
            TimeDelta::seconds(service.key_activation.into()),
            identity.clone(),
        )?,
        clients: Clients::parse(&service.service_clients)
            .context("SERVICE_CLIENTS is not a list of services and secrets")?,
        hashing: Hashing::new(threads, queue, metrics.clone())?,
        attempts: Attempts::new(&service.limits)?,
        metrics,
        access_token_ttl: TimeDelta::seconds(service.access_token_ttl.into()).min(token::LONGEST),
        trust_forwarded_for: service.trust_forwarded_for,
        cursor: revocation::Cursor::default(),
        db: pool,
        identity,
    }))
}

fn spawn_workers(running: &Running, auth: &Arc<Auth>) {
    let at = auth.clone();
    running.worker("follow", FOLLOW_EVERY, Arc::default(), move || {
        let auth = at.clone();
        async move {
            revocation::catch_up(&auth).await?;
            Ok(Progress::Idle)
        }
    });
    let at = auth.clone();
    running.worker("keys", KEYS_EVERY, Arc::default(), move || {
        let auth = at.clone();
        async move {
            auth.keys.keep_up(&auth.db).await?;
            Ok(Progress::Idle)
        }
    });
    let at = auth.clone();
    running.worker("forget", FORGET_EVERY, Arc::default(), move || {
        let auth = at.clone();
        async move {
            auth.attempts.forget_idle();
            Ok(Progress::Idle)
        }
    });
    let at = auth.clone();
    running.worker("purge", PURGE_EVERY, Arc::default(), move || {
        let auth = at.clone();
        async move {
            session::purge(&auth).await?;
            auth.keys.purge(&auth.db).await?;
            Ok(Progress::Idle)
        }
    });
}
