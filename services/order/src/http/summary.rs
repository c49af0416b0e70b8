//! The staff's figures.

use actix_web::{get, web};
use identity::Staff;
use problem::{Details, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    State,
    error::OrderError,
    store,
    summary::{Summary, is_zone_name},
};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// Whose midnights divide them: an IANA time zone, as in `Europe/Paris`; UTC where nothing is said.
    zone: Option<String>,
    /// How many, 1 to 90; 14 where nothing is said.
    days: Option<u8>,
}

/// How many orders and returns there are, and what was sold and given back day by day. Staff only.
#[utoipa::path(
    operation_id = "summarise",
    tag = "staff",
    params(Days),
    responses(
        (status = OK, body = Summary),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/orders/admin/summary")]
pub(crate) async fn show(
    _: Staff,
    state: web::Data<State>,
    asked: web::Query<Days>,
) -> Result<web::Json<Summary>, Problem> {
    let zone = asked.zone.as_deref().unwrap_or("UTC");
    if !is_zone_name(zone) {
        return Err(OrderError::UnknownZone.into());
    }
    let days = match asked.days.unwrap_or(14) {
        days @ 1..=90 => i32::from(days),
        _ => return Err(Problem::invalid("days must be 1 to 90")),
    };
    Ok(web::Json(Summary {
        by_status: store::summary::by_status(&state.pool).await?,
        returns_by_state: store::summary::by_state(&state.pool).await?,
        days: store::summary::days(&state.pool, zone, days).await?,
    }))
}
