//! The whole shop in one process, on its embedded databases, as an operator starts it and a customer uses it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use support::*;
use testkit::Client;
use uuid::Uuid;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_customer_buys_and_sends_back_and_the_shop_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("shop");
    let shop = Shop::open(&data, &[]);
    let visitor = shop.client();

    // Look around, as a guest, with a spelling mistake.
    let found = visitor
        .get("/api/catalog/products?q=choclate")
        .await
        .expect(200);
    assert!(!found.body["items"].as_array().unwrap().is_empty());
    let product = product(&visitor, 10).await;
    let before = available(&visitor, &product).await;
    let cart = put_into_cart(&visitor, &product, 2).await;
    let cart_token = cart.headers["x-cart-token"].to_str().unwrap();

    // Sign up, and take the guest's cart along.
    let Customer {
        client: customer,
        email,
    } = sign_up(&visitor).await;
    let merge = customer.with("x-cart-token", cart_token);
    merge.post("/api/cart/merge", json!({})).await.expect(200);
    let cart = customer.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["quantity"], 2);

    // A card that is declined, which is final for its key, and one that is not.
    let declined = card(&customer, DECLINED_CARD).await;
    check_out(&customer, "declined", &declined)
        .await
        .expect(402);
    check_out(&customer, "declined", &declined)
        .await
        .expect(402);
    let method = card(&customer, CARD).await;
    let order = check_out(&customer, "first", &method).await.expect(201);
    let again = check_out(&customer, "first", &method).await.expect(201);
    assert_eq!(order.body["id"], again.body["id"]);
    let id = order.text("/id");
    let path = format!("/api/orders/{id}");

    let history = customer.get("/api/orders").await.expect(200).body;
    let paid: Vec<_> = history["items"].as_array().unwrap().iter().collect();
    assert!(
        paid.iter()
            .any(|it| it["id"] == id.as_str() && it["status"] == "confirmed")
    );
    eventually(&customer, "/api/cart", |it| it["items"] == json!([])).await;
    assert_eq!(available(&visitor, &product).await, before - 2);
    audit(&["--data", text(&data), "--wait", "30"]);

    // The staff packs, ships and delivers it.
    let staff = sign_in_staff(&visitor).await;
    let admin = format!("/api/orders/admin/{id}");
    staff
        .post(&format!("{admin}/pack"), json!({}))
        .await
        .expect(200);
    let shipment = json!({ "tracking_number": "FR-42" });
    staff
        .post(&format!("{admin}/ship"), shipment)
        .await
        .expect(200);
    staff
        .post(&format!("{admin}/deliver"), json!({}))
        .await
        .expect(200);

    // One of the two comes back.
    let lines = json!([{ "product_id": product["id"], "quantity": 1 }]);
    let wish = json!({ "lines": lines, "reason": "One was enough" });
    let wish = customer
        .post(&format!("{path}/returns"), wish)
        .await
        .expect(201);
    let admin = format!("/api/orders/admin/returns/{}", wish.text("/id"));
    staff
        .post(&format!("{admin}/approve"), json!({}))
        .await
        .expect(200);
    staff
        .post(&format!("{admin}/receive"), json!({}))
        .await
        .expect(200);
    let returned = eventually(&customer, &path, |it| {
        it["returns"][0]["state"] == "refunded"
    })
    .await;
    assert_eq!(returned["refunded"], product["price"]);
    assert_eq!(available(&visitor, &product).await, before - 1);

    // Asked while it is open and after it closed, the books are right.
    let report = audit(&["--data", text(&data), "--wait", "30"]);
    assert!(
        report.contains("I3 refunds never exceed the capture"),
        "{report}"
    );
    assert!(shop.stop().success());
    audit(&["--data", text(&data)]);

    // The second time it opens faster, and knows everything.
    let shop = Shop::open(&data, &[]);
    let customer = sign_in(&shop.client(), &email, PASSWORD).await;
    let remembered = customer.get(&path).await.expect(200).body;
    assert_eq!(remembered, returned);
    assert!(shop.stop().success());

    // I6: not in the databases, their write-ahead logs, or the shop's log.
    no_secret_is_in(folder.path());
}

