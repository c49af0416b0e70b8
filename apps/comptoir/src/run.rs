//! `comptoir`: opens the shop, and closes it when asked.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret as _;
use telemetry::LogFormat;
use tokio::signal::unix::{Signal, SignalKind, signal};
use url::Url;

use crate::{
    auditor,
    data::{Announcement, Data},
    databases::{self, Databases, OWNERS},
    gateway, management, say,
    secrets::{self, Secrets},
    shop::Shop,
};

/// How to run the shop.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The port that the shop is on; 0 picks a free one.
    #[arg(long, env = "COMPTOIR_PORT", default_value_t = 8080)]
    port: u16,
    /// The address that the shop listens on; 0.0.0.0 lets other machines in.
    #[arg(long, env = "COMPTOIR_LISTEN", default_value_t = IpAddr::from([127, 0, 0, 1]))]
    listen: IpAddr,
    /// The folder that the shop keeps its data and secrets in.
    #[arg(
        long,
        env = "COMPTOIR_DATA",
        default_value = "data",
        value_name = "DIR"
    )]
    data: PathBuf,
    #[command(flatten)]
    databases: databases::ServerArgs,
    /// How often the shop checks its own books, in seconds; 0 for never.
    #[arg(
        long,
        env = "COMPTOIR_AUDIT_EVERY",
        default_value_t = 300,
        value_parser = auditor::seconds,
        value_name = "SECONDS"
    )]
    audit_every: u32,
    /// Which spans and events to keep, in `tracing` filter syntax.
    #[arg(long, env = "LOG", default_value = "warn")]
    log: String,
    /// How log lines look.
    #[arg(long, env = "LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Whether every span that ends is logged too, with its fields: to see traces without a collector.
    #[arg(long, env = "LOG_SPANS")]
    log_spans: bool,
    /// The OTLP/gRPC collector to send traces and logs to; none are sent without it.
    #[arg(long, env = "OTLP_ENDPOINT")]
    otlp_endpoint: Option<Url>,
    /// Which share of traces to keep, from 0 to 1. A request that belongs to a trace is kept if that is.
    #[arg(long, env = "TRACE_RATIO", default_value_t = 1.0, value_parser = telemetry::ratio)]
    trace_ratio: f64,
}

/// What a process that was told to stop twice, or before it was up, exits with: 128 and SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs the shop until it is asked to stop.
pub(crate) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let telemetry = telemetry::init(
        &telemetry::Args {
            log: args.log.clone(),
            log_format: args.log_format,
            log_spans: args.log_spans,
            otlp_endpoint: args.otlp_endpoint.clone(),
            trace_ratio: args.trace_ratio,
        },
        "comptoir",
    )?;
    let mut stop = StopSignals::new()?;

    // What was begun when a signal comes is left as it is; the databases are made for that.
    let open = tokio::select! {
        open = Open::new(args) => open?,
        () = stop.next() => {
            say::line("Stopped before the shop was open.");
            std::process::exit(INTERRUPTED.into());
        }
    };
    stop.next().await;
    say::line(
        "Closing the shop: requests under way are finished first. Ctrl-C again stops at once.",
    );
    let closing = Instant::now();
    tokio::select! {
        closed = open.close() => closed?,
        () = stop.next() => {
            say::line("Stopped at once.");
            std::process::exit(INTERRUPTED.into());
        }
    }
    say::line(format_args!(
        "The shop is closed ({:.1} s).",
        closing.elapsed().as_secs_f64()
    ));
    telemetry.shutdown();
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C and SIGTERM, from the moment that this is made.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The shop while it is open. The fields are in the order in which they have to be dropped.
struct Open {
    announced: crate::data::Announced,
    rounds: auditor::Rounds,
    management: management::Management,
    gateway: gateway::Gateway,
    shop: Shop,
    databases: Databases,
    /// Last: whoever takes the folder next finds nobody in it.
    _data: Data,
}

impl Open {
    async fn new(args: &Args) -> anyhow::Result<Self> {
        let started = Instant::now();
        let listener = gateway::listen(SocketAddr::new(args.listen, args.port))?;
        let data = Data::take_alone(&args.data)?;
        let first_time = !data.secrets().exists();
        let secrets = Secrets::keep(&data.secrets())?;

        let folder = data.folder().display();
        match (&args.databases.database_url, first_time) {
            (Some(_), _) => say::line("Opening the shop's databases on the server ..."),
            (None, true) => say::line(format_args!(
                "Making the shop's databases in {folder}; the first time takes a little longer ..."
            )),
            (None, false) => {
                say::line(format_args!("Opening the shop's databases in {folder} ..."))
            }
        }
        let databases = Databases::open(&args.databases, data.folder(), &OWNERS).await?;
        say::line(format_args!(
            "Opening the services ... ({:.1} s so far)",
            started.elapsed().as_secs_f64()
        ));
        let shop = Shop::open(&databases, &secrets).await?;

        let token = secrets::one_time()?;
        let auditor = shop.auditor(&secrets)?;
        let management = management::open(token.clone(), auditor.clone())?;
        let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let gateway = gateway::open(listener, shop.addresses())?;
        let announced = data.announce(&Announcement {
            pid: std::process::id(),
            url: url.clone(),
            management_url: management.url().clone(),
            token,
            services: shop.services(),
        })?;
        let rounds = auditor.make_rounds(Duration::from_secs(args.audit_every.into()));
        welcome(args, &url, started);
        Ok(Self {
            announced,
            rounds,
            management,
            gateway,
            shop,
            databases,
            _data: data,
        })
    }

    /// First no more requests from outside, then no more from inside, then no more database.
    async fn close(self) -> anyhow::Result<()> {
        drop(self.announced);
        self.gateway.stop().await?;
        self.management.stop().await;
        self.rounds.stop().await;
        self.shop.close().await?;
        self.databases.stop().await
    }
}

/// What somebody who sees the shop for the first time needs to know.
fn welcome(args: &Args, url: &Url, started: Instant) {
    let port = url.port_or_known_default().unwrap_or_default();
    let shop = if args.listen.is_loopback() || args.listen.is_unspecified() {
        format!("http://localhost:{port}/")
    } else {
        url.to_string()
    };
    say::line(format_args!(
        "\nThe shop is open ({:.1} s).\n",
        started.elapsed().as_secs_f64()
    ));
    say::line(format_args!("  shop       {shop}"));
    say::line(format_args!("  API        {shop}api/docs"));
    for (role, user) in [
        ("customer", auth::demo::CUSTOMER),
        ("staff", auth::demo::STAFF),
    ] {
        say::line(format_args!(
            "  {role:<10} {}, password {}",
            user.email, user.password
        ));
    }
    let data = std::path::absolute(&args.data).unwrap_or_else(|_| args.data.clone());
    match &args.databases.database_url {
        Some(server) => say::line(format_args!(
            "  data       on {}, in the databases {}_*; the secrets are in {}",
            place(server.expose_secret()),
            args.databases.database_prefix,
            data.display()
        )),
        None => say::line(format_args!(
            "  data       {}\n             It survives a crash of the program, but not a power cut; where that \
             matters,\n             name a PostgreSQL server with --database-url.",
            data.display()
        )),
    }
    say::line("\nCtrl-C closes the shop. `comptoir audit` checks its books, while it is open too.");
}

/// A server's URL without user and password.
fn place(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("localhost");
    let port = url.as_ref().and_then(Url::port).unwrap_or(5432);
    format!("{host}:{port}")
}
