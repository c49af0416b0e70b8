//! What Kubernetes and Prometheus ask for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, get, http::StatusCode, web};
use chrono::{DateTime, Utc};
use identity::Identity;
use problem::Problem;
use serde::Serialize;
use sqlx::PgPool;
use telemetry::{BUILD, Metrics};

/// What must hold before a service takes traffic. Other services are not asked: one that is down must
/// not take the rest with it.
pub(crate) struct Ready {
    pub(crate) database: Option<PgPool>,
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) stopping: Arc<AtomicBool>,
}

impl Ready {
    /// Why the service takes no traffic, if it takes none.
    async fn check(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Acquire) {
            return Err("stopping");
        }
        if self.identity.as_ref().is_some_and(|it| !it.is_current()) {
            return Err("keys and revocations are not loaded yet");
        }
        if let Some(pool) = &self.database {
            let answer = tokio::time::timeout(
                Duration::from_secs(2),
                sqlx::query("select 1").execute(pool),
            );
            match answer.await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the database does not answer");
                    return Err("the database does not answer");
                }
                Err(_elapsed) => return Err("the database is too slow"),
            }
        }
        Ok(())
    }
}

/// Which service this is, and since when.
pub(crate) struct About {
    pub(crate) service: String,
    pub(crate) started_at: DateTime<Utc>,
}

/// What runs, for people and dashboards. It is information and no probe: the answer is 200 also while the
/// service is not ready.
#[derive(Serialize)]
struct Health<'a> {
    service: &'a str,
    version: &'static str,
    /// The commit that was built; null where the build was not told.
    revision: Option<&'static str>,
    started_at: DateTime<Utc>,
    ready: bool,
    /// Why it is not ready; null while it is.
    reason: Option<&'static str>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(health)
        .service(live)
        .service(ready)
        .service(metrics);
}

#[get("/health/live")]
async fn live() -> &'static str {
    "ok"
}

#[get("/health/ready")]
async fn ready(ready: web::Data<Ready>) -> Result<&'static str, Problem> {
    match ready.check().await {
        Ok(()) => Ok("ok"),
        Err(why) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready").detail(why))
        }
    }
}

#[get("/health")]
async fn health(about: web::Data<About>, readiness: web::Data<Ready>) -> HttpResponse {
    let reason = readiness.check().await.err();
    HttpResponse::Ok().json(Health {
        service: &about.service,
        version: BUILD.version,
        revision: BUILD.revision,
        started_at: about.started_at,
        ready: reason.is_none(),
        reason,
    })
}

#[get("/metrics")]
async fn metrics(metrics: web::Data<Metrics>) -> Result<HttpResponse, Problem> {
    let text = metrics.render().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text))
}
