//! `comptoir load` against the shop in one process, with its books checked afterwards.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{path::Path, process::Output};

use serde_json::Value;
use support::*;

struct Run {
    output: Output,
    report: Value,
    page: String,
}

impl Run {
    fn count(&self, pointer: &str) -> u64 {
        self.report
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or(0)
    }
}

/// Small, since it is the journeys that are tested here and not the shop's speed: in a debug build, among other tests.
fn load(shop: &Shop, data: &Path, out: &Path, arguments: &[&str]) -> Run {
    let output = comptoir()
        .args(["load", "--target", shop.url().as_str(), "--data"])
        .arg(data)
        .arg("--out")
        .arg(out)
        .args([
            "--deadline",
            "60s",
            "--patience",
            "60s",
            "--max-lag",
            "1h",
            "--warm-up",
            "0s",
        ])
        .args(arguments)
        .env("COMPTOIR_STAFF_EMAIL", auth::demo::STAFF.email)
        .env("COMPTOIR_STAFF_PASSWORD", auth::demo::STAFF.password)
        .output()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_default();
    Run {
        output,
        report: serde_json::from_str(&read("report.json")).unwrap_or_default(),
        page: read("report.html"),
    }
}

#[test]
fn every_journey_goes_through_and_the_books_are_right_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("shop"), folder.path().join("out"));
    let shop = Shop::open(&data, &[]);
    let mix = "browse=1,abandon=1,purchase=4,returning=1,sign-in=1";
    let arguments = [
        "--stage",
        "6/s:5s",
        "--arrivals",
        "constant",
        "--mix",
        mix,
        "--customers",
        "24",
        "--restock",
        "500",
        "--declines",
        "25%",
        "--faults",
        "25%",
        "--slo",
        "errors<=0%",
        "--slo",
        "dropped<=0%",
    ];
    let run = load(&shop, &data, &out, &arguments);
    let text = String::from_utf8_lossy(&run.output.stdout);
    let wrong = String::from_utf8_lossy(&run.output.stderr);
    assert_eq!(run.output.status.code(), Some(0), "{text}{wrong}");

    assert_eq!(run.report["audit"]["result"], "clean");
    assert_eq!(run.report["verdict"], "good");
    let steps = [
        "categories",
        "search",
        "product",
        "add",
        "cart",
        "address",
        "tokenise",
        "checkout",
        "checkout-declined",
        "checkout-troubled",
        "order",
        "history",
        "sign-in",
    ];
    for step in steps {
        assert!(
            run.count(&format!("/steps/{step}/count")) > 0,
            "{step}:\n{text}"
        );
    }
    let ended = run.count("/outcomes/done") + run.count("/outcomes/declined");
    assert_eq!(ended, run.count("/stages/0/offered"), "{text}");
    assert!(run.count("/outcomes/declined") > 0, "{text}");
    assert!(run.page.contains("Audit: clean"));

    // The shop's own books have as many orders as customers were told of.
    let bought = ["checkout", "checkout-declined", "checkout-troubled"];
    let bought: u64 = bought
        .iter()
        .map(|it| run.count(&format!("/steps/{it}/count")))
        .sum();
    let books = audit(&["--data", data.to_str().unwrap(), "--wait", "30"]);
    assert!(
        books.contains(&format!("{bought} orders")),
        "{bought} in\n{books}"
    );
}

#[test]
fn in_a_sale_everybody_buys_the_same_product() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("shop"), folder.path().join("out"));
    let shop = Shop::open(&data, &[]);
    let arguments = [
        "--hot-sku",
        "--stage",
        "3/s:3s",
        "--mix",
        "purchase=1",
        "--customers",
        "12",
    ];
    let run = load(&shop, &data, &out, &arguments);
    let text = String::from_utf8_lossy(&run.output.stdout);
    assert_eq!(run.output.status.code(), Some(0), "{text}");
    let (added, bought) = (
        run.count("/steps/add/count"),
        run.count("/steps/checkout/count"),
    );
    assert!(
        bought > 0 && added == run.count("/journeys/purchase/count"),
        "{text}"
    );
}

#[test]
fn a_run_whose_books_nobody_could_check_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("shop"), folder.path().join("out"));
    let shop = Shop::open(&data, &[]);
    let elsewhere = folder.path().join("elsewhere");
    let run = load(&shop, &elsewhere, &out, &[]);
    let wrong = String::from_utf8_lossy(&run.output.stderr);
    assert_eq!(run.output.status.code(), Some(2), "{wrong}");
    assert!(wrong.contains("--no-audit"), "{wrong}");
    assert!(!out.exists());
}

#[test]
fn a_public_target_is_refused() {
    let output = comptoir()
        .args(["load", "--no-audit", "--target", "http://192.0.2.1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(wrong.contains("--i-own-this-target"), "{wrong}");
}
