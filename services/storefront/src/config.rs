//! Everything that can be configured, from flags or the environment.

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

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
    /// The services behind the pages.
    #[command(flatten)]
    pub addresses: Addresses,
    /// What the visitors' cookie is encrypted with: 64 random bytes in base64. All replicas need the same,
    /// and with another one everybody is signed out.
    #[arg(long, env = "COOKIE_KEY", hide_env_values = true, value_parser = secret::read)]
    pub cookie_key: SecretString,
    /// Say true where visitors come by https: the cookie is then sent by no other way, and browsers are
    /// told to come by no other way either (RFC 6797).
    #[arg(long, env = "HTTPS", default_value_t = false, action = clap::ArgAction::Set)]
    pub https: bool,
    /// Say true behind a proxy that sets `X-Forwarded-For`: the auth service is told who signs in.
    #[arg(long, env = "TRUST_FORWARDED_FOR", default_value_t = false, action = clap::ArgAction::Set)]
    pub trust_forwarded_for: bool,
}

/// Where the services are, and where each says how it is.
#[derive(Clone, Debug, clap::Args)]
pub struct Addresses {
    /// The auth service.
    #[arg(long, env = "AUTH_URL", default_value = "http://127.0.0.1:8081")]
    pub auth_url: Url,
    /// The catalog service.
    #[arg(long, env = "CATALOG_URL", default_value = "http://127.0.0.1:8082")]
    pub catalog_url: Url,
    /// The cart service.
    #[arg(long, env = "CART_URL", default_value = "http://127.0.0.1:8083")]
    pub cart_url: Url,
    /// The payment service.
    #[arg(long, env = "PAYMENT_URL", default_value = "http://127.0.0.1:8084")]
    pub payment_url: Url,
    /// The order service.
    #[arg(long, env = "ORDER_URL", default_value = "http://127.0.0.1:8085")]
    pub order_url: Url,
    /// The auth service's probes.
    #[arg(
        long,
        env = "AUTH_MANAGEMENT_URL",
        default_value = "http://127.0.0.1:9081"
    )]
    pub auth_management_url: Url,
    /// The catalog service's probes.
    #[arg(
        long,
        env = "CATALOG_MANAGEMENT_URL",
        default_value = "http://127.0.0.1:9082"
    )]
    pub catalog_management_url: Url,
    /// The cart service's probes.
    #[arg(
        long,
        env = "CART_MANAGEMENT_URL",
        default_value = "http://127.0.0.1:9083"
    )]
    pub cart_management_url: Url,
    /// The payment service's probes.
    #[arg(
        long,
        env = "PAYMENT_MANAGEMENT_URL",
        default_value = "http://127.0.0.1:9084"
    )]
    pub payment_management_url: Url,
    /// The order service's probes.
    #[arg(
        long,
        env = "ORDER_MANAGEMENT_URL",
        default_value = "http://127.0.0.1:9085"
    )]
    pub order_management_url: Url,
}

impl Service {
    /// The key, if it is one.
    pub(crate) fn cookie_key(&self) -> anyhow::Result<actix_web::cookie::Key> {
        let bytes = STANDARD
            .decode(self.cookie_key.expose_secret())
            .ok()
            .filter(|it| it.len() >= 64)
            .context("COOKIE_KEY is not 64 bytes in base64; make one: openssl rand -base64 64")?;
        Ok(actix_web::cookie::Key::from(&bytes))
    }
}