/// Names no file that holds a card number or a password.
fn no_secret_is_in(folder: &Path) {
    let digits = CARD.replace(' ', "");
    let found = Command::new("grep")
        .args([
            "-r", "-a", "-l", "-F", "-e", PASSWORD, "-e", CARD, "-e", &digits,
        ])
        .arg(folder)
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found, "");
}

#[tokio::test]
async fn what_was_confirmed_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let shop = Shop::open(data, &[]);
    let product = product(&shop.client(), 20).await;
    let customer = sign_up(&shop.client()).await;
    let method = card(&customer.client, CARD).await;

    let mut orders = Vec::new();
    for n in 0..3 {
        put_into_cart(&customer.client, &product, 1).await;
        let order = check_out(&customer.client, &format!("key-{n}"), &method).await;
        orders.push(order.expect(201).text("/id"));
        // A key makes one order of one cart: the next one may only be filled once this one is empty.
        eventually(&customer.client, "/api/cart", |it| it["items"] == json!([])).await;
    }
    // And one that nobody hears the end of.
    put_into_cart(&customer.client, &product, 1).await;
    let client = customer.client.with("idempotency-key", "cut-off");
    let body = checkout_with(&method);
    let cut_off = tokio::spawn(async move {
        let answer = client.try_send(Method::POST, "/api/orders", Some(body));
        answer.await.map(|it| it.status)
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    shop.kill();
    let _ = cut_off.await;

    let shop = Shop::open(data, &[]);
    audit(&["--data", text(data), "--wait", "60"]);
    let client = sign_in(&shop.client(), &customer.email, PASSWORD).await;
    for id in orders {
        let order = client.get(&format!("/api/orders/{id}")).await.expect(200);
        assert_eq!(order.body["status"], "confirmed");
    }
    // Whatever had become of it: asked again, it is paid, and once.
    check_out(&client, "cut-off", &method).await.expect(201);
    let history = client.get("/api/orders").await.expect(200).body;
    assert_eq!(history["items"].as_array().unwrap().len(), 4);
    audit(&["--data", text(data), "--wait", "60"]);
    assert!(shop.stop().success());
}

#[tokio::test]
async fn a_shop_checks_its_own_books_and_the_staff_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let shop = Shop::open(data, &["--audit-every", "0"]);
    assert!(shop.stop().success());
    // As an earlier version wrote it.
    let file = data.join("secrets.json");
    let mut secrets: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    secrets["services"].as_object_mut().unwrap().remove("audit");
    secrets.as_object_mut().unwrap().remove("cookie_key");
    std::fs::write(&file, secrets.to_string()).unwrap();

    let shop = Shop::open(data, &["--audit-every", "10"]);
    let staff = sign_in_staff(&shop.client()).await;
    let list = "/api/orders/admin/audits";
    assert_eq!(staff.get(list).await.expect(200).body["items"], json!([]));
    let asked = audit(&["--data", text(data), "--json"]);
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let recorded = staff.get(list).await.expect(200).body;
    // The database counts in microseconds.
    let finished_at = recorded["items"][0]["finished_at"].as_str().unwrap();
    let at = asked["at"].as_str().unwrap();
    assert!(at.starts_with(finished_at.trim_end_matches('Z')), "{at}");
    assert_eq!(recorded["items"][0]["invariants"][4]["name"], "I5");

    let by_itself = eventually(&staff, list, |it| {
        it["items"].as_array().unwrap().len() >= 3
    })
    .await;
    let items = by_itself["items"].as_array().unwrap();
    assert!(items.iter().all(|it| it["clean"] == true));
    assert!(shop.output().matches("the books are right").count() >= 3);

    // The embedded database knows the world's clocks too.
    let summary = "/api/orders/admin/summary?days=2&zone=";
    let answer = staff.get(&format!("{summary}Europe/Paris")).await;
    assert_eq!(answer.expect(200).body["days"][1]["orders"], 0);
    let answer = staff.get(&format!("{summary}Europe/Atlantis")).await;
    answer.expect_problem(422, "invalid");
    assert!(shop.stop().success());
}

