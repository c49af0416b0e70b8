//! What an operator asks of a running process, and may change in it: on the management port, which no proxy
//! routes.

use std::time::Duration;

use actix_web::{HttpResponse, get, put, rt, web};
use problem::Problem;
use serde::Deserialize;
use telemetry::{ChangeError, Levels, Metrics, Recent};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(problem::query_config())
        .app_data(web::PayloadConfig::new(problem::BODY_LIMIT))
        .service(activity)
        .service(trace)
        .service(log)
        .service(put_log);
}

#[get("/activity")]
async fn activity(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().json(metrics.activity())
}

/// This service's spans of one trace. What is kept is not much, and none may be left.
#[get("/traces/{id}")]
async fn trace(metrics: web::Data<Metrics>, id: web::Path<String>) -> HttpResponse {
    let spans = Recent::of_process()
        .map(|it| it.trace(metrics.service(), &id))
        .unwrap_or_default();
    HttpResponse::Ok().json(serde_json::json!({ "items": spans }))
}

#[get("/log")]
async fn log() -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(levels()?.now()))
}

/// How long a change of the log lasts.
#[derive(Deserialize)]
struct Lasting {
    /// Until the process ends, without it.
    minutes: Option<u32>,
}

/// A day: who needs it for longer configures it.
const LONGEST: u32 = 24 * 60;

/// The filter is the whole body, as in `info,order=debug`.
#[put("/log")]
async fn put_log(filter: String, lasting: web::Query<Lasting>) -> Result<HttpResponse, Problem> {
    let minutes = lasting.minutes;
    if minutes.is_some_and(|it| it == 0 || it > LONGEST) {
        return Err(Problem::invalid("minutes is a number from 1 to 1440"));
    }
    let levels = levels()?;
    let lasting = minutes.map(|it| Duration::from_secs(u64::from(it) * 60));
    let now = levels
        .set(filter.trim(), lasting)
        .map_err(|error| match error {
            ChangeError::Syntax(_) => Problem::invalid(error.to_string()),
            ChangeError::Closed(_) => Problem::internal(error),
        })?;
    if let Some(lasting) = lasting {
        let change = now.clone();
        rt::spawn(async move {
            rt::time::sleep(lasting).await;
            if let Err(error) = levels.end(&change) {
                tracing::warn!(%error, "the log's filter stays");
            }
        });
    }
    Ok(HttpResponse::Ok().json(now))
}

/// Where nobody set up telemetry, as in most tests, there is nothing to change.
fn levels() -> Result<Levels, Problem> {
    Levels::of_process().ok_or_else(Problem::not_found)
}
