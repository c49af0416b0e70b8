//! The payment service's routes and their handlers.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use identity::{Caller, Peer, Scope};
use problem::{Details, Problem, Valid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    card::NewCard,
    error::PaymentError,
    method::Method,
    payment::{Intent, PaymentView, Payments},
    refund::{NewRefund, RefundView},
    store,
};

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.service(add_method)
        .service(list_methods)
        .service(delete_method)
        .service(pay)
        .service(cancel)
        .service(refund)
        .service(webhook);
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMethod {
    card: NewCard,
}

#[derive(Debug, Serialize, ToSchema)]
struct Methods {
    items: Vec<Method>,
}

/// Nothing: `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cancel {}

/// Adds a card.
///
/// Its number goes to the gateway, which answers with a token; the number and the cvc are kept nowhere.
/// Needs a user's access token.
#[utoipa::path(
    tag = "public",
    request_body = NewMethod,
    responses(
        (status = CREATED, body = Method),
        (status = CONFLICT, body = Details, content_type = "application/problem+json", description = "`too-many-payment-methods`"),
        (status = UNPROCESSABLE_ENTITY, body = Details, content_type = "application/problem+json", description = "`invalid-card`"),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[post("/api/payments/methods")]
async fn add_method(
    caller: Caller,
    payments: web::Data<Payments>,
    new: web::Json<NewMethod>,
) -> Result<HttpResponse, Problem> {
    let method = payments.add_method(caller.user, &new.card).await?;
    Ok(HttpResponse::Created().json(method))
}

/// Lists the caller's cards, newest first.
///
/// There are never more than twenty. Needs a user's access token.
#[utoipa::path(
    tag = "public",
    responses(
        (status = OK, body = Methods),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[get("/api/payments/methods")]
async fn list_methods(
    caller: Caller,
    payments: web::Data<Payments>,
) -> Result<web::Json<Methods>, Problem> {
    let items = store::methods_of(&payments.db, caller.user).await?;
    Ok(web::Json(Methods { items }))
}

/// Removes one of the caller's cards.
///
/// Payments that were made with it stay, and can still be refunded. Needs a user's access token.
#[utoipa::path(
    tag = "public",
    params(("id" = Uuid, Path)),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[delete("/api/payments/methods/{id}")]
async fn delete_method(
    caller: Caller,
    payments: web::Data<Payments>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    store::delete_method(&payments.db, caller.user, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Pays an order: authorises and captures.
///
/// The order's id is the idempotency key; ask again after a 503 `outcome-unknown`. Needs a service token of
/// scope `payments`.
#[utoipa::path(
    tag = "internal",
    params(("order_id" = Uuid, Path)),
    request_body = Intent,
    responses(
        (status = OK, body = PaymentView, description = "Final: captured, declined or cancelled"),
        (status = CONFLICT, body = Details, content_type = "application/problem+json", description = "`payment-mismatch`"),
        (status = UNPROCESSABLE_ENTITY, body = Details, content_type = "application/problem+json", description = "`unknown-payment-method`"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json", description = "`outcome-unknown`"),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[put("/internal/payments/{order_id}")]
async fn pay(
    peer: Peer,
    payments: web::Data<Payments>,
    order_id: web::Path<Uuid>,
    intent: Valid<Intent>,
) -> Result<web::Json<PaymentView>, Problem> {
    peer.require(Scope::Payments)?;
    let payment = payments.pay(*order_id, &intent).await?;
    Ok(web::Json(payment.into()))
}

/// Undoes the payment of an order, and refuses a late one.
///
/// By nothing, a void or a full refund of what is left; ask again after a 503 `outcome-unknown`. Needs a
/// service token of scope `payments`.
#[utoipa::path(
    tag = "internal",
    params(("order_id" = Uuid, Path)),
    request_body = Cancel,
    responses(
        (status = OK, body = PaymentView, description = "Cancelled"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json", description = "`outcome-unknown`"),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[post("/internal/payments/{order_id}/cancel")]
async fn cancel(
    peer: Peer,
    payments: web::Data<Payments>,
    order_id: web::Path<Uuid>,
    _body: web::Json<Cancel>,
) -> Result<web::Json<PaymentView>, Problem> {
    peer.require(Scope::Payments)?;
    let payment = payments.cancel(*order_id).await?;
    Ok(web::Json(payment.into()))
}

/// Gives back some of what was captured.
///
/// Once for each refund id; ask again after a 503 `outcome-unknown`. Needs a service token of scope
/// `payments`.
#[utoipa::path(
    tag = "internal",
    params(("order_id" = Uuid, Path), ("refund_id" = Uuid, Path)),
    request_body = NewRefund,
    responses(
        (status = OK, body = RefundView, description = "Refunded"),
        (status = NOT_FOUND, body = Details, content_type = "application/problem+json", description = "The order has no payment"),
        (status = CONFLICT, body = Details, content_type = "application/problem+json", description = "`refund-exceeds-capture`, `payment-mismatch` or `refund-refused`"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json", description = "`outcome-unknown`"),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[put("/internal/payments/{order_id}/refunds/{refund_id}")]
async fn refund(
    peer: Peer,
    payments: web::Data<Payments>,
    ids: web::Path<(Uuid, Uuid)>,
    new: Valid<NewRefund>,
) -> Result<web::Json<RefundView>, Problem> {
    peer.require(Scope::Payments)?;
    let (order_id, refund_id) = ids.into_inner();
    let (refund, payment) = payments.refund(order_id, refund_id, &new).await?;
    Ok(web::Json(RefundView {
        refund_id: refund.id,
        status: refund.status,
        amount: refund.money(),
        payment: payment.into(),
    }))
}

/// Takes an event of the acquirer's.
///
/// Needs no token: it is signed by the acquirer (`Stripe-Signature`, or `Sandbox-Signature` in the same scheme), and
/// the signature is good for five minutes. The same event again is answered alike and does nothing twice.
#[utoipa::path(
    tag = "public",
    params(
        ("gateway" = String, Path, description = "`stripe` or `sandbox`: the one that this shop has"),
    ),
    request_body(content = Object, description = "The event, as the acquirer writes it"),
    responses(
        (status = NO_CONTENT, description = "It is stored"),
        (status = BAD_REQUEST, body = Details, content_type = "application/problem+json", description = "`invalid-signature` or `malformed`"),
        (status = NOT_FOUND, body = Details, content_type = "application/problem+json", description = "Not the acquirer of this shop, or it sends no events"),
        (status = "default", body = Details, content_type = "application/problem+json", description = "A problem"),
    ),
)]
#[post("/api/payments/webhooks/{gateway}")]
async fn webhook(
    request: HttpRequest,
    payments: web::Data<Payments>,
    gateway: web::Path<String>,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let inbox = &payments.inbox;
    if *gateway != inbox.gateway || inbox.secrets.is_empty() {
        return Err(Problem::not_found());
    }
    let body = body.map_err(|_too_large| PaymentError::EventTooLarge)?;
    let signature = request
        .headers()
        .get(inbox.header)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let event = inbox.open(signature, &body).inspect_err(|error| {
        if matches!(error, PaymentError::InvalidSignature) {
            payments.metrics.webhook("refused");
        }
    })?;
    let is_new = store::insert_event(&payments.db, inbox.gateway, &event).await?;
    payments
        .metrics
        .webhook(if is_new { "stored" } else { "repeated" });
    Ok(HttpResponse::NoContent().finish())
}
