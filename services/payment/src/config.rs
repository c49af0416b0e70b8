//! Everything that can be configured, from flags or the environment.

use std::time::Duration;

use chassis::{Database, Http};
use secrecy::SecretString;
use upstream::Credentials;
use url::Url;

use crate::sandbox;

/// The payment service.
#[derive(Clone, Debug, clap::Parser)]
#[command(
    name = "payment",
    after_help = "`payment sandbox` runs the sandbox acquirer alone; see `payment sandbox --help`."
)]
pub struct Config {
    /// What the service needs.
    #[command(flatten)]
    pub service: Service,
    /// What the process needs.
    #[command(flatten)]
    pub telemetry: telemetry::Args,
}

/// What the service needs, wherever it runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Service {
    /// The listeners.
    #[command(flatten)]
    pub http: Http<8084>,
    /// The database.
    #[command(flatten)]
    pub database: Database,
    /// Who this service is to the auth service.
    #[command(flatten)]
    pub credentials: Credentials,
    /// The way to the acquirer.
    #[command(flatten)]
    pub gateway: GatewayAccess,
    /// The acquirer of its own that the service runs where it is given no other.
    #[command(flatten)]
    pub sandbox: sandbox::Options,
}

/// Who the acquirer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum GatewayKind {
    /// A sandbox acquirer: no money moves.
    Sandbox,
    /// Stripe.
    Stripe,
}

/// The way to the acquirer.
#[derive(Clone, Debug, clap::Args)]
pub struct GatewayAccess {
    /// Who the acquirer is.
    #[arg(long, env = "GATEWAY", value_enum, default_value_t = GatewayKind::Sandbox)]
    pub gateway: GatewayKind,
    /// The acquirer's address. Without one Stripe is where it always is, and for a sandbox acquirer the
    /// service runs one of its own.
    #[arg(long, env = "GATEWAY_URL", requires = "gateway_key")]
    pub gateway_url: Option<Url>,
    /// The key with which the acquirer knows this shop, at Stripe a secret or restricted key; one is made up for
    /// an acquirer of its own.
    #[arg(long, env = "GATEWAY_KEY", hide_env_values = true, value_parser = secret::read, required_if_eq("gateway", "stripe"))]
    pub gateway_key: Option<SecretString>,
    /// What the acquirer signs its events with; none are taken without it. For an acquirer of its own one is made
    /// up.
    #[arg(long, env = "WEBHOOK_SECRET", hide_env_values = true, value_parser = secret::read)]
    pub webhook_secret: Option<SecretString>,
    /// The one before, which is taken too while the acquirer changes over.
    #[arg(long, env = "WEBHOOK_SECRET_PREVIOUS", hide_env_values = true, value_parser = secret::read, requires = "webhook_secret")]
    pub webhook_secret_previous: Option<SecretString>,
    /// How long the acquirer may take for one request of ours, all its steps together, in milliseconds.
    /// Shorter than the ten seconds that the order service waits, so that it hears of a timeout from us.
    #[arg(long, env = "GATEWAY_DEADLINE_MS", default_value_t = 8000, value_parser = clap::value_parser!(u64).range(100..=9500))]
    pub gateway_deadline_ms: u64,
}

impl GatewayAccess {
    /// A sandbox acquirer of the service's own.
    pub fn sandbox() -> Self {
        Self {
            gateway: GatewayKind::Sandbox,
            gateway_url: None,
            gateway_key: None,
            webhook_secret: None,
            webhook_secret_previous: None,
            gateway_deadline_ms: 8000,
        }
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_millis(self.gateway_deadline_ms)
    }
}
