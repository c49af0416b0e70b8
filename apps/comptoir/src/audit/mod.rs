//! `comptoir audit`: whether the shop kept its promises (invariants I1 to I5), by its databases.
//!
//! One file for each invariant, with its SQL; [`facts`] is what several of them need. The databases of a
//! shop that is open are not read at one moment, so that what looks wrong there is looked at again, and
//! only what is wrong twice is reported.

mod checkouts;
mod facts;
mod money_back;
mod paid;
mod record;
mod report;
mod reserved;
mod stock;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::{Instant, sleep};
use upstream::Credentials;
use url::Url;

use crate::{
    data::{self, Announcement, Data, Taken},
    databases::{self, Databases},
    say,
    server::Server,
};
pub(crate) use record::Records;
pub(crate) use report::Report;

use facts::Facts;
use report::Verdict;

/// What to check, and how to say it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    books: Books,
    /// Wait at most so many seconds until no order, payment, message or reservation is under way; it is a
    /// failure if some still are.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// The books of which shop.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Books {
    /// The data folder of a shop in one process, open or closed. A server that is named goes before it.
    #[arg(
        long,
        env = "COMPTOIR_DATA",
        default_value = "data",
        value_name = "DIR"
    )]
    data: PathBuf,
    #[command(flatten)]
    databases: databases::ServerArgs,
    /// The catalog service's database, where each has a server of its own.
    #[arg(
        long,
        env = "COMPTOIR_CATALOG_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        requires_all = ["payment_database_url", "order_database_url"],
        conflicts_with = "database_url"
    )]
    catalog_database_url: Option<SecretString>,
    /// The payment service's database.
    #[arg(
        long,
        env = "COMPTOIR_PAYMENT_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        requires_all = ["catalog_database_url", "order_database_url"]
    )]
    payment_database_url: Option<SecretString>,
    /// The order service's database.
    #[arg(
        long,
        env = "COMPTOIR_ORDER_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        requires_all = ["catalog_database_url", "payment_database_url"]
    )]
    order_database_url: Option<SecretString>,
    /// The password for the three, where it is not in their URLs.
    #[arg(
        long,
        env = "COMPTOIR_AUDIT_DATABASE_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD",
        value_parser = secret::read,
        requires_all = ["catalog_database_url", "payment_database_url", "order_database_url"]
    )]
    audit_database_password: Option<SecretString>,
    /// The order service, to record there what was found. A shop in one process records its audits itself.
    #[arg(
        long,
        env = "COMPTOIR_ORDER_URL",
        value_name = "URL",
        requires_all = ["auth_url", "audit_secret"]
    )]
    order_url: Option<Url>,
    /// The auth service, for the right to do that.
    #[arg(
        long,
        env = "COMPTOIR_AUTH_URL",
        value_name = "URL",
        requires_all = ["order_url", "audit_secret"]
    )]
    auth_url: Option<Url>,
    /// The secret of the client `audit` there.
    #[arg(
        long,
        env = "COMPTOIR_AUDIT_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        value_parser = secret::read,
        requires_all = ["order_url", "auth_url"]
    )]
    audit_secret: Option<SecretString>,
}

/// How to check.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// How long to wait until nothing is under way.
    pub(crate) wait_seconds: u64,
}

/// The databases that are checked.
#[derive(Clone, Debug)]
pub(crate) struct Audited {
    catalog: PgPool,
    payment: PgPool,
    order: PgPool,
}

/// How long what looks wrong is given to become right: far longer than a checkout, and than the audit
/// itself takes to get from one database to the next.
const SECOND_LOOK: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the audit itself may take in a shop that is open.
const PATIENCE: Duration = Duration::from_secs(600);

/// Exits 0 where every promise was kept, 1 where one was not.
pub(crate) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = Options {
        wait_seconds: args.wait,
    };
    let report = report(&args.books, &options).await?;
    if args.json {
        say::line(serde_json::to_string_pretty(&report)?);
    } else {
        say::line(&report);
    }
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What the books show, recorded where `books` says.
pub(crate) async fn report(books: &Books, options: &Options) -> anyhow::Result<Report> {
    let records = books.records()?;
    let report = look_into(books, options).await?;
    if let Some(records) = records
        && let Err(error) = records.add(&report).await
    {
        say::wrong(format_args!(
            "comptoir: the audit is not recorded: {:#}",
            anyhow::Error::new(error)
        ));
    }
    Ok(report)
}

impl Books {
    /// The data folder, where they are in one and not on a server.
    pub(crate) fn folder(&self) -> Option<&Path> {
        let on_a_server =
            self.databases.database_url.is_some() || self.order_database_url.is_some();
        (!on_a_server).then_some(&self.data)
    }

    /// Where to record what is found, if anywhere.
    fn records(&self) -> anyhow::Result<Option<Records>> {
        let (Some(order_url), Some(auth_url), Some(secret)) =
            (&self.order_url, &self.auth_url, &self.audit_secret)
        else {
            return Ok(None);
        };
        if self.order_database_url.is_none() && self.databases.database_url.is_none() {
            bail!(
                "--order-url is for services with databases on a server; a shop in one process records its \
                 audits itself while it is open"
            );
        }
        let credentials = Credentials {
            auth_url: auth_url.clone(),
            service_secret: secret.clone(),
        };
        Ok(Some(Records::new(order_url, &credentials)?))
    }
}

