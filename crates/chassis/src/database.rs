//! A service's own PostgreSQL database.

use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{PgPool, migrate::Migrator, postgres::PgPoolOptions};

/// Which database to use.
#[derive(Clone, Debug, clap::Args)]
pub struct Database {
    /// The PostgreSQL URL, password included.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,
    /// The most connections to hold open.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub database_connections: u32,
}

/// No statement of ours takes long: one that does is stuck, and must not hold a connection for ever.
const LIMITS: &str =
    "set statement_timeout = '10s'; set idle_in_transaction_session_timeout = '10s'";

impl Database {
    /// Connects and brings the schema up to date.
    pub async fn open(&self, migrations: &Migrator) -> anyhow::Result<PgPool> {
        let pool = PgPoolOptions::new()
            .max_connections(self.database_connections)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(LIMITS).execute(connection).await?;
                    Ok(())
                })
            })
            .connect(self.database_url.expose_secret())
            .await
            .context("cannot connect to the database (DATABASE_URL)")?;
        migrations
            .run(&pool)
            .await
            .context("cannot migrate the database")?;
        Ok(pool)
    }
}

/// Whether a statement failed because of the named constraint.
pub fn violates(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|it| it.constraint()) == Some(constraint)
}
