//! What staff do to orders and returns. A deed that is not possible any more, since somebody else was
//! faster, shows the order as it is by now.

use actix_web::{HttpResponse, http::StatusCode, web};
use serde::Deserialize;
use upstream::Error;
use uuid::Uuid;

use super::{
    Wrong,
    order::{self, Left},
};
use crate::{
    failure::Failure,
    form::{Form, local_path},
    frame::go,
    services::order::Deed,
    visit::Visit,
};

/// A form of a button alone.
#[derive(Deserialize)]
pub(super) struct Button {
    /// Where to go afterwards; to the order where it is empty.
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
pub(super) struct Shipment {
    tracking_number: String,
    #[serde(default)]
    carrier: String,
}

#[derive(Deserialize)]
pub(super) struct Refusal {
    reason: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn pack(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let orders = &visit.services().order;
    let done = orders.fulfil(&token, *id, Deed::Pack).await;
    finish(&visit, &token, *id, done, "admin-packed", "").await
}

pub(super) async fn deliver(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let orders = &visit.services().order;
    let done = orders.fulfil(&token, *id, Deed::Deliver).await;
    finish(&visit, &token, *id, done, "admin-delivered", "").await
}

pub(super) async fn ship(
    visit: Visit,
    id: web::Path<Uuid>,
    form: Form<Shipment>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let Form(shipment) = form;
    let tracking_number = shipment.tracking_number.trim();
    let carrier = Some(shipment.carrier.trim()).filter(|it| !it.is_empty());
    let wrong = if tracking_number.is_empty() {
        Wrong::field("tracking_number")
    } else {
        let orders = &visit.services().order;
        let done = orders.ship(&token, *id, tracking_number, carrier).await;
        match done.as_ref().err().and_then(Wrong::of) {
            Some(wrong) => wrong,
            None => return finish(&visit, &token, *id, done, "admin-shipped", "").await,
        }
    };
    let left = Left {
        alert: visit.t("admin-form-again"),
        tracking_number: tracking_number.to_owned(),
        carrier: carrier.unwrap_or_default().to_owned(),
        wrong,
        ..Left::default()
    };
    order::again(&visit, &token, *id, StatusCode::UNPROCESSABLE_ENTITY, &left).await
}

pub(super) async fn approve(
    visit: Visit,
    path: web::Path<(Uuid, Uuid)>,
    form: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let (order, id) = path.into_inner();
    let done = visit.services().order.approve_return(&token, id).await;
    finish(&visit, &token, order, done, "admin-approved", &form.0.to).await
}

pub(super) async fn receive(
    visit: Visit,
    path: web::Path<(Uuid, Uuid)>,
    form: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let (order, id) = path.into_inner();
    let done = visit.services().order.receive_return(&token, id).await;
    finish(&visit, &token, order, done, "admin-received", &form.0.to).await
}

pub(super) async fn refuse(
    visit: Visit,
    path: web::Path<(Uuid, Uuid)>,
    form: Form<Refusal>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let (order, id) = path.into_inner();
    let Form(Refusal { reason, to }) = form;
    // One line: the service takes no control characters.
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if !reason.is_empty() {
        let orders = &visit.services().order;
        let done = orders.refuse_return(&token, id, &reason).await;
        if done.as_ref().err().and_then(Wrong::of).is_none() {
            return finish(&visit, &token, order, done, "admin-refused", &to).await;
        }
    }
    let left = Left {
        alert: visit.t("admin-form-again"),
        refusal: Some((id, reason)),
        ..Left::default()
    };
    order::again(
        &visit,
        &token,
        order,
        StatusCode::UNPROCESSABLE_ENTITY,
        &left,
    )
    .await
}

/// Where a deed leads to, done or not.
async fn finish(
    visit: &Visit,
    token: &str,
    order: Uuid,
    done: Result<(), Error>,
    notice: &str,
    to: &str,
) -> Result<HttpResponse, Failure> {
    let why_not = match done {
        Ok(()) => {
            visit.notify(notice);
            return Ok(match to {
                "" => go(&format!("/admin/orders/{order}")),
                to => go(local_path(to)),
            });
        }
        Err(error) if error.is("not-allowed-now") => "admin-not-allowed-now",
        Err(error) if error.is("stock-not-settled") => "admin-stock-not-settled",
        Err(error) => return Err(error.into()),
    };
    let left = Left {
        alert: visit.t(why_not),
        ..Left::default()
    };
    order::again(visit, token, order, StatusCode::CONFLICT, &left).await
}
