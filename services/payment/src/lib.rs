//! Cards as tokens, payments and refunds through a gateway.
//!
//! Read in this order: [`http`] (routes and handlers), [`card`] (what a card is, and what of it may be
//! kept), [`method`] (a card becomes a token), [`payment`] and [`refund`] (the money), [`worker`] (what is
//! finished without being asked), [`webhook`] (what the acquirer tells unasked), [`gateway`] (the way to an acquirer), [`store`] (all the SQL), [`error`].
//! [`sandbox`] is the other side: an acquirer of our own, which plays a third party.
//!
//! # How money stays true
//!
//! The gateway is another system, so nothing can be done there and here in one transaction. Three rules:
//!
//! 1. *The intent is stored first.* A row says what is about to be asked, then the gateway is asked under a
//!    key that follows from the row (`{order}:authorise`, `{order}:capture`, `{order}:void`, the refund's
//!    id), then the answer is recorded. After a crash or a lost answer the same step is simply taken again:
//!    the same key gets the same answer.
//! 2. *A status only changes from the one that was read* (`update ... where status = ...`), so any number
//!    of twins may drive the same payment, and the first to record an answer wins.
//! 3. *No answer is not a refusal.* It is told to the caller as `outcome-unknown`, and nothing is recorded.
//!
//! ```text
//! pending ──> authorised ──> captured          a refund reserves its amount in `refunded` first, under
//!    │  └──────────│──> declined  │            `refunded <= captured`, and gives it back if refused
//!    └─────────────┴──────────────┴──> cancelling ──> cancelled
//! ```
//!
//! `cancelling` is decided before the gateway is asked: a twin that comes back with a capture finds the
//! status changed, does not report it, and helps to undo it. The void names the order, not a charge; the
//! gateway remembers it, so a late authorisation is refused there too.
//!
//! # Who finishes what
//!
//! Whether a `pending` or `authorised` payment is still wanted is the order service's decision: only its
//! `PUT` or its cancel drives one on. A `cancelling` payment and a `pending` refund are decided already, so
//! this service's own worker finishes them, whoever asks or does not.

mod card;
mod config;
mod error;
mod gateway;
mod http;
mod method;
mod metrics;
mod payment;
mod refund;
pub mod sandbox;
mod signature;
mod store;
mod webhook;
mod worker;

pub use config::{Config, GatewayAccess, GatewayKind, Service};
pub use gateway::{Acquirer, SandboxGateway, StripeGateway};

use std::sync::Arc;

use actix_web::web;
use chassis::{Http, Parts};
use identity::Identity;
use secrecy::SecretString;
use sqlx::{PgPool, migrate::Migrator};
use telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::payment::Payments;

/// This service's schema, and the sandbox acquirer's beside it.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// Where Stripe is.
const STRIPE: &str = "https://api.stripe.com";

/// The payment service and, where it has no other gateway, its sandbox acquirer; both until this is
/// dropped.
#[derive(Debug)]
pub struct Running {
    payment: chassis::Running,
    sandbox: Option<chassis::Running>,
}

impl Running {
    /// Where to reach the service.
    pub fn url(&self) -> &Url {
        self.payment.url()
    }

    /// Where its probes and metrics are.
    pub fn management_url(&self) -> &Url {
        self.payment.management_url()
    }

    /// Its database: for those who run the service and ask questions of their own.
    pub fn database(&self) -> Option<&PgPool> {
        self.payment.database()
    }

    /// Where its own acquirer is, if it runs one.
    pub fn sandbox_url(&self) -> Option<&Url> {
        self.sandbox.as_ref().map(chassis::Running::url)
    }

    /// Lets requests and workers finish what they are at, then stops; the acquirer last.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.payment.stop().await?;
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await?;
        }
        Ok(())
    }
}

