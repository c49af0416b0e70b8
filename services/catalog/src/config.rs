//! Everything that can be configured, from flags or the environment.

use clap::builder::BoolishValueParser;

/// The catalog service.
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
    pub http: chassis::Http<8082>,
    /// The database.
    #[command(flatten)]
    pub database: chassis::Database,
    /// Who this service is to the auth service.
    #[command(flatten)]
    pub credentials: upstream::Credentials,
    /// How long a checkout may hold units before they go back on the shelf, in seconds.
    #[arg(long, env = "RESERVATION_TTL", default_value_t = 900, value_parser = clap::value_parser!(u32).range(10..=86_400))]
    pub reservation_ttl: u32,
    /// Whether an empty catalog is filled with the shop's own products at start.
    #[arg(long, env = "SEED", value_parser = BoolishValueParser::new())]
    pub seed: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Config, clap::Error> {
        let always = [
            "catalog",
            "--database-url=postgres://x",
            "--service-secret=x",
        ];
        Config::try_parse_from(always.iter().chain(arguments))
    }

    #[test]
    fn a_wrong_value_is_named() {
        for value in ["9", "86401", "soon", "-1"] {
            let error = parse(&[&format!("--reservation-ttl={value}")]).unwrap_err();
            assert!(error.to_string().contains("--reservation-ttl"), "{error}");
        }
        let config = parse(&["--reservation-ttl=10", "--seed"]).unwrap();
        assert_eq!(
            (config.service.reservation_ttl, config.service.seed),
            (10, true)
        );
        assert_eq!(parse(&[]).unwrap().service.reservation_ttl, 900);
    }
}
