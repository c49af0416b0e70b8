//! From a cart to an order: address, card, review, one click.

use actix_web::web;

pub(super) fn routes(_app: &mut web::ServiceConfig) {}
