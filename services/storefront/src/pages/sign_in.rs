//! Opening an account, signing in and out.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
