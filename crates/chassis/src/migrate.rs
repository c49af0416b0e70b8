//! `SERVICE migrate`: brings the schema up to date and ends, for a deployment that does this once before its
//! replicas start, which then run with `MIGRATE=false`.

use std::ffi::OsString;

use clap::Parser;
use sqlx::migrate::Migrator;
use tokio::time::Instant;

use crate::{Database, database};

/// Brings the database's schema up to date.
#[derive(Parser)]
#[command(name = "migrate")]
struct Migrate {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    telemetry: telemetry::Args,
}

/// What came of it, if the command line asks for the migration of `service`.
pub async fn migrate(
    arguments: impl IntoIterator<Item = OsString>,
    service: &'static str,
    migrations: &Migrator,
) -> Option<anyhow::Result<()>> {
    let arguments = arguments.into_iter().skip(1).collect::<Vec<_>>();
    if arguments.first().is_none_or(|it| it != "migrate") {
        return None;
    }
    Some(run(&Migrate::parse_from(arguments), service, migrations).await)
}

async fn run(args: &Migrate, service: &'static str, migrations: &Migrator) -> anyhow::Result<()> {
    let telemetry = telemetry::init(&args.telemetry, service)?;
    let migrated = bring_up_to_date(&args.database, migrations).await;
    if let Ok(applied) = &migrated {
        tracing::info!(service, ?applied, "the schema is up to date");
    }
    telemetry.shutdown();
    migrated.map(|_| ())
}

/// The versions that the schema lacked.
async fn bring_up_to_date(database: &Database, migrations: &Migrator) -> anyhow::Result<Vec<i64>> {
    let until = Instant::now() + database::PATIENCE;
    let mut connection = database.connection_until(until).await?;
    let applied = database::missing(&mut connection, migrations).await?;
    database::migrate(connection, migrations).await?;
    Ok(applied)
}
