//! What the end-to-end tests share: the shop as a process, and how a customer uses it.

#![allow(dead_code, reason = "each test crate uses its own part of this")]

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use chrono::{Datelike as _, Utc};
use serde_json::{Value, json};
use testkit::{Answer, Client};
use url::Url;
use uuid::Uuid;

/// As the README says, and `ci/leaks` looks for it.
pub(crate) const CARD: &str = "4242 4242 4242 4242";
/// The sandbox declines this one.
pub(crate) const DECLINED_CARD: &str = "4000 0000 0000 0002";
/// Whose password this is does not matter, as long as it is nowhere to be found afterwards.
pub(crate) const PASSWORD: &str = "Les-Halles-1183-mot-de-passe";

/// How long anything may take here before it counts as stuck; machines that build and test at once are slow.
const PATIENCE: Duration = Duration::from_secs(90);

/// The one-process shop, killed when this is dropped.
pub(crate) struct Shop {
    process: Child,
    data: PathBuf,
    log: PathBuf,
    pub(crate) announcement: Value,
    pub(crate) took: Duration,
}

/// `comptoir`, without anything that the tester's environment says about it.
pub(crate) fn comptoir() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comptoir"));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy().starts_with("COMPTOIR_");
        if ours || name == "LOG" || name == "LOG_FORMAT" || name == "LOG_SPANS" {
            command.env_remove(name);
        }
    }
    command
}

impl Shop {
    /// Opens the shop in `data` and waits until it is open.
    pub(crate) fn open(data: &Path, arguments: &[&str]) -> Self {
        let log = log_file();
        let output = File::create(&log).unwrap();
        let started = Instant::now();
        let process = comptoir()
            .args(["--port", "0", "--log", "info", "--log-spans", "--data"])
            .arg(data)
            .args(arguments)
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut shop = Self {
            process,
            data: data.to_owned(),
            log,
            announcement: Value::Null,
            took: Duration::ZERO,
        };
        wait_until("the shop is open", || {
            if let Some(status) = shop.process.try_wait().unwrap() {
                panic!("{status} before the shop was open:\n{}", shop.output());
            }
            let text = std::fs::read(shop.data.join("comptoir.json")).unwrap_or_default();
            shop.announcement = serde_json::from_slice(&text).unwrap_or_default();
            // One of a shop that was killed may still be there.
            shop.announcement["pid"] == shop.process.id()
        });
        shop.took = started.elapsed();
        shop
    }

    pub(crate) fn url(&self) -> Url {
        self.announcement["url"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url())
    }

    /// Everything it said, log lines too.
    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Sends a signal, as in `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the shop has stopped", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Takes the process away in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `comptoir audit`, which has to say that all is well.
#[track_caller]
pub(crate) fn audit(arguments: &[&str]) -> String {
    let output = run_audit(arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success(),
        "{}:\n{text}{errors}",
        output.status
    );
    text
}

pub(crate) fn run_audit(arguments: &[&str]) -> Output {
    comptoir().arg("audit").args(arguments).output().unwrap()
}

/// Where the log of a process goes: where `ci/test` looks for secrets in it, or else a temporary folder.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no other configuration"
)]
fn log_file() -> PathBuf {
    let folder = std::env::var("TEST_LOGS").map_or_else(|_| std::env::temp_dir(), PathBuf::from);
    folder.join(format!("comptoir-{}.log", Uuid::now_v7()))
}

/// The server that the tests run on.
#[expect(clippy::disallowed_methods, reason = "as sqlx::test does")]
pub(crate) fn database_url() -> String {
    std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| panic!("DATABASE_URL names no PostgreSQL server; ci/test starts one"))
}

#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < PATIENCE,
            "not so after {PATIENCE:?}: {what}"
        );
        sleep(Duration::from_millis(20));
    }
}

/// A customer who is signed in.
pub(crate) struct Customer {
    pub(crate) client: Client,
    pub(crate) email: String,
}

/// Signs somebody new up and in.
pub(crate) async fn sign_up(shop: &Client) -> Customer {
    let email = format!("{}@example.com", Uuid::now_v7());
    let new = json!({ "email": email, "password": PASSWORD, "name": "Claude Test" });
    shop.post("/api/auth/register", new).await.expect(201);
    let client = sign_in(shop, &email, PASSWORD).await;
    Customer { client, email }
}

pub(crate) async fn sign_in(shop: &Client, email: &str, password: &str) -> Client {
    let body = json!({ "email": email, "password": password });
    let tokens = shop.post("/api/auth/login", body).await.expect(200);
    shop.bearer(&tokens.text("/access_token"))
}

/// The demo shop's staff.
pub(crate) async fn sign_in_staff(shop: &Client) -> Client {
    sign_in(shop, auth::demo::STAFF.email, auth::demo::STAFF.password).await
}

/// A product of which there are at least `units`.
pub(crate) async fn product(shop: &Client, units: i64) -> Value {
    let path = "/api/catalog/products?in_stock=true&limit=100";
    let products = shop.get(path).await.expect(200).body;
    let products = products["items"].as_array().unwrap();
    let product = products
        .iter()
        .find(|it| it["available"].as_i64() >= Some(units));
    product.unwrap().clone()
}

/// How many of a product are available.
pub(crate) async fn available(shop: &Client, product: &Value) -> i64 {
    let path = format!(
        "/api/catalog/products/{}",
        product["slug"].as_str().unwrap()
    );
    shop.get(&path).await.expect(200).body["available"]
        .as_i64()
        .unwrap()
}

pub(crate) async fn put_into_cart(client: &Client, product: &Value, quantity: i64) -> Answer {
    let path = format!("/api/cart/items/{}", product["id"].as_str().unwrap());
    client
        .put(&path, json!({ "quantity": quantity }))
        .await
        .expect(200)
}

pub(crate) async fn card(client: &Client, number: &str) -> String {
    let year = Utc::now().year() + 3;
    let card = json!({ "number": number, "exp_month": 12, "exp_year": year, "cvc": "123" });
    let method = client
        .post("/api/payments/methods", json!({ "card": card }))
        .await;
    method.expect(201).text("/id")
}

/// What a checkout asks for.
pub(crate) fn checkout_with(method: &str) -> Value {
    json!({
        "payment_method_id": method,
        "shipping_address": {
            "name": "Claude Test", "line1": "1 rue Rambuteau", "city": "Paris",
            "postal_code": "75001", "country": "FR",
        },
    })
}

pub(crate) async fn check_out(client: &Client, key: &str, method: &str) -> Answer {
    let client = client.with("idempotency-key", key);
    client.post("/api/orders", checkout_with(method)).await
}

/// Asks again until the answer has what is looked for.
pub(crate) async fn eventually(
    client: &Client,
    path: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let started = Instant::now();
    loop {
        let answer = client.get(path).await.expect(200).body;
        if is_so(&answer) {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "still {answer:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
