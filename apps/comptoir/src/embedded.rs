//! PostgreSQL in this process: the only place that knows `pglite-oxide`.
//!
//! Each instance serves one connection at a time, hence the pools of one. Its `fsync` is off: what was
//! committed survives a killed process, but not a power cut.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use chassis::Database;
use pglite_oxide::{PgliteServer, extensions};
use sqlx::{Connection as _, PgConnection};
use tokio::task::{JoinSet, spawn_blocking};

/// The service that needs the extensions.
const SEARCHES: &str = "catalog";
/// A file that says where the extensions are.
const MOVED: &str = "extensions-are-in-public";

/// One instance for each service.
pub(crate) struct Instances(BTreeMap<&'static str, PgliteServer>);

impl Instances {
    /// Starts those of `owners`, in folders of their own in `folder`.
    pub(crate) async fn start(folder: &Path, owners: &[&'static str]) -> anyhow::Result<Self> {
        let mut starts = JoinSet::new();
        for &owner in owners {
            let path = folder.join(owner);
            starts.spawn(async move {
                let instance = start(owner, path.clone()).await;
                let instance = instance.with_context(|| {
                    format!("cannot open the embedded database in {}", path.display())
                })?;
                anyhow::Ok((owner, instance))
            });
        }
        let mut instances = BTreeMap::new();
        while let Some(start) = starts.join_next().await {
            let (owner, instance) = start.context("the embedded database panicked")??;
            instances.insert(owner, instance);
        }
        Ok(Self(instances))
    }

    /// The database of the service `owner`.
    pub(crate) fn of(&self, owner: &str) -> anyhow::Result<Database> {
        let instance = self.0.get(owner);
        let instance = instance.with_context(|| format!("no database was opened for {owner}"))?;
        Ok(Database::new(instance.database_url().into(), 1))
    }

    /// Writes everything down and stops. An instance waits for its connection to be closed.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let mut stops = JoinSet::new();
        for (owner, instance) in self.0 {
            stops.spawn_blocking(move || {
                instance
                    .shutdown()
                    .with_context(|| format!("the embedded database of {owner} did not stop well"))
            });
        }
        while let Some(stop) = stops.join_next().await {
            stop.context("the embedded database panicked")??;
        }
        Ok(())
    }
}

/// Starts the instance in `path`.
async fn start(owner: &str, path: PathBuf) -> anyhow::Result<PgliteServer> {
    let mut builder = PgliteServer::builder()
        .path(&path)
        // Five of them are to fit in little memory; the files are in the page cache anyway.
        .postgres_config("shared_buffers", "8MB")
        .postgres_config("wal_buffers", "1MB");
    let searches = owner == SEARCHES;
    if searches {
        builder = builder.extensions([extensions::PG_TRGM, extensions::UNACCENT]);
    }
    let instance = spawn_blocking(|| builder.start()).await??;
    let moved = path.join(MOVED);
    if searches && !moved.exists() {
        move_extensions(&instance.database_url()).await?;
        std::fs::write(moved, "")?;
    }
    Ok(instance)
}

/// An instance creates its extensions in `pg_catalog`, while everybody else has them in `public`, as the
/// migrations expect.
async fn move_extensions(url: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for statement in [
        "alter extension pg_trgm set schema public",
        "alter extension unaccent set schema public",
    ] {
        sqlx::query(statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    async fn ask(instances: &Instances, statement: &'static str) -> Vec<String> {
        let url = instances.of("catalog").unwrap().database_url;
        let mut connection = PgConnection::connect(url.expose_secret()).await.unwrap();
        let answer = sqlx::query_scalar(statement).fetch_all(&mut connection);
        let answer = answer.await.unwrap();
        connection.close().await.unwrap();
        answer
    }

    #[tokio::test]
    async fn what_was_written_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let instances = Instances::start(folder.path(), &["catalog"]).await.unwrap();
        ask(&instances, "create table products (name text)").await;
        ask(&instances, "insert into products values ('kept')").await;
        instances.stop().await.unwrap();

        let instances = Instances::start(folder.path(), &["catalog"]).await.unwrap();
        assert_eq!(ask(&instances, "select name from products").await, ["kept"]);
        let unaccented =
            "select public.unaccent('thé') where public.similarity('mug', 'mugs') > 0.3";
        assert_eq!(ask(&instances, unaccented).await, ["the"]);
        instances.stop().await.unwrap();
    }
}
