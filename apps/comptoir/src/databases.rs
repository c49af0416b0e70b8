//! Where the services' databases are: in this process, or on a server.

use std::path::Path;

use chassis::Database;
use secrecy::SecretString;

use crate::server::Server;

/// The services that have a database.
pub(crate) const OWNERS: [&str; 5] = ["auth", "catalog", "cart", "payment", "order"];

/// A database for each of some services.
pub(crate) enum Databases {
    /// In this process.
    #[cfg(feature = "embedded-database")]
    Embedded(crate::embedded::Instances),
    /// On a PostgreSQL server.
    Server(Server),
}

/// Which server, if any.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServerArgs {
    /// A PostgreSQL server to keep the data on, instead of the embedded databases: each service gets a
    /// database of its own there.
    #[arg(
        long,
        env = "COMPTOIR_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<SecretString>,
    /// What the names of the databases on that server begin with.
    #[arg(
        long,
        env = "COMPTOIR_DATABASE_PREFIX",
        default_value = "comptoir",
        value_parser = crate::server::prefix,
        value_name = "NAME"
    )]
    pub(crate) database_prefix: String,
}

impl Databases {
    /// Those of `owners`: on the server if one is named, or else in `folder`.
    pub(crate) async fn open(
        args: &ServerArgs,
        folder: &Path,
        owners: &[&'static str],
    ) -> anyhow::Result<Self> {
        if let Some(url) = &args.database_url {
            let server = Server::new(url, &args.database_prefix)?;
            server.create(owners).await?;
            return Ok(Self::Server(server));
        }
        Self::embedded(folder, owners).await
    }

    /// Those of `owners`, in `folder`.
    #[cfg(feature = "embedded-database")]
    pub(crate) async fn embedded(folder: &Path, owners: &[&'static str]) -> anyhow::Result<Self> {
        let instances = crate::embedded::Instances::start(folder, owners).await?;
        Ok(Self::Embedded(instances))
    }

    /// This build has none.
    #[cfg(not(feature = "embedded-database"))]
    pub(crate) async fn embedded(folder: &Path, _owners: &[&'static str]) -> anyhow::Result<Self> {
        anyhow::bail!(
            "this build has no embedded database for {}; name a server with --database-url, or build \
             with the feature `embedded-database`",
            folder.display()
        )
    }

    /// The database of the service `owner`.
    pub(crate) fn of(&self, owner: &str) -> anyhow::Result<Database> {
        match self {
            #[cfg(feature = "embedded-database")]
            Self::Embedded(instances) => instances.of(owner),
            Self::Server(server) => Ok(server.of(owner)),
        }
    }

    /// Stops those in this process. Whoever uses them has to have let go of them.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self {
            #[cfg(feature = "embedded-database")]
            Self::Embedded(instances) => instances.stop().await,
            Self::Server(_) => Ok(()),
        }
    }
}
