//! The metrics of the whole shop: they are as the reference says, all there from the start, and bounded.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use support::*;
use testkit::Client;
use tokio::time::sleep;
use uuid::Uuid;

/// Labels whose values come up by and by, and what they may be.
const GROWING: [(&str, &str, &str); 6] = [
    ("audit_violations", "invariant", "as in `I1`"),
    ("build_info", "revision", "the commit, where it is known"),
    ("build_info", "version", "the release"),
    ("http_request_duration_seconds", "method", "of HTTP"),
    (
        "http_request_duration_seconds",
        "route",
        "the template, as in `/api/orders/{id}`",
    ),
    ("http_request_duration_seconds", "status", "of HTTP"),
];

/// More series than all services have together after everything below, and less than one for each request
/// or customer would soon be.
const MOST_SERIES: usize = 2600;

/// What a scrape of all services tells of one metric.
#[derive(Debug, Default, PartialEq)]
struct Metric {
    kind: String,
    help: String,
    services: BTreeSet<String>,
    labels: BTreeMap<String, BTreeSet<String>>,
}

type Metrics = BTreeMap<String, Metric>;

async fn scrape(shop: &Shop) -> String {
    let mut all = String::new();
    for (_, service) in shop.announcement["services"].as_object().unwrap() {
        let url = service["management_url"].as_str().unwrap().parse().unwrap();
        let answer = Client::new(&url).get("/metrics").await.expect(200);
        all.push_str(answer.body.as_str().unwrap());
    }
    all
}

fn samples(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|it| !it.starts_with('#'))
}

fn parse(text: &str) -> Metrics {
    let mut metrics = Metrics::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("# HELP ") {
            let (name, help) = line.split_once(' ').unwrap();
            let metric = metrics.entry(name.to_owned()).or_default();
            assert!(metric.help.is_empty() || metric.help == help, "{name}");
            metric.help = help.to_owned();
        } else if let Some(line) = line.strip_prefix("# TYPE ") {
            let (name, kind) = line.split_once(' ').unwrap();
            metrics.get_mut(name).unwrap().kind = kind.to_owned();
        } else {
            let name = &line[..line.find(['{', ' ']).unwrap()];
            let parts = ["_bucket", "_sum", "_count"];
            let family = parts.iter().find_map(|it| name.strip_suffix(it));
            let family = family.filter(|it| metrics.contains_key(*it));
            let metric = metrics.get_mut(family.unwrap_or(name)).unwrap();
            for (label, value) in labels(line) {
                match label.as_str() {
                    "le" => {}
                    "service" => drop(metric.services.insert(value)),
                    _ => drop(metric.labels.entry(label).or_default().insert(value)),
                }
            }
        }
    }
    metrics
}

/// The labels of a sample. No value of ours needs an escape.
fn labels(sample: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let (_, mut rest) = sample.split_once('{').unwrap();
    while let Some((label, more)) = rest.split_once("=\"") {
        let (value, more) = more.split_once('"').unwrap();
        assert!(!value.ends_with('\\'), "{sample}");
        labels.push((label.trim_start_matches(',').to_owned(), value.to_owned()));
        rest = more;
    }
    labels
}

fn table(metrics: &Metrics) -> String {
    let every: BTreeSet<_> = metrics["build_info"].services.clone();
    let mut table = "| metric | type | | labels | services |\n|---|---|---|---|---|\n".to_owned();
    for (name, metric) in metrics {
        let labels = metric.labels.iter().map(|(label, values)| {
            let grows = GROWING
                .iter()
                .find(|it| (it.0, it.1) == (name.as_str(), label));
            match grows {
                Some((_, _, what)) => format!("`{label}`: {what}"),
                None => format!("`{label}`: {}", quoted(values)),
            }
        });
        let services = if metric.services == every {
            "all".to_owned()
        } else {
            let services: Vec<_> = metric.services.iter().map(String::as_str).collect();
            services.join(", ")
        };
        writeln!(
            table,
            "| `{name}` | {} | {} | {} | {services} |",
            metric.kind,
            metric.help,
            labels.collect::<Vec<_>>().join("; "),
        )
        .unwrap();
    }
    table
}

