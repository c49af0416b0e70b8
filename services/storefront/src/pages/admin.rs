//! The back office, for staff.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
