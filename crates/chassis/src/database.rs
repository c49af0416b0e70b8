//! A service's own PostgreSQL database.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context as _, ensure};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::{Instant, sleep};

/// Which database to use.
#[derive(Clone, Debug, clap::Args)]
pub struct Database {
    /// The PostgreSQL URL; `@FILE` takes it from a file.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = secret::read)]
    pub database_url: SecretString,
    /// The password, where it is not in the URL; `@FILE` takes it from a file.
    #[arg(long, env = "DATABASE_PASSWORD", hide_env_values = true, value_parser = secret::read)]
    pub database_password: Option<SecretString>,
    /// The most connections to hold open.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub database_connections: u32,
    /// Whether to bring the schema up to date at the start. Say false where `migrate` does that beforehand:
    /// the start then waits for it, a minute at most.
    #[arg(long, env = "MIGRATE", default_value_t = true, action = clap::ArgAction::Set)]
    pub migrate: bool,
}

/// No statement of ours takes long: one that does is stuck, and must not hold a connection for ever. And our
/// tables are in `public`, also where a schema has the role's name, in which PostgreSQL looks first.
const SESSION: &str = "set statement_timeout = '10s'; \
                       set idle_in_transaction_session_timeout = '10s'; \
                       set search_path = public";
/// A migration may take long, and wait for one that is under way elsewhere.
const MIGRATION: &str = "set search_path = public";

/// How long a start waits for what somebody else does first: start the server, bring the schema up to date.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a connection may take to be had.
const ACQUIRE: Duration = Duration::from_secs(5);
const CANNOT_CONNECT: &str = "cannot connect to the database (DATABASE_URL, DATABASE_PASSWORD)";

/// The SQLSTATE of a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

impl Database {
    /// The one at a URL that has the password in it.
    pub fn new(url: SecretString, connections: u32) -> Self {
        Self {
            database_url: url,
            database_password: None,
            database_connections: connections,
            migrate: true,
        }
    }

    /// Connects, and brings the schema up to date or waits until it is.
    pub async fn open(&self, migrations: &Migrator) -> anyhow::Result<PgPool> {
        if self.migrate {
            migrate(self.connection().await?, migrations).await?;
            return self.connect().await;
        }
        let until = Instant::now() + PATIENCE;
        let pool = patiently(until, || self.connect()).await?;
        wait_until_migrated(&pool, migrations, until).await?;
        Ok(pool)
    }

    /// A connection for [`migrate`], as soon as the server answers; it may be starting at the same time.
    pub(crate) async fn connection_until(&self, until: Instant) -> anyhow::Result<PgConnection> {
        patiently(until, || self.connection()).await
    }

    /// A connection for [`migrate`]. It is none of the pool's, for what a migration sets stays with it.
    async fn connection(&self) -> anyhow::Result<PgConnection> {
        let options = self.options()?;
        let connect = async {
            let mut connection = PgConnection::connect_with(&options).await?;
            sqlx::raw_sql(MIGRATION).execute(&mut connection).await?;
            Ok::<_, sqlx::Error>(connection)
        };
        tokio::time::timeout(ACQUIRE, connect)
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .context(CANNOT_CONNECT)
    }

    /// Connects; the schema stays as it is.
    async fn connect(&self) -> anyhow::Result<PgPool> {
        PgPoolOptions::new()
            .max_connections(self.database_connections)
            .acquire_timeout(ACQUIRE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(SESSION).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_with(self.options()?)
            .await
            .context(CANNOT_CONNECT)
    }

    fn options(&self) -> anyhow::Result<PgConnectOptions> {
        // The parser's own error would show the URL.
        let mut options: PgConnectOptions = self
            .database_url
            .expose_secret()
            .parse()
            .map_err(|_shows_it| anyhow::anyhow!("DATABASE_URL is no PostgreSQL URL"))?;
        if let Some(password) = &self.database_password {
            options = options.password(password.expose_secret());
        }
        Ok(options)
    }
}

/// Connects by `connect`, again and again until it can be done.
async fn patiently<T, F: Future<Output = anyhow::Result<T>>>(
    until: Instant,
    connect: impl Fn() -> F,
) -> anyhow::Result<T> {
    loop {
        match connect().await {
            Err(error) if Instant::now() < until && may_pass(&error) => {
                tracing::info!(error = format!("{error:#}"), "waiting for the database");
                sleep(LOOK_EVERY).await;
            }
            done => return done,
        }
    }
}

/// Brings the schema up to date, and closes the connection. One that is ahead is left alone: after a rollback the
/// older release runs on the newer schema, which was made for both (expand, migrate, contract).
pub(crate) async fn migrate(
    mut connection: PgConnection,
    migrations: &Migrator,
) -> anyhow::Result<()> {
    let mut migrator = Migrator::with_migrations(migrations.iter().cloned().collect());
    migrator
        .set_ignore_missing(true)
        // `run` does the same, but its future is not known to be `Send`.
        .run_direct(None, &mut connection, false)
        .await
        .context("cannot migrate the database")?;
    connection.close().await?;
    Ok(())
}

/// Whether waiting may help: not where the configuration is wrong, or the server does not let us in.
fn may_pass(error: &anyhow::Error) -> bool {
    error.downcast_ref::<sqlx::Error>().is_some_and(|it| {
        let code = it.as_database_error().and_then(|it| it.code());
        // Class 28: invalid authorisation; class 3D: no such database.
        !code.is_some_and(|it| it.starts_with("28") || it.starts_with("3D"))
    })
}

async fn wait_until_migrated(
    pool: &PgPool,
    migrations: &Migrator,
    until: Instant,
) -> anyhow::Result<()> {
    let mut said = false;
    loop {
        let missing = missing(&mut *pool.acquire().await?, migrations).await?;
        if missing.is_empty() {
            return Ok(());
        }
        ensure!(
            Instant::now() < until,
            "the schema lacks the migrations {missing:?}; run `migrate` of this release, or say MIGRATE=true"
        );
        if !said {
            tracing::info!(?missing, "waiting until the schema is brought up to date");
            said = true;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The versions of `migrations` that the schema lacks.
pub(crate) async fn missing(
    database: &mut PgConnection,
    migrations: &Migrator,
) -> Result<Vec<i64>, sqlx::Error> {
    let applied = sqlx::query_scalar("select version from _sqlx_migrations where success")
        .fetch_all(database)
        .await;
    let applied: HashSet<i64> = match applied {
        Ok(versions) => versions.into_iter().collect(),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            HashSet::new()
        }
        Err(error) => return Err(error),
    };
    Ok(migrations
        .iter()
        .map(|it| it.version)
        .filter(|it| !applied.contains(it))
        .collect())
}

/// Whether a statement failed because of the named constraint.
pub fn violates(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|it| it.constraint()) == Some(constraint)
}
