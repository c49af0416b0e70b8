//! Everything that can be configured, from flags or the environment.

/// The storefront.
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
    pub http: chassis::Http<8086>,
}