/// Opens the database and starts the service.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let pool = service.database.open(&MIGRATIONS).await?;
    let (sandbox, acquirer) = acquirer(service, &pool)?;

    let metrics = Metrics::new("payment")?;
    let stop = CancellationToken::new();
    let identity = identity::follow("payment", &service.credentials, &metrics, stop.clone())?;
    let parts = Parts {
        metrics,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop,
    };
    let mut secrets = access_secrets(&service.gateway);
    if sandbox.is_some() && secrets.is_empty() {
        secrets.push(SecretString::from(Uuid::new_v4().to_string()));
    }
    let payment = bolt(
        pool.clone(),
        &service.http,
        acquirer,
        secrets.clone(),
        parts,
    )?;
    if let (Some(sandbox), Some(secret)) = (&sandbox, secrets.into_iter().next()) {
        let url = payment.url().join("/api/payments/webhooks/sandbox")?;
        sandbox::webhooks::spawn(sandbox, pool, sandbox::webhooks::Shop { url, secret })?;
    }
    Ok(Running { payment, sandbox })
}

/// What the acquirer's events may be signed with, the newest first.
fn access_secrets(access: &GatewayAccess) -> Vec<SecretString> {
    [&access.webhook_secret, &access.webhook_secret_previous]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// The acquirer that is configured, and the sandbox that is started for it if there is none.
fn acquirer(
    service: &Service,
    pool: &PgPool,
) -> anyhow::Result<(Option<chassis::Running>, Acquirer)> {
    let access = &service.gateway;
    let deadline = access.deadline();
    let key = access
        .gateway_key
        .clone()
        // Only our own acquirer can be without one, and it is told the same.
        .unwrap_or_else(|| SecretString::from(Uuid::new_v4().to_string()));
    let (sandbox, url) = match (access.gateway, &access.gateway_url) {
        (_, Some(url)) => (None, url.clone()),
        (GatewayKind::Stripe, None) => (None, Url::parse(STRIPE)?),
        (GatewayKind::Sandbox, None) => {
            let sandbox = sandbox::serve(pool.clone(), &service.sandbox, key.clone())?;
            let url = sandbox.url().clone();
            tracing::warn!(%url, "no GATEWAY_URL: the sandbox acquirer takes the cards, and no money moves");
            (Some(sandbox), url)
        }
    };
    let acquirer = match access.gateway {
        GatewayKind::Sandbox => Acquirer::Sandbox(SandboxGateway::new(url, key, deadline)?),
        GatewayKind::Stripe => Acquirer::Stripe(StripeGateway::new(url, key, deadline)?),
    };
    Ok((sandbox, acquirer))
}

/// Starts the service on a database that is open already; it takes events that are signed with one of
/// `webhook_secrets`.
pub fn serve(
    pool: PgPool,
    identity: Arc<Identity>,
    http: &Http<8084>,
    acquirer: Acquirer,
    webhook_secrets: Vec<SecretString>,
) -> anyhow::Result<chassis::Running> {
    let parts = Parts {
        metrics: Metrics::new("payment")?,
        identity: Some(identity),
        database: Some(pool.clone()),
        stop: CancellationToken::new(),
    };
    bolt(pool, http, acquirer, webhook_secrets, parts)
}

fn bolt(
    pool: PgPool,
    http: &Http<8084>,
    acquirer: Acquirer,
    webhook_secrets: Vec<SecretString>,
    parts: Parts,
) -> anyhow::Result<chassis::Running> {
    let (name, header) = acquirer.events();
    let payments = Arc::new(Payments {
        inbox: webhook::Inbox {
            gateway: name,
            header,
            secrets: webhook_secrets,
        },
        deadline: acquirer.deadline(),
        db: pool,
        gateway: acquirer.gateway(),
        metrics: metrics::Metrics::new(&parts.metrics)?,
    });
    let data = web::Data::from(payments.clone());
    let running = chassis::serve(http, parts, move |app| {
        app.app_data(data.clone()).configure(http::routes);
    })?;
    webhook::spawn(&running, payments.clone());
    worker::spawn(&running, payments);
    Ok(running)
}
