//! The shop as it is deployed: every service a process of its own, with a role and a database of its own on
//! a PostgreSQL server, and the sandbox acquirer beside them as the third party that it plays.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, postgres::PgPoolOptions};
use testkit::Client;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};
use url::Url;
use uuid::Uuid;

use crate::{front::Front, ports::free_ports};

/// A process of the shop.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Name {
    Acquirer,
    Auth,
    Catalog,
    Cart,
    Payment,
    Order,
}

/// Callees before callers.
pub(crate) const NAMES: [Name; 6] = [
    Name::Acquirer,
    Name::Auth,
    Name::Catalog,
    Name::Cart,
    Name::Payment,
    Name::Order,
];

impl Name {
    /// Also the name of its database and of its public URLs' owner.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Acquirer => "acquirer",
            Self::Auth => "auth",
            Self::Catalog => "catalog",
            Self::Cart => "cart",
            Self::Payment => "payment",
            Self::Order => "order",
        }
    }

    /// The acquirer is in the payment service's binary.
    const fn binary(self) -> &'static str {
        match self {
            Self::Acquirer => "payment",
            other => other.as_str(),
        }
    }
}

/// One shop at a time: a machine with two cores has enough to do with its six processes, and what is
/// measured here is measured without neighbours.
static TURN: Mutex<()> = Mutex::const_new(());

/// The shop while it is open; its processes end when this is dropped. Its databases stay, because `ci/test`
/// searches them for secrets afterwards.
pub(crate) struct House {
    /// What the names of the databases begin with.
    prefix: String,
    server: Url,
    processes: BTreeMap<Name, Process>,
    logs: Logs,
    _turn: MutexGuard<'static, ()>,
}

struct Process {
    name: Name,
    port: u16,
    management_port: u16,
    environment: BTreeMap<&'static str, String>,
    log: PathBuf,
    child: Option<Child>,
}

enum Logs {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

/// What `comptoir audit` proves itself with to the auth service.
const AUDIT_SECRET: &str = "what the audit is known by";

/// How long a process may take to become ready on a machine that is busy with a build.
const PATIENCE: Duration = Duration::from_secs(60);

impl House {
    /// A new shop for the test `test`: short, lower case, letters and underscores.
    pub(crate) async fn open(test: &str) -> Self {
        Self::open_with(test, &[]).await
    }

