//! Every component, on one page.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