async fn look_into(books: &Books, options: &Options) -> anyhow::Result<Report> {
    let urls = [
        &books.catalog_database_url,
        &books.payment_database_url,
        &books.order_database_url,
    ];
    if let [Some(catalog), Some(payment), Some(order)] = urls {
        let password = books.audit_database_password.as_ref();
        let databases = Audited {
            catalog: connect("catalog", catalog, password).await?,
            payment: connect("payment", payment, password).await?,
            order: connect("order", order, password).await?,
        };
        return audit(&databases, options).await;
    }
    if let Some(url) = &books.databases.database_url {
        let server = Server::new(url, &books.databases.database_prefix)?;
        let url = |owner| server.of(owner).database_url;
        let databases = Audited {
            catalog: connect("catalog", &url("catalog"), None).await?,
            payment: connect("payment", &url("payment"), None).await?,
            order: connect("order", &url("order"), None).await?,
        };
        return audit(&databases, options).await;
    }
    of_folder(&books.data, options).await
}

async fn of_folder(folder: &Path, options: &Options) -> anyhow::Result<Report> {
    if !folder.is_dir() {
        bail!(
            "there is no shop in {}; name its folder with --data, or its server with --database-url",
            folder.display()
        );
    }
    match Data::take(folder)? {
        Taken::Elsewhere(_) => of_running(&data::announced(folder)?, options).await,
        Taken::Here(data) => of_stopped(&data, options).await,
    }
}

/// Asks the shop itself, for nobody else can reach its databases.
async fn of_running(shop: &Announcement, options: &Options) -> anyhow::Result<Report> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE + Duration::from_secs(options.wait_seconds))
        .no_proxy()
        .build()?;
    let answer = client
        .post(shop.management_url.join("/audit")?)
        .bearer_auth(&shop.token)
        .json(options)
        .send()
        .await
        .with_context(|| format!("the shop of process {} does not answer", shop.pid))?;
    let status = answer.status();
    if !status.is_success() {
        bail!(
            "the shop of process {} could not do the audit ({status}); its log says why",
            shop.pid
        );
    }
    answer
        .json()
        .await
        .context("the shop's answer is not a report")
}

async fn of_stopped(data: &Data, options: &Options) -> anyhow::Result<Report> {
    let owners = ["catalog", "payment", "order"];
    if owners.iter().any(|it| !data.folder().join(it).is_dir()) {
        bail!(
            "there is no embedded database of a shop in {}; if it keeps its data on a server, name that \
             with --database-url",
            data.folder().display()
        );
    }
    let databases = Databases::embedded(data.folder(), &owners).await?;
    let pool = async |owner| {
        let url = databases.of(owner)?.database_url;
        let options: PgConnectOptions = url.expose_secret().parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await;
        pool.with_context(|| format!("cannot open the embedded database of {owner}"))
    };
    let audited = Audited {
        catalog: pool("catalog").await?,
        payment: pool("payment").await?,
        order: pool("order").await?,
    };
    let report = audit(&audited, options).await;
    audited.close().await;
    databases.stop().await?;
    report
}

/// A pool that cannot write: an audit changes nothing.
async fn connect(
    owner: &str,
    url: &SecretString,
    password: Option<&SecretString>,
) -> anyhow::Result<PgPool> {
    let mut options: PgConnectOptions = url
        .expose_secret()
        .parse()
        .map_err(|_shows_it| anyhow::anyhow!("the URL of the {owner} database is not one"))?;
    if let Some(password) = password {
        options = options.password(password.expose_secret());
    }
    PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.options([("default_transaction_read_only", "on")]))
        .await
        .with_context(|| format!("cannot connect to the database of the {owner} service"))
}

impl Audited {
    /// Those of services that are up, over their own pools.
    pub(crate) fn of_running(catalog: PgPool, payment: PgPool, order: PgPool) -> Self {
        Self {
            catalog,
            payment,
            order,
        }
    }

    async fn close(&self) {
        self.catalog.close().await;
        self.payment.close().await;
        self.order.close().await;
    }
}

/// Checks every invariant, and looks twice at what looks wrong.
pub(crate) async fn audit(databases: &Audited, options: &Options) -> anyhow::Result<Report> {
    let until = Instant::now() + Duration::from_secs(options.wait_seconds);
    let mut report = look(databases).await?;
    while !report.is_settled() && Instant::now() < until {
        sleep(LOOK_EVERY).await;
        report = look(databases).await?;
    }
    if report.has_violations() {
        sleep(SECOND_LOOK).await;
        let mut second = look(databases).await?;
        second.keep_what_is_also_in(&report);
        report = second;
    }
    report.asked_to_settle = options.wait_seconds > 0;
    Ok(report)
}

async fn look(databases: &Audited) -> anyhow::Result<Report> {
    let facts = Facts::read(databases).await?;
    let invariants = vec![
        checkouts::check(databases).await?,
        paid::check(&facts),
        money_back::check(&facts),
        stock::check(databases, &facts).await?,
        reserved::check(&facts),
    ];
    Ok(Report::new(facts.under_way(), invariants))
}