    /// The same with more configuration for some of the processes.
    pub(crate) async fn open_with(test: &str, more: &[(Name, &'static str, &str)]) -> Self {
        let turn = TURN.lock().await;
        let unique = Uuid::new_v4().simple().to_string();
        let prefix = format!("{test}_{}", &unique[..8]);
        let server = Url::parse(&variable("DATABASE_URL").expect(
            "DATABASE_URL names a PostgreSQL server; `ci/test -p comptoir --test separate` brings one",
        ))
        .expect("DATABASE_URL is a URL");
        create_databases(&server, &prefix).await;

        let logs = match variable("TEST_LOGS") {
            Some(folder) => Logs::Kept(folder.into()),
            None => Logs::Temporary(tempfile::tempdir().expect("a folder for logs")),
        };
        let mut house = Self {
            processes: processes(&server, &prefix, logs.folder(), more),
            prefix,
            server,
            logs,
            _turn: turn,
        };
        for name in NAMES {
            house.start(name);
        }
        for name in NAMES {
            house.ready(name).await;
        }
        house
    }

    /// The shop from outside, nobody signed in.
    pub(crate) fn front(&self) -> Front {
        Front::new(|name| self.client(name))
    }

    /// One service, internal routes included.
    pub(crate) fn client(&self, name: Name) -> Client {
        Client::new(&url(self.processes[&name].port))
    }

    /// What a process is configured with.
    pub(crate) fn environment(&self, name: Name) -> &BTreeMap<&'static str, String> {
        &self.processes[&name].environment
    }

    /// A pool of the owner of all databases.
    pub(crate) async fn database(&self, name: Name) -> PgPool {
        PgPoolOptions::new()
            .max_connections(3)
            .connect(of(&self.server, &self.database_name(name)).as_str())
            .await
            .expect("a database")
    }

    fn database_name(&self, name: Name) -> String {
        format!("{}_{}", self.prefix, name.as_str())
    }

    /// Ends it as the kernel or a failing machine would: SIGKILL, no chance to clean up.
    pub(crate) fn kill(&mut self, name: Name) {
        let process = self.processes.get_mut(&name).expect("a process");
        process.kill();
    }

    /// Starts it again on the same ports; it is not ready yet.
    pub(crate) fn start(&mut self, name: Name) {
        let process = self.processes.get_mut(&name).expect("a process");
        process.start();
    }

    /// Waits until it says that it is ready.
    pub(crate) async fn ready(&mut self, name: Name) {
        let until = Instant::now() + PATIENCE;
        let process = self.processes.get_mut(&name).expect("a process");
        let probes = Client::new(&url(process.management_port));
        loop {
            let answer = probes.try_send(Method::GET, "/health/ready", None).await;
            let last = match answer {
                Ok(answer) if answer.status == 200 => return,
                Ok(answer) => answer.body.to_string(),
                Err(error) => error.to_string(),
            };
            if let Some(status) = process.ended() {
                panic!(
                    "{name:?} ended with {status}; its last words:\n{}",
                    process.last_words()
                );
            }
            assert!(
                Instant::now() < until,
                "{name:?} is not ready after {PATIENCE:?} ({last}); its last words:\n{}",
                process.last_words()
            );
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks every process to stop, callers before callees, and waits for it.
    pub(crate) async fn stop(&mut self) -> Vec<(Name, ExitStatus)> {
        let mut ended = Vec::new();
        for name in NAMES.into_iter().rev() {
            let process = self.processes.get_mut(&name).expect("a process");
            let pid = process.child.as_ref().expect("it runs").id().to_string();
            let asked = Command::new("kill").args(["-TERM", &pid]).status();
            assert!(asked.expect("kill runs").success());
            let until = Instant::now() + PATIENCE;
            let status = loop {
                if let Some(status) = process.ended() {
                    break status;
                }
                assert!(Instant::now() < until, "{name:?} does not stop");
                sleep(Duration::from_millis(20)).await;
            };
            process.child = None;
            ended.push((name, status));
        }
        ended
    }

    /// Runs a service's binary with its configuration and these arguments, as an operator does.
    pub(crate) fn run(&self, name: Name, arguments: &[&str]) -> Output {
        let process = &self.processes[&name];
        let output = process.command().args(arguments).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{output:?}");
        output
    }

    /// What each process has measured. It is kept beside the logs, where `ci/leaks` searches it too.
    pub(crate) async fn metrics(&self) -> Vec<(Name, String)> {
        let mut metrics = Vec::new();
        for process in self.processes.values() {
            let probes = Client::new(&url(process.management_port));
            let answer = probes.get("/metrics").await.expect(200);
            let text = answer.body.as_str().expect("text").to_owned();
            std::fs::write(process.log.with_extension("metrics"), &text).expect("a file");
            metrics.push((process.name, text));
        }
        metrics
    }

    /// What each process has said so far, by the name of its log.
    pub(crate) fn logs(&self) -> Vec<(String, String)> {
        let read = |process: &Process| {
            let text = std::fs::read_to_string(&process.log).expect("a log");
            (process.log.display().to_string(), text)
        };
        self.processes.values().map(read).collect()
    }

    /// Waits until nothing is under way any more, and checks I1 to I5 with `comptoir audit`, which records it.
    pub(crate) async fn audit(&self) -> serde_json::Value {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_comptoir"));
        command
            .env_clear()
            .args(["audit", "--json", "--wait", "60"])
            .env("COMPTOIR_DATABASE_PREFIX", &self.prefix)
            .env("COMPTOIR_DATABASE_URL", self.server.as_str())
            .env(
                "COMPTOIR_ORDER_URL",
                url(self.processes[&Name::Order].port).as_str(),
            )
            .env(
                "COMPTOIR_AUTH_URL",
                url(self.processes[&Name::Auth].port).as_str(),
            )
            .env("COMPTOIR_AUDIT_SECRET", AUDIT_SECRET);
        let output = command.output().await.expect("comptoir runs");
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "the audit failed with {}:\n{report}{}logs: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            self.logs.folder().display()
        );
        serde_json::from_str(&report).expect("a report")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        for process in self.processes.values_mut() {
            process.kill();
        }
        // Where a test failed, what the services said must survive the test.
        if std::thread::panicking()
            && let Logs::Temporary(folder) = &mut self.logs
        {
            folder.disable_cleanup(true);
            eprintln!("the services' logs are in {}", folder.path().display());
        }
    }
}

impl Process {
    fn command(&self) -> Command {
        let path = binary(self.name.binary());
        let mut command = Command::new(path);
        // Nothing but what is written here: a service is configured by its environment alone.
        command.env_clear().envs(&self.environment);
        command
    }

    fn start(&mut self) {
        assert!(self.child.is_none(), "{:?} runs already", self.name);
        let mut command = self.command();
        if self.name == Name::Acquirer {
            command.arg("sandbox");
        }
        let open = |path: &Path| -> File {
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.expect("a file for its log")
        };
        command.stdout(open(&self.log)).stderr(open(&self.log));
        self.child = Some(command.spawn().expect("it starts"));
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("SIGKILL");
            child.wait().expect("it ends");
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().expect("its state")
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Logs {
    fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// Beside the folder of this test's executable. Cargo builds another package's binaries only when it is
/// asked to.
fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.parent().and_then(Path::parent).expect("in deps");
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "there is no {}; build it with: cargo build --workspace --bins",
        path.display()
    );
    path
}

/// What the run of the tests says of itself.
pub(crate) fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no command line of its own to parse"
    )]
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// A role and a database for each service, which is the role's own and nobody else's.
async fn create_databases(server: &Url, prefix: &str) {
    let mut connection = PgConnection::connect(server.as_str())
        .await
        .expect("the server of DATABASE_URL answers");
    for name in NAMES {
        let database = format!("{prefix}_{}", name.as_str());
        for statement in [
            format!("create role {database} login"),
            format!("create database {database} owner {database}"),
            format!("revoke connect on database {database} from public"),
        ] {
            let made = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection);
            made.await.expect("a database");
        }
    }
    connection.close().await.expect("closed");
}

fn processes(
    server: &Url,
    prefix: &str,
    logs: &Path,
    more: &[(Name, &'static str, &str)],
) -> BTreeMap<Name, Process> {
    let mut ports = free_ports(2 * NAMES.len()).into_iter();
    let ports: BTreeMap<_, _> = NAMES
        .map(|it| {
            (
                it,
                [ports.next().expect("a port"), ports.next().expect("a port")],
            )
        })
        .into();
    let url_of = |name: Name| url(ports[&name][0]).to_string();
    let secrets = NAMES.map(|it| (it, secret()));
    let clients: Vec<_> = secrets
        .iter()
        .filter(|(name, _)| !matches!(name, Name::Acquirer | Name::Auth))
        .map(|(name, secret)| format!("{}={secret}", name.as_str()))
        .chain([format!("audit={AUDIT_SECRET}")])
        .collect();
    let gateway_key = secret();

    secrets
        .into_iter()
        .map(|(name, secret)| {
            let database = format!("{prefix}_{}", name.as_str());
            let mut database_url = of(server, &database);
            database_url.set_username(&database).expect("a role");
            let [port, management_port] = ports[&name];
            let mut environment: BTreeMap<&'static str, String> = [
                ("LISTEN", format!("127.0.0.1:{port}")),
                ("MANAGEMENT_LISTEN", format!("127.0.0.1:{management_port}")),
                ("DATABASE_URL", database_url.into()),
                // As chatty as it gets without drowning in other crates' bytes: I6 is searched for in it.
                ("LOG", "debug,h2=info,hyper=info,hyper_util=info".into()),
                ("LOG_SPANS", "true".into()),
                ("LOG_FORMAT", "json".into()),
            ]
            .into();
            match name {
                Name::Auth => environment.extend([
                    ("SERVICE_CLIENTS", clients.join(",")),
                    (
                        "KEY_ENCRYPTION_KEY",
                        STANDARD.encode(Uuid::new_v4().simple().to_string()),
                    ),
                    // Everybody comes from one address here.
                    ("ADDRESS_BURST", "100000".into()),
                    ("HASHING_QUEUE", "1000".into()),
                    ("ACCESS_TOKEN_TTL", "900".into()),
                ]),
                Name::Acquirer => environment.extend([
                    ("SANDBOX_LISTEN", format!("127.0.0.1:{port}")),
                    (
                        "SANDBOX_MANAGEMENT_LISTEN",
                        format!("127.0.0.1:{management_port}"),
                    ),
                    ("GATEWAY_KEY", gateway_key.clone()),
                ]),
                Name::Catalog | Name::Cart | Name::Payment | Name::Order => environment.extend([
                    // The catalog's products; the others do not know the word.
                    ("SEED", "true".into()),
                    ("SERVICE_SECRET", secret),
                    ("AUTH_URL", url_of(Name::Auth)),
                    ("CATALOG_URL", url_of(Name::Catalog)),
                    ("CART_URL", url_of(Name::Cart)),
                    ("PAYMENT_URL", url_of(Name::Payment)),
                    ("GATEWAY_URL", url_of(Name::Acquirer)),
                    ("GATEWAY_KEY", gateway_key.clone()),
                ]),
            }
            let mine = more.iter().filter(|(it, ..)| *it == name);
            environment.extend(mine.map(|(_, variable, value)| (*variable, (*value).to_owned())));
            let process = Process {
                name,
                port,
                management_port,
                environment,
                log: logs.join(format!("{prefix}-{}.log", name.as_str())),
                child: None,
            };
            (name, process)
        })
        .collect()
}

fn of(server: &Url, database: &str) -> Url {
    let mut url = server.clone();
    url.set_path(database);
    url
}

fn url(port: u16) -> Url {
    Url::parse(&format!("http://127.0.0.1:{port}")).expect("a URL")
}

fn secret() -> String {
    Uuid::new_v4().simple().to_string()
}