#[test]
fn audits_that_would_come_all_the_time_are_refused() {
    let output = comptoir().args(["--audit-every", "9"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("at least 10"), "{error}");
}

#[tokio::test]
async fn the_gateway_shows_the_public_side_only() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(folder.path(), &[]);
    let client = shop.client();

    for service in ["auth", "catalog", "cart", "payment", "order"] {
        let document = client
            .get(&format!("/api/{service}/openapi.json"))
            .await
            .expect(200);
        assert_eq!(
            document.body["info"]["title"],
            format!("Comptoir: {service}")
        );
    }
    client.get("/").await.expect(200);
    client.get("/api/docs").await.expect(200);
    client.get("/.well-known/jwks.json").await.expect(200);
    client
        .get("/api/nothing")
        .await
        .expect_problem(404, "no-such-route");
    client
        .get("/api/orders")
        .await
        .expect_problem(401, "unauthenticated");

    // As they are: a client that is well-behaved would tidy these paths up before it sends them.
    for path in [
        "/internal/revocations",
        "//internal/revocations",
        "/%69nternal/revocations",
        "/api/auth/../../internal/revocations",
        "/api/auth/%2e%2e/%2e%2e/internal/revocations",
        "/api/auth/..%2f..%2finternal/revocations",
        "/api/auth/%252e%252e/internal/revocations",
    ] {
        let answer = raw(
            &shop,
            &format!("GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(
            answer.contains("urn:comptoir:problem:no-such-route"),
            "{path}: {answer}"
        );
    }
    // The operator's questions are for whoever can read the shop's folder.
    let management = shop.announcement["management_url"].as_str().unwrap();
    let stranger = Client::new(&management.parse().unwrap()).bearer("guessed");
    let answer = stranger.post("/audit", json!({ "wait_seconds": 0 })).await;
    answer.expect_problem(401, "unauthenticated");

    let large = "x".repeat(2 * 1024 * 1024);
    let answer = client
        .post("/api/auth/register", Value::String(large))
        .await;
    answer.expect_problem(413, "too-large");
}

/// Says exactly this to the shop.
fn raw(shop: &Shop, request: &str) -> String {
    let address = shop.url().socket_addrs(|| None).unwrap()[0];
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_folder_has_one_shop() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(folder.path(), &[]);
    let second = comptoir()
        .args(["--port", "0", "--data", text(folder.path())])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(2));
    let error = String::from_utf8(second.stderr).unwrap();
    let pid = shop.announcement["pid"].to_string();
    assert!(
        error.contains(&format!("in use by process {pid}")),
        "{error}"
    );

    // Ctrl-C is as good as SIGTERM.
    shop.signal("INT");
    assert!(shop.wait().success());
    assert!(!folder.path().join("comptoir.json").exists());
}

#[test]
fn a_port_that_is_taken_is_named_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = comptoir()
        .args(["--port", &port, "--data", text(folder.path())])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(&port) && error.contains("--port"), "{error}");
}

#[test]
fn a_server_that_does_not_answer_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let output = comptoir()
        .args(["--port", "0", "--data", text(folder.path())])
        .args(["--database-url", "postgres://me:hush@127.0.0.1:1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("127.0.0.1:1") && error.contains("--database-url"),
        "{error}"
    );
    assert!(!error.contains("hush"), "{error}");
}

#[tokio::test]
async fn a_server_keeps_the_data_instead() {
    let folder = tempfile::tempdir().unwrap();
    let url = database_url();
    let prefix = format!("shop_{}", Uuid::now_v7().simple());
    let arguments = ["--database-url", &url, "--database-prefix", &prefix];
    let shop = Shop::open(folder.path(), &arguments);
    let client = shop.client();
    let product = product(&client, 5).await;
    let customer = sign_up(&client).await.client;
    let method = card(&customer, CARD).await;
    put_into_cart(&customer, &product, 2).await;
    check_out(&customer, "first", &method).await.expect(201);
    audit(&["--data", text(folder.path()), "--wait", "30"]);
    assert!(shop.stop().success());
    audit(&arguments);

    let output = run_audit(&["--data", text(folder.path())]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--database-url"), "{error}");

    let mut connection = PgConnection::connect(&url).await.unwrap();
    for owner in ["auth", "catalog", "cart", "payment", "order"] {
        let drop = format!("drop database {prefix}_{owner} with (force)");
        connection.execute(AssertSqlSafe(drop)).await.unwrap();
    }
}
