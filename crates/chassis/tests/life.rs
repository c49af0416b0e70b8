//! The life of a service: ready, draining, stopped; and its workers.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, get, web};
use chassis::{Http, Parts, Progress, Running};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::json;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use telemetry::{BUILD, Metrics};
use testkit::{Authority, Client};
use tokio::{net::TcpStream, sync::Notify};
use tokio_util::sync::CancellationToken;

#[utoipa::path]
#[get("/api/demo/slow")]
async fn slow() -> HttpResponse {
    tokio::time::sleep(Duration::from_millis(300)).await;
    HttpResponse::Ok().json("done")
}

#[utoipa::path]
#[get("/api/demo/asleep")]
async fn asleep(database: web::Data<PgPool>) -> HttpResponse {
    let thread = std::thread::current().id();
    match sqlx::query("select pg_sleep(0.3)")
        .execute(database.get_ref())
        .await
    {
        Ok(_) => HttpResponse::Ok().json(format!("{thread:?}")),
        Err(error) => HttpResponse::InternalServerError().json(error.to_string()),
    }
}

#[utoipa::path]
#[get("/api/demo/panic")]
async fn panic() -> HttpResponse {
    panic!("as the test asks")
}

fn start(identity: Option<Arc<identity::Identity>>) -> Running {
    start_with(identity, None)
}

fn start_with(identity: Option<Arc<identity::Identity>>, database: Option<PgPool>) -> Running {
    let pool = database.clone().map(web::Data::new);
    let parts = Parts {
        metrics: Metrics::new("demo").unwrap(),
        identity,
        database,
        stop: CancellationToken::new(),
    };
    let http = Http::<8099> {
        workers: 2,
        ..Http::loopback()
    };
    chassis::serve(&http, parts, move |app| {
        app.service(slow).service(asleep).service(panic);
        if let Some(pool) = &pool {
            app.app_data(pool.clone());
        }
    })
    .unwrap()
}

#[tokio::test]
async fn probes_and_metrics_are_on_the_management_port_only() {
    let service = start(None);
    let public = Client::new(service.url());
    let management = Client::new(service.management_url());
    for path in ["/health", "/health/live", "/health/ready", "/metrics"] {
        management.get(path).await.expect(200);
        public.get(path).await.expect_problem(404, "no-such-route");
    }
    let document = public.get("/api/demo/openapi.json").await.expect(200);
    assert!(document.body["paths"]["/api/demo/slow"].is_object());
    assert_eq!(document.headers["x-content-type-options"], "nosniff");
    service.stop().await.unwrap();
}

