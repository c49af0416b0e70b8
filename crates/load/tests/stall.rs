//! Against a shop that stops answering for a second: what an open model shows and a closed one hides.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use load::{Args, Report};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    load: Args,
}

/// Answers everything as a catalog of two products does, except in the second that begins a second after the first
/// visitor: whoever asks then waits for its end.
#[derive(Clone, Default)]
struct Catalog {
    stalls_at: Arc<Mutex<Option<Instant>>>,
    asked_meanwhile: Arc<AtomicUsize>,
}

const STALL: Duration = Duration::from_secs(1);

impl Respond for Catalog {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let products =
            ["a", "b"].map(|it| json!({ "id": it, "slug": it, "name": it, "available": 9 }));
        let answer = ResponseTemplate::new(200).set_body_json(json!({ "items": products }));
        let now = Instant::now();
        let mut stalls_at = self.stalls_at.lock().unwrap();
        if request.url.path().ends_with("/categories") {
            stalls_at.get_or_insert(now + Duration::from_secs(1));
        }
        match *stalls_at {
            Some(begins) if now >= begins && now < begins + STALL => {
                self.asked_meanwhile.fetch_add(1, Ordering::Relaxed);
                answer.set_delay(begins + STALL - now)
            }
            _ => answer,
        }
    }
}

async fn run(catalog: &Catalog, arguments: &[&str], stop: &CancellationToken) -> Report {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(catalog.clone())
        .mount(&server)
        .await;
    let target = server.uri();
    let always = [
        "load",
        "--target",
        &target,
        "--mix",
        "browse=1",
        "--warm-up",
        "0s",
    ];
    let lag = if arguments.contains(&"--max-lag") {
        &[][..]
    } else {
        &["--max-lag", "1h"]
    };
    let args = Cli::parse_from(always.iter().chain(lag).chain(arguments));
    load::measure(&args.load, stop).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_came_during_the_stall_is_seen_to_have_waited() {
    let catalog = Catalog::default();
    let arguments = ["--stage", "50/s:4s", "--arrivals", "constant"];
    let never = CancellationToken::new();
    let mut report = run(&catalog, &arguments, &never).await;
    // Nobody stayed away because the shop was slow.
    assert!(report.offered() >= 199, "{report}");
    assert_eq!((report.ended(), report.failed()), (report.offered(), 0));
    assert!(catalog.asked_meanwhile.load(Ordering::Relaxed) >= 40);
    // A quarter came during the stall, and waited for up to a second: the tenth that waited longest did so for at
    // least 0.6 s.
    report.judge(&[
        "browse.p90>500ms".parse().unwrap(),
        "browse.max>900ms".parse().unwrap(),
    ]);
    assert_eq!(report.verdict.exit_code(), 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_model_asks_less_while_the_shop_stalls() {
    let catalog = Catalog::default();
    let arguments = ["--users", "2", "--for", "4s"];
    let report = run(&catalog, &arguments, &CancellationToken::new()).await;
    assert!(catalog.asked_meanwhile.load(Ordering::Relaxed) <= 2);
    assert!(report.ended() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_be_sent_is_counted_and_neither_sent_later_nor_forgotten() {
    let catalog = Catalog::default();
    let arguments = [
        "--stage",
        "50/s:4s",
        "--arrivals",
        "constant",
        "--in-flight",
        "5",
    ];
    let mut report = run(&catalog, &arguments, &CancellationToken::new()).await;
    assert!(report.offered() >= 199, "{report}");
    assert!(report.not_started() >= 30, "{report}");
    assert_eq!(report.ended() + report.not_started(), report.offered());
    report.judge(&["dropped<10%".parse().unwrap()]);
    assert_eq!(report.verdict.exit_code(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_late_makes_the_run_void() {
    // A timer of a millisecond's grain cannot be so early.
    let arguments = ["--stage", "20/s:1s", "--max-lag", "1us"];
    let mut report = run(&Catalog::default(), &arguments, &CancellationToken::new()).await;
    report.judge(&[]);
    assert_eq!(report.verdict.exit_code(), 3, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_ended_early_has_what_it_measured() {
    let (catalog, stop) = (Catalog::default(), CancellationToken::new());
    let first_visitor = async {
        while catalog.stalls_at.lock().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let arguments = ["--stage", "50/s:1h"];
    let (report, ()) = tokio::join!(run(&catalog, &arguments, &stop), first_visitor);
    assert!(report.ended_early && report.measured_seconds < 3600.0 && report.ended() > 0);
}
