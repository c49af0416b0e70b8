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
use sqlx::{Connection as _, PgConnection, PgPool};
use telemetry::{BUILD, Metrics};
use tokio::{task::AbortHandle, time::timeout};

/// What must hold before a service takes traffic. Other services are not asked: one that is down must
/// not take the rest with it.
pub(crate) struct Ready {
    pub(crate) database: Option<PgPool>,
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) stopping: Arc<AtomicBool>,
    /// The server for requests.
    pub(crate) server: AbortHandle,
}

/// How long the pool may take to answer, and after it a connection of our own: together no longer than a probe
/// of Kubernetes waits.
const PATIENCE: Duration = Duration::from_millis(900);

impl Ready {
    /// Why the service takes no traffic, if it takes none.
    async fn check(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Acquire) {
            return Err("stopping");
        }
        if self.server.is_finished() {
            return Err(ENDED);
        }
        if self.identity.as_ref().is_some_and(|it| !it.is_current()) {
            return Err("keys and revocations are not loaded yet");
        }
        if let Some(pool) = &self.database {
            match answers(pool).await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::warn!(%error, "the database does not answer");
                    return Err("the database does not answer");
                }
                None => return Err("the database is too slow"),
            }
        }
        Ok(())
    }
}

const ENDED: &str = "the server for requests has ended";

/// What the database says; none if it says nothing in time.
///
/// While requests hold all connections, it is asked on one of its own: a service that has much to do is not to
/// lose its share to others, who would soon have too much to do themselves. Not so where there is one connection
/// at most, as the embedded database has no other.
async fn answers(pool: &PgPool) -> Option<Result<(), sqlx::Error>> {
    let most = pool.options().get_max_connections();
    let answer = timeout(PATIENCE, sqlx::query("select 1").execute(pool)).await;
    match answer {
        Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_)
            if most > 1 && pool.size() >= most && pool.num_idle() == 0 =>
        {
            timeout(PATIENCE, answers_apart(pool)).await.ok()
        }
        Ok(answer) => Some(answer.map(|_| ())),
        Err(_elapsed) => None,
    }
}

async fn answers_apart(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    connection.ping().await?;
    connection.close().await
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

/// A server that has ended does not come back in this process.
#[get("/health/live")]
async fn live(readiness: web::Data<Ready>) -> Result<&'static str, Problem> {
    let stopping = readiness.stopping.load(Ordering::Acquire);
    if readiness.server.is_finished() && !stopping {
        return Err(
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-live", "Not live").detail(ENDED),
        );
    }
    Ok("ok")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_service_whose_server_has_ended_is_not_ready() {
        let server = tokio::spawn(std::future::ready(()));
        let readiness = Ready {
            database: None,
            identity: None,
            stopping: Arc::default(),
            server: server.abort_handle(),
        };
        assert_eq!(readiness.check().await, Ok(()));
        server.await.unwrap();
        assert_eq!(readiness.check().await, Err(ENDED));
    }
}
