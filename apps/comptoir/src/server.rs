//! The services' databases on one PostgreSQL server.

use anyhow::{Context as _, anyhow};
use chassis::Database;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

/// A server, and what the names of our databases on it begin with.
pub(crate) struct Server {
    /// Of any database on it, to begin with. Holds the password.
    url: Url,
    prefix: String,
}

/// Five of these stay well below a server's default limit of a hundred.
const CONNECTIONS: u32 = 8;

/// SQLSTATEs of `create database`.
const DUPLICATE_DATABASE: &str = "42P04";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl Server {
    /// The server at `url`.
    pub(crate) fn new(url: &SecretString, prefix: &str) -> anyhow::Result<Self> {
        // The value is not in the message, because it may hold a password.
        let url = Url::parse(url.expose_secret())
            .ok()
            .filter(|it| matches!(it.scheme(), "postgres" | "postgresql"))
            .context("--database-url is not a URL like postgres://user:password@host:5432")?;
        Ok(Self {
            url,
            prefix: prefix.to_owned(),
        })
    }

    /// The database of the service `owner`.
    pub(crate) fn of(&self, owner: &str) -> Database {
        let mut url = self.url.clone();
        url.set_path(&self.name(owner));
        Database::new(String::from(url).into(), CONNECTIONS)
    }

    fn name(&self, owner: &str) -> String {
        format!("{}_{owner}", self.prefix)
    }

    /// Creates the databases of `owners` that are not there yet.
    pub(crate) async fn create(&self, owners: &[&str]) -> anyhow::Result<()> {
        let mut url = self.url.clone();
        if url.path().trim_start_matches('/').is_empty() {
            url.set_path("postgres");
        }
        let place = format!(
            "{}:{}",
            url.host_str().unwrap_or("localhost"),
            url.port().unwrap_or(5432)
        );
        let mut connection = PgConnection::connect(url.as_str()).await.with_context(|| {
            format!(
                "cannot connect to the PostgreSQL server at {place}; is it running, and are the user and \
                 password in --database-url right?"
            )
        })?;
        let there: Vec<String> = sqlx::query_scalar("select datname::text from pg_database")
            .fetch_all(&mut connection)
            .await?;
        for owner in owners {
            let name = self.name(owner);
            if there.contains(&name) {
                continue;
            }
            // nosemgrep: sql-from-format -- a checked prefix and a name of ours; this statement takes no parameters
            let statement = AssertSqlSafe(format!("create database {name}"));
            if let Err(error) = sqlx::query(statement).execute(&mut connection).await {
                let code = error.as_database_error().and_then(|it| it.code());
                match code.as_deref() {
                    // Another shop was faster.
                    Some(DUPLICATE_DATABASE) => {}
                    Some(INSUFFICIENT_PRIVILEGE) => {
                        let user = url.username();
                        return Err(anyhow!(
                            "{user} may not create the database {name} on {place}; let an administrator \
                             run `alter role {user} createdb`, or `create database {name} owner {user}` \
                             and the like for {}",
                            owners.join(", ")
                        ));
                    }
                    _ => {
                        return Err(error).with_context(|| {
                            format!("cannot create the database {name} on {place}")
                        });
                    }
                }
            }
        }
        connection.close().await?;
        Ok(())
    }
}

/// A prefix that needs no quoting in SQL.
pub(crate) fn prefix(text: &str) -> Result<String, &'static str> {
    let mut bytes = text.bytes();
    let good = bytes.next().is_some_and(|it| it.is_ascii_lowercase())
        && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        && text.len() <= 40;
    if good {
        Ok(text.to_owned())
    } else {
        Err("lower-case letters, digits and underscores only, a letter first, at most 40")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_keeps_the_rest_of_the_servers_url() {
        let url = "postgres://me:secret@db.example:5433/postgres?sslmode=require".into();
        let server = Server::new(&url, "shop").unwrap();
        assert_eq!(
            server.of("order").database_url.expose_secret(),
            "postgres://me:secret@db.example:5433/shop_order?sslmode=require"
        );
    }

    #[test]
    fn a_wrong_url_is_refused_without_showing_it() {
        let error = Server::new(&"mysql://me:secret@host".into(), "shop")
            .err()
            .unwrap();
        assert!(!format!("{error:#}").contains("secret"));
    }

    #[test]
    fn a_prefix_needs_no_quotes() {
        assert!(prefix("comptoir_2").is_ok());
        for bad in [
            "",
            "1st",
            "Shop",
            "a;drop database x",
            "a-b",
            &"a".repeat(41),
        ] {
            assert!(prefix(bad).is_err(), "{bad}");
        }
    }
}
