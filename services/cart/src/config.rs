//! Everything that can be configured, from flags or the environment.

use url::Url;

/// The cart service.
#[derive(Clone, Debug, clap::Parser)]
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
    pub http: chassis::Http<8083>,
    /// The database.
    #[command(flatten)]
    pub database: chassis::Database,
    /// Who this service is to the others.
    #[command(flatten)]
    pub credentials: upstream::Credentials,
    /// Where the catalog service is.
    #[arg(long, env = "CATALOG_URL", default_value = "http://127.0.0.1:8082")]
    pub catalog_url: Url,
    /// A guest's cart is forgotten after so many days without a change.
    #[arg(
        long,
        env = "GUEST_CART_TTL_DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u16).range(1..=3650)
    )]
    pub guest_cart_ttl_days: u16,
}
