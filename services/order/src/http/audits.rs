//! What auditors tell, and what staff see of it.

use actix_web::{get, put, web};
use chrono::{DateTime, Utc};
use identity::{Peer, Scope, Staff};
use problem::{Details, Problem, Valid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::paging::limit;
use crate::{
    State,
    audits::{self, Audit, NewAudit},
    store,
};

/// How many audits.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Last {
    /// 1 to 100; 10 where nothing is said.
    limit: Option<u8>,
}

/// The last audits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Audits {
    /// Newest first.
    items: Vec<Audit>,
}

/// An audit is on record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recorded {
    /// Its id.
    id: Uuid,
    /// Since when.
    recorded_at: DateTime<Utc>,
}

/// Records what an audit found, once for each id. Needs a service token for `audits`.
#[utoipa::path(
    operation_id = "record_audit",
    tag = "internal",
    params(("id" = Uuid, Path)),
    request_body = NewAudit,
    responses(
        (status = OK, body = Recorded),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[put("/internal/audits/{id}")]
pub(crate) async fn record(
    peer: Peer,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    new: Valid<NewAudit>,
) -> Result<web::Json<Recorded>, Problem> {
    peer.require(Scope::Audits)?;
    let recorded_at = audits::record(&state, *id, &new).await?;
    Ok(web::Json(Recorded {
        id: *id,
        recorded_at,
    }))
}

/// What the last audits found, newest first. Staff only.
#[utoipa::path(
    operation_id = "list_audits",
    tag = "staff",
    params(Last),
    responses(
        (status = OK, body = Audits),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/admin/audits")]
pub(crate) async fn list(
    _: Staff,
    state: web::Data<State>,
    asked: web::Query<Last>,
) -> Result<web::Json<Audits>, Problem> {
    let limit = limit(asked.limit.or(Some(10)))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let items = store::audits::last(&state.pool, limit).await?;
    Ok(web::Json(Audits { items }))
}
