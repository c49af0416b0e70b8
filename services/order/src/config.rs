//! Everything that can be configured, from flags or the environment.

use url::Url;

/// The order service.
#[derive(Clone, Debug, clap::Parser)]
#[command(version, about = "Checkout, order life, returns")]
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
    pub http: chassis::Http<8085>,
    /// The database.
    #[command(flatten)]
    pub database: chassis::Database,
    /// Who this service is to the others.
    #[command(flatten)]
    pub credentials: upstream::Credentials,
    /// Where the catalog service is.
    #[arg(long, env = "CATALOG_URL", default_value = "http://127.0.0.1:8082")]
    pub catalog_url: Url,
    /// Where the cart service is.
    #[arg(long, env = "CART_URL", default_value = "http://127.0.0.1:8083")]
    pub cart_url: Url,
    /// Where the payment service is.
    #[arg(long, env = "PAYMENT_URL", default_value = "http://127.0.0.1:8084")]
    pub payment_url: Url,
}