async fn metrics(service: &Running) -> String {
    let metrics = Client::new(service.management_url()).get("/metrics").await;
    metrics.body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn metrics_name_routes_and_methods_that_exist() {
    let service = start(None);
    let public = Client::new(service.url());
    public.get("/api/demo/slow").await.expect(200);
    public.get("/nowhere/4242").await.expect(404);
    let invented = Method::from_bytes(b"BREW").unwrap();
    let refused = public.send(invented, "/api/demo/slow", None).await;
    refused.expect(404);
    let metrics = metrics(&service).await;
    for labels in [
        r#"method="GET",route="/api/demo/slow""#,
        r#"method="GET",route="unmatched""#,
        r#"method="_OTHER",route="/api/demo/slow""#,
    ] {
        assert!(metrics.contains(labels), "no {labels} in {metrics}");
    }
    assert!(!metrics.contains("4242"), "{metrics}");
    assert!(!metrics.contains("BREW"), "{metrics}");
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_and_measured() {
    let service = start(None);
    let answer = Client::new(service.url()).get("/api/demo/panic").await;
    answer.expect_problem(500, "internal");
    let metrics = metrics(&service).await;
    let labels = r#"method="GET",route="/api/demo/panic",status="500""#;
    assert!(metrics.contains(labels), "{metrics}");
    service.stop().await.unwrap();
}

#[tokio::test]
async fn metrics_tell_what_was_built() {
    let service = start(None);
    let metrics = metrics(&service).await;
    let info = format!(
        r#"build_info{{revision="{}",version="{}",service="demo"}} 1"#,
        BUILD.revision.unwrap_or_default(),
        env!("CARGO_PKG_VERSION"),
    );
    let committed_at = format!(
        r#"build_commit_timestamp_seconds{{service="demo"}} {}"#,
        BUILD.committed_at.unwrap_or_default()
    );
    for line in [info, committed_at] {
        assert!(metrics.lines().any(|it| it == line), "{line}: {metrics}");
    }
    service.stop().await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn metrics_show_the_connections_of_the_pool(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPoolOptions::new().max_connections(3);
    let pool = pool.connect_with(options).await.unwrap();
    let service = start_with(None, Some(pool.clone()));
    let shows = async |busy: u32, idle: u32| {
        let metrics = metrics(&service).await;
        for line in [
            format!(r#"database_connections{{state="busy",service="demo"}} {busy}"#),
            format!(r#"database_connections{{state="idle",service="demo"}} {idle}"#),
            r#"database_connections_max{service="demo"} 3"#.to_owned(),
        ] {
            assert!(metrics.contains(&line), "no {line} in {metrics}");
        }
    };
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    shows(2, 0).await;
    first.close().await.unwrap();
    shows(1, 0).await;
    // A connection that is let go comes back by itself, a little later.
    drop(second);
    while pool.num_idle() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shows(0, 1).await;
    service.stop().await.unwrap();
}

#[tokio::test]
async fn requests_under_way_are_counted() {
    let service = start(None);
    let in_flight = async || {
        let metrics = metrics(&service).await;
        let line = metrics
            .lines()
            .find_map(|it| it.strip_prefix(r#"http_requests_in_flight{service="demo"} "#));
        line.unwrap().to_owned()
    };
    assert_eq!(in_flight().await, "0");
    let public = Client::new(service.url());
    let request = tokio::spawn(async move { public.get("/api/demo/slow").await.expect(200) });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(in_flight().await, "1");
    request.await.unwrap();
    assert_eq!(in_flight().await, "0");
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_is_not_ready_before_it_knows_who_signed_out() {
    let identity = Arc::new(identity::Identity::new("demo"));
    let service = start(Some(identity.clone()));
    let management = Client::new(service.management_url());
    management
        .get("/health/ready")
        .await
        .expect_problem(503, "not-ready");
    management.get("/health/live").await.expect(200);

    identity.set_current();
    management.get("/health/ready").await.expect(200);
    service.stop().await.unwrap();
}

#[tokio::test]
async fn health_tells_what_runs_and_answers_also_while_the_service_is_not_ready() {
    let before = Utc::now();
    let identity = Arc::new(identity::Identity::new("demo"));
    let service = start(Some(identity.clone()));
    let management = Client::new(service.management_url());
    let waiting = management.get("/health").await.expect(200).body;
    let started_at: DateTime<Utc> = waiting["started_at"].as_str().unwrap().parse().unwrap();
    assert!((before..=Utc::now()).contains(&started_at));
    let mut expected = json!({
        "service": "demo",
        "version": env!("CARGO_PKG_VERSION"),
        "revision": BUILD.revision,
        "started_at": waiting["started_at"],
        "ready": false,
        "reason": "keys and revocations are not loaded yet",
    });
    assert_eq!(waiting, expected);

    identity.set_current();
    expected["ready"] = json!(true);
    expected["reason"] = json!(null);
    let ready = management.get("/health").await.expect(200).body;
    assert_eq!(ready, expected);
    service.stop().await.unwrap();
}

#[tokio::test]
async fn health_says_why_the_database_keeps_a_service_from_being_ready() {
    let nowhere = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(100))
        .connect_lazy("postgres://nobody@127.0.0.1:9/nothing")
        .unwrap();
    let service = start_with(None, Some(nowhere));
    let management = Client::new(service.management_url());
    let health = management.get("/health").await.expect(200);
    let probe = management
        .get("/health/ready")
        .await
        .expect_problem(503, "not-ready");
    assert_eq!(health.body["ready"], false);
    assert_eq!(health.text("/reason"), "the database does not answer");
    assert_eq!(health.text("/reason"), probe.text("/detail"));
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_service_stops() {
    let service = start(Some(Authority::over("demo").identity()));
    let public = Client::new(service.url());
    let request = tokio::spawn(async move { public.get("/api/demo/slow").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    service.stop().await.unwrap();
    request.await.unwrap().expect(200);
}

#[sqlx::test(migrations = false)]
async fn a_service_whose_connections_are_all_busy_is_ready_as_long_as_the_database_is_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = PgPoolOptions::new().max_connections(2);
    let pool = pool.connect_with(options.clone()).await.unwrap();
    let service = start_with(None, Some(pool.clone()));
    let management = Client::new(service.management_url());
    let busy = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    management.get("/health/ready").await.expect(200);

    let close = format!(
        r#"alter database "{}" allow_connections false"#,
        options.get_database().unwrap()
    );
    let mut elsewhere = PgConnection::connect_with(&options.database("postgres"))
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(close))
        .execute(&mut elsewhere)
        .await
        .unwrap();
    let probe = management.get("/health/ready").await;
    probe.expect_problem(503, "not-ready");
    drop(busy);
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_dropped_no_longer_listens() {
    let service = start(None);
    let urls = [service.url().clone(), service.management_url().clone()];
    drop(service);
    for url in urls {
        let gone = async || {
            while TcpStream::connect(url.authority()).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let limit = Duration::from_secs(5);
        tokio::time::timeout(limit, gone()).await.unwrap();
    }
}

#[tokio::test]
async fn a_worker_begins_no_step_while_requests_are_finished() {
    let service = start(None);
    let (stopping, late) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (is_stopping, counted) = (stopping.clone(), late.clone());
    service.worker(
        "demo",
        Duration::from_secs(3600),
        Arc::default(),
        move || {
            counted.fetch_add(is_stopping.load(Ordering::SeqCst).into(), Ordering::SeqCst);
            async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok(Progress::More)
            }
        },
    );
    let under_way = r#"http_requests_in_flight{service="demo"} 1"#;
    let request = loop {
        let public = Client::new(service.url());
        let request = tokio::spawn(async move { public.get("/api/demo/slow").await });
        while !request.is_finished() && !metrics(&service).await.contains(under_way) {}
        if !request.is_finished() {
            break request;
        }
    };
    stopping.store(true, Ordering::SeqCst);
    service.stop().await.unwrap();
    request.await.unwrap().expect(200);
    assert_eq!(late.load(Ordering::SeqCst), 0);
}

#[sqlx::test(migrations = false)]
async fn a_connection_to_the_database_outlives_the_thread_that_opened_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = PgPoolOptions::new().max_connections(1);
    let service = start_with(None, Some(pool.connect_lazy_with(options)));
    let thread_of =
        async |client: &Client| client.get("/api/demo/asleep").await.expect(200).text("");
    let opener = Client::new(service.url());
    let thread = thread_of(&opener).await;
    let mut other = Client::new(service.url());
    while thread_of(&other).await == thread {
        other = Client::new(service.url());
    }
    drop(opener);
    let under_way = tokio::spawn(async move { other.get("/api/demo/asleep").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    service.stop().await.unwrap();
    under_way.await.unwrap().expect(200);
}

#[tokio::test]
async fn a_worker_goes_on_while_there_is_more_and_waits_to_be_woken() {
    let service = start(None);
    let steps = Arc::new(AtomicUsize::new(0));
    let wake = Arc::new(Notify::new());
    let counted = steps.clone();
    service.worker("demo", Duration::from_secs(3600), wake.clone(), move || {
        let step = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match step {
                0..3 => Ok(Progress::More),
                3 => Err(anyhow::anyhow!("a step that fails does not end the worker")),
                4 => panic!("nor does one that panics"),
                _ => Ok(Progress::Idle),
            }
        }
    });
    let reached = async |count: usize| {
        while steps.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let limit = Duration::from_secs(5);
    tokio::time::timeout(limit, reached(4)).await.unwrap();
    wake.notify_one();
    tokio::time::timeout(limit, reached(5)).await.unwrap();
    wake.notify_one();
    tokio::time::timeout(limit, reached(6)).await.unwrap();
    let text = metrics(&service).await;
    for line in [
        r#"worker_steps_total{outcome="done",worker="demo",service="demo"} 3"#,
        r#"worker_steps_total{outcome="failed",worker="demo",service="demo"} 2"#,
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
    let at = text.lines().find_map(|it| {
        it.strip_prefix(r#"worker_last_success_timestamp_seconds{worker="demo",service="demo"} "#)
    });
    let at: i64 = at.unwrap().parse().unwrap();
    assert!((Utc::now().timestamp() - at) <= 5, "{at}");
    service.stop().await.unwrap();
    let when_stopped = steps.load(Ordering::SeqCst);
    wake.notify_one();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(steps.load(Ordering::SeqCst), when_stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_can_ask_whether_the_service_in_it_is_ready() {
    let asked = |url: &url::Url| {
        let listen = url.authority().to_owned();
        let arguments = ["demo", "healthcheck", "--management-listen", &listen];
        chassis::healthcheck::<8099>(arguments.map(Into::into)).unwrap()
    };
    let identity = Arc::new(identity::Identity::new("demo"));
    let service = start(Some(identity.clone()));
    let management = service.management_url().clone();
    let error = asked(&management).unwrap_err().to_string();
    assert!(error.contains("503"), "{error}");
    identity.set_current();
    asked(&management).unwrap();
    service.stop().await.unwrap();
    let error = asked(&management).unwrap_err().to_string();
    assert!(error.starts_with("nobody listens"), "{error}");
}

#[test]
fn any_other_command_line_is_no_check() {
    for arguments in [&["demo"][..], &["demo", "--listen", "healthcheck"]] {
        let arguments = arguments.iter().map(Into::into);
        assert!(chassis::healthcheck::<8099>(arguments).is_none());
    }
}
