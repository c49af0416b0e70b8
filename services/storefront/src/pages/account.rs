//! The member's account: name, addresses, cards, password, sessions.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
