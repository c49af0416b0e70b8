//! What Kubernetes and Prometheus ask for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, get, http::StatusCode, web};
use identity::Identity;
use problem::Problem;
use sqlx::PgPool;
use telemetry::Metrics;

/// What must hold before a service takes traffic. Other services are not asked: one that is down must
/// not take the rest with it.
pub(crate) struct Ready {
    pub(crate) database: Option<PgPool>,
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) stopping: Arc<AtomicBool>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(live).service(ready).service(metrics);
}

#[get("/health/live")]
async fn live() -> &'static str {
    "ok"
}

#[get("/health/ready")]
async fn ready(ready: web::Data<Ready>) -> Result<&'static str, Problem> {
    if ready.stopping.load(Ordering::Acquire) {
        return Err(not_ready("stopping"));
    }
    if ready.identity.as_ref().is_some_and(|it| !it.is_current()) {
        return Err(not_ready("keys and revocations are not loaded yet"));
    }
    if let Some(pool) = &ready.database {
        let answer = tokio::time::timeout(
            Duration::from_secs(2),
            sqlx::query("select 1").execute(pool),
        );
        match answer.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database does not answer");
                return Err(not_ready("the database does not answer"));
            }
            Err(_elapsed) => return Err(not_ready("the database is too slow")),
        }
    }
    Ok("ok")
}

fn not_ready(why: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready").detail(why)
}

#[get("/metrics")]
async fn metrics(metrics: web::Data<Metrics>) -> Result<HttpResponse, Problem> {
    let text = metrics.render().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text))
}
