//! The payment service, as far as an order needs it.

use money::Money;
use serde::Deserialize;
use serde_json::{Value, json};
use upstream::{Error, Upstream};
use uuid::Uuid;

/// What became of an attempt to pay.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This much has been taken.
    Captured(Money),
    /// Refused for good, with the gateway's word for it.
    Declined(String),
    /// Called off earlier; nothing is or will be taken.
    Cancelled,
    /// The payment method is not that user's; nothing was taken.
    UnknownMethod,
    /// Nobody knows: ask again.
    Unknown(Option<Error>),
}

#[derive(Debug, Deserialize)]
struct Payment {
    status: Status,
    captured: Money,
    #[serde(default)]
    decline_code: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Captured,
    Declined,
    Cancelled,
    /// Under way, or a status that this service does not know.
    #[serde(other)]
    Open,
}

/// Pays for an order; asking again never pays twice.
pub(crate) async fn pay(
    payment: &Upstream,
    order: Uuid,
    user: Uuid,
    method: Uuid,
    amount: Money,
) -> Outcome {
    let path = format!("/internal/payments/{order}");
    let body = json!({ "user_id": user, "payment_method_id": method, "amount": amount });
    match payment.put::<Payment>(&path, &body).await {
        Ok(paid) => match paid.status {
            Status::Captured => Outcome::Captured(paid.captured),
            Status::Declined => {
                Outcome::Declined(paid.decline_code.unwrap_or_else(|| "declined".to_owned()))
            }
            Status::Cancelled => Outcome::Cancelled,
            Status::Open => Outcome::Unknown(None),
        },
        Err(error) if error.is("unknown-payment-method") => Outcome::UnknownMethod,
        // Also a refusal of another kind, say of our token: it says nothing about the money.
        Err(error) => Outcome::Unknown(Some(error)),
    }
}

/// Undoes whatever happened, and refuses a late attempt to pay.
pub(crate) async fn cancel(payment: &Upstream, order: Uuid) -> Result<(), Error> {
    let path = format!("/internal/payments/{order}/cancel");
    let _: Value = payment.post(&path, &json!({})).await?;
    Ok(())
}

/// Gives back a part, once for each `refund`.
pub(crate) async fn refund(
    payment: &Upstream,
    order: Uuid,
    refund: Uuid,
    amount: Money,
    reason: &str,
) -> Result<(), Error> {
    let path = format!("/internal/payments/{order}/refunds/{refund}");
    let body = json!({ "amount": amount, "reason": reason });
    let _: Value = payment.put(&path, &body).await?;
    Ok(())
}
