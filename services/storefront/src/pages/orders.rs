//! What was ordered: history, details, cancelling, sending back.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