fn quoted(values: &BTreeSet<String>) -> String {
    let quoted: Vec<_> = values.iter().map(|it| format!("`{it}`")).collect();
    quoted.join(", ")
}

/// The bounded labels of all metrics, with their values.
fn bounded(metrics: &Metrics) -> BTreeMap<(&str, &str), &BTreeSet<String>> {
    let all = metrics.iter().flat_map(|(name, metric)| {
        let labels = metric.labels.iter();
        labels.map(move |(label, values)| ((name.as_str(), label.as_str()), values))
    });
    all.filter(|((name, label), _)| !GROWING.iter().any(|it| (it.0, it.1) == (*name, *label)))
        .collect()
}

/// A customer with a card that is declined and one that is not, and somebody who tries paths that are none.
async fn trade(shop: &Client, nobody: &str) {
    let product = product(shop, 5).await;
    let customer = sign_up(shop).await.client;
    put_into_cart(&customer, &product, 1).await;
    let declined = card(&customer, DECLINED_CARD).await;
    let answer = check_out(&customer, "declined", &declined).await;
    answer.expect(402);
    let method = card(&customer, CARD).await;
    let order = check_out(&customer, "paid", &method).await.expect(201);
    let cancel = format!("/api/orders/{}/cancel", order.text("/id"));
    eventually(&customer, "/api/cart", |it| it["items"] == json!([])).await;
    customer.post(&cancel, json!({})).await.expect(200);

    let wrong = json!({ "email": format!("{nobody}@example.com"), "password": nobody });
    shop.post("/api/auth/login", wrong).await.expect(401);
    for path in [
        format!("/{nobody}"),
        format!("/products/{nobody}"),
        format!("/products?q={nobody}"),
        format!("/assets/{nobody}.css"),
        format!("/api/{nobody}"),
        format!("/api/orders/{nobody}"),
        format!("/api/catalog/products/{nobody}"),
        format!("/api/catalog/images/{nobody}.svg"),
        format!("/api/cart/items/{nobody}"),
        format!("/api/payments/methods/{nobody}"),
    ] {
        for method in ["GET", "DELETE", "OPTIONS", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let _ = customer.send(method, &path, None).await;
        }
    }
}

#[tokio::test]
async fn metrics_are_as_the_reference_says_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(folder.path(), &["--audit-every", "10"]);
    let before = scrape(&shop).await;

    let nobody = Uuid::now_v7().to_string();
    let visitor = shop.client();
    visitor.get("/").await.expect(200);
    trade(&visitor, &nobody).await;
    let started = Instant::now();
    let mut after = scrape(&shop).await;
    while !after.contains("audit_violations{") {
        assert!(started.elapsed() < Duration::from_secs(90), "no audit");
        sleep(Duration::from_millis(100)).await;
        after = scrape(&shop).await;
    }

    // Nothing of a request has become a label.
    assert!(!after.contains(&nobody), "{after}");
    assert!(!after.contains("example.com"), "{after}");
    assert!(!after.contains("BREW"), "{after}");
    let id = |value: &str| Uuid::try_parse(value).is_ok();
    for sample in samples(&after) {
        let parts = labels(sample).into_iter().map(|it| it.1);
        let ids = parts.filter(|it| it.split('/').any(id));
        assert_eq!(ids.count(), 0, "{sample}");
    }
    let series = samples(&after).count();
    println!("{series} series");
    assert!(series <= MOST_SERIES, "{series}");

    // What happens is counted in series that were there before.
    let (before, after) = (parse(&before), parse(&after));
    assert_eq!(bounded(&before), bounded(&after));

    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/metrics.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (head, rest) = text.split_once("writes this table -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end -->").unwrap();
    let table = table(&after);
    let text = format!("{head}writes this table -->\n{table}<!-- end -->{tail}");
    testkit::assert_committed(&page, text.trim_end());
}
