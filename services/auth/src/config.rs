//! Everything that can be configured, from flags or the environment.

use std::num::NonZeroU32;

use secrecy::SecretString;

/// The auth service.
#[derive(Clone, Debug, clap::Parser)]
pub struct Config {
    /// What the service needs.
    #[command(flatten)]
    pub service: Service,
    /// What the process needs.
    #[command(flatten)]
    pub telemetry: telemetry::Args,
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What an operator does by hand.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Makes a user a member of staff, and ends that user's sessions.
    GrantStaff {
        /// The user's e-mail address.
        email: String,
    },
    /// Takes the staff role from a user, and ends that user's sessions.
    RevokeStaff {
        /// The user's e-mail address.
        email: String,
    },
}

/// What the service needs, wherever it runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Service {
    /// The listeners.
    #[command(flatten)]
    pub http: chassis::Http<8081>,
    /// The database.
    #[command(flatten)]
    pub database: chassis::Database,
    /// The services and their secrets, as in `cart=SECRET,order=SECRET`.
    #[arg(long, env = "SERVICE_CLIENTS", hide_env_values = true, value_parser = secret::read)]
    pub service_clients: SecretString,
    /// What the signing keys are encrypted with in the database: 32 bytes in base64.
    #[arg(long, env = "KEY_ENCRYPTION_KEY", hide_env_values = true, value_parser = secret::read)]
    pub key_encryption_key: SecretString,
    /// How long a user's access token is good for, in seconds.
    #[arg(long, env = "ACCESS_TOKEN_TTL", default_value_t = Service::ACCESS_TOKEN_TTL,
        value_parser = clap::value_parser!(u16).range(60..=900))]
    pub access_token_ttl: u16,
    /// A signing key is replaced after so many days.
    #[arg(long, env = "KEY_ROTATION_DAYS", default_value_t = Service::KEY_ROTATION_DAYS,
        value_parser = clap::value_parser!(u16).range(1..=365))]
    pub key_rotation_days: u16,
    /// A new signing key is published for so many seconds before it signs, so that everybody has it.
    #[arg(long, env = "KEY_ACTIVATION", default_value_t = Service::KEY_ACTIVATION,
        value_parser = clap::value_parser!(u16).range(0..=3600))]
    pub key_activation: u16,
    /// How many passwords are hashed at once; by default as many as there are cores.
    #[arg(long, env = "HASHING_THREADS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub hashing_threads: Option<u16>,
    /// How many passwords may wait to be hashed; one more is answered 503.
    #[arg(long, env = "HASHING_QUEUE", default_value_t = Service::HASHING_QUEUE)]
    pub hashing_queue: u16,
    /// How often a password may be tried.
    #[command(flatten)]
    pub limits: Limits,
    /// Whether the client's address is the last entry of `X-Forwarded-For`: true behind a proxy of ours,
    /// and only there, because otherwise the client writes that header.
    #[arg(long, env = "TRUST_FORWARDED_FOR", default_value_t = false, action = clap::ArgAction::Set)]
    pub trust_forwarded_for: bool,
    /// Whether to create the demo users. Their passwords are published: never where it matters.
    #[arg(long, env = "SEED", default_value_t = false, action = clap::ArgAction::Set)]
    pub seed: bool,
}

/// How often a password may be tried, per replica: so many at once, then one each so many milliseconds.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Limits {
    /// Tries at once for one account.
    #[arg(long, env = "ACCOUNT_BURST", default_value_t = Limits::default().account_burst)]
    pub account_burst: NonZeroU32,
    /// Milliseconds until one more for the account.
    #[arg(long, env = "ACCOUNT_PERIOD", default_value_t = Limits::default().account_period)]
    pub account_period: NonZeroU32,
    /// Tries and registrations at once from one address.
    #[arg(long, env = "ADDRESS_BURST", default_value_t = Limits::default().address_burst)]
    pub address_burst: NonZeroU32,
    /// Milliseconds until one more from the address.
    #[arg(long, env = "ADDRESS_PERIOD", default_value_t = Limits::default().address_period)]
    pub address_period: NonZeroU32,
}

impl Service {
    const ACCESS_TOKEN_TTL: u16 = 300;
    const KEY_ROTATION_DAYS: u16 = 30;
    const KEY_ACTIVATION: u16 = 120;
    const HASHING_QUEUE: u16 = 32;

    /// The defaults, around what has none: for tests, and for the one-process shop.
    pub fn new(
        http: chassis::Http<8081>,
        database: chassis::Database,
        service_clients: SecretString,
        key_encryption_key: SecretString,
    ) -> Self {
        Self {
            http,
            database,
            service_clients,
            key_encryption_key,
            access_token_ttl: Self::ACCESS_TOKEN_TTL,
            key_rotation_days: Self::KEY_ROTATION_DAYS,
            key_activation: Self::KEY_ACTIVATION,
            hashing_threads: None,
            hashing_queue: Self::HASHING_QUEUE,
            limits: Limits::default(),
            trust_forwarded_for: false,
            seed: false,
        }
    }
}

impl Default for Limits {
    /// Ten tries for an account, then one each six seconds; a hundred from an address, then five a second.
    fn default() -> Self {
        const fn count(n: u32) -> NonZeroU32 {
            match NonZeroU32::new(n) {
                Some(n) => n,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            account_burst: const { count(10) },
            account_period: const { count(6000) },
            address_burst: const { count(100) },
            address_period: const { count(200) },
        }
    }
}
