//! Payments of orders: the money is taken, or nothing is.

use std::{sync::Arc, time::Duration};

use garde::Validate;
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    error::PaymentError,
    gateway::{Authorisation, Gateway, Outcome, Voided},
    metrics::Metrics,
    store,
    webhook::Inbox,
};

/// What every use case needs.
#[derive(Debug)]
pub(crate) struct Payments {
    pub(crate) db: PgPool,
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) metrics: Metrics,
    /// What the gateway tells unasked.
    pub(crate) inbox: Inbox,
    /// How long one request of ours may wait for the gateway, all its steps together.
    pub(crate) deadline: Duration,
}

/// What the order service asks to be paid.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    #[garde(skip)]
    pub(crate) user_id: Uuid,
    #[garde(skip)]
    pub(crate) payment_method_id: Uuid,
    #[garde(custom(payable))]
    pub(crate) amount: Money,
}

/// Ten thousand million euros: far from an overflow, and far from any cart.
const MOST_MONEY: i64 = 1_000_000_000_000;

/// Some money, and not absurdly much.
pub(crate) fn payable(amount: &Money, _: &()) -> garde::Result {
    if (1..=MOST_MONEY).contains(&amount.amount) {
        Ok(())
    } else {
        Err(garde::Error::new(format!(
            "must be 1 to {MOST_MONEY} minor units"
        )))
    }
}

/// The payment of one order.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) order_id: Uuid,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) payment_method_id: Option<Uuid>,
    pub(crate) gateway_token: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) status: Status,
    pub(crate) charge: Option<String>,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) decline_code: Option<String>,
}

/// How far a payment is; the crate's documentation draws the ways between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum Status {
    Pending,
    Authorised,
    Captured,
    Declined,
    Cancelling,
    Cancelled,
}

/// A payment as other services see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentView {
    order_id: Uuid,
    status: PublicStatus,
    amount: Money,
    captured: Money,
    /// Given back or promised to be.
    refunded: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_code: Option<String>,
}

/// `pending` is everything that is not final.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PublicStatus {
    Pending,
    Captured,
    Declined,
    Cancelled,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let money = |amount| Money {
            amount,
            currency: payment.currency,
        };
        Self {
            order_id: payment.order_id,
            status: match payment.status {
                Status::Pending | Status::Authorised | Status::Cancelling => PublicStatus::Pending,
                Status::Captured => PublicStatus::Captured,
                Status::Declined => PublicStatus::Declined,
                Status::Cancelled => PublicStatus::Cancelled,
            },
            amount: money(payment.amount),
            captured: money(payment.captured),
            refunded: money(payment.refunded),
            decline_code: payment.decline_code,
        }
    }
}

impl Payment {
    fn is_of(&self, intent: &Intent) -> bool {
        // Cancelled before anything was asked: whatever is asked now is refused.
        let tombstone = self.amount == 0;
        tombstone
            || (self.money() == intent.amount
                && self.user_id == Some(intent.user_id)
                && self.payment_method_id == Some(intent.payment_method_id))
    }

    pub(crate) fn money(&self) -> Money {
        Money {
            amount: self.amount,
            currency: self.currency,
        }
    }

    /// What the gateway is asked to hold for it.
    pub(crate) fn authorisation<'a>(
        &'a self,
        reference: &'a str,
    ) -> Result<Authorisation<'a>, PaymentError> {
        Ok(Authorisation {
            token: self
                .gateway_token
                .as_deref()
                .ok_or_else(|| missing("gateway_token"))?,
            reference,
            amount: self.money(),
        })
    }

    fn charge(&self) -> Result<&str, PaymentError> {
        self.charge.as_deref().ok_or_else(|| missing("charge"))
    }
}

/// A column that the schema's checks say is there.
fn missing(column: &'static str) -> PaymentError {
    PaymentError::Database(sqlx::Error::ColumnNotFound(column.to_owned()))
}

/// The longest way is pending, authorised, cancelling, found captured, rest reserved, refunded, cancelled;
/// a twin can only make it shorter.
const MOST_STEPS: usize = 10;

impl Payments {
    /// Takes the money of an order, or finds out what became of it.
    pub(crate) async fn pay(
        &self,
        order_id: Uuid,
        intent: &Intent,
    ) -> Result<Payment, PaymentError> {
        store::insert_payment(&self.db, order_id, intent).await?;
        let payment = store::payment(&self.db, order_id)
            .await?
            .ok_or(PaymentError::UnknownPaymentMethod)?;
        if !payment.is_of(intent) {
            return Err(PaymentError::Mismatch);
        }
        self.settle(order_id).await
    }

    /// Undoes whatever was taken for an order, and refuses what comes late.
    pub(crate) async fn cancel(&self, order_id: Uuid) -> Result<Payment, PaymentError> {
        if store::insert_tombstone(&self.db, order_id).await? {
            self.metrics.payment("cancelled");
        } else {
            store::start_cancelling(&self.db, order_id).await?;
        }
        self.settle(order_id).await
    }

    /// Drives a payment to its end, unless the gateway takes too long. To be cut short does no harm: what
    /// was under way is taken up again under the same key.
    pub(crate) async fn settle(&self, order_id: Uuid) -> Result<Payment, PaymentError> {
        let settled = tokio::time::timeout(self.deadline, self.drive(order_id))
            .await
            .unwrap_or_else(|elapsed| Err(PaymentError::OutcomeUnknown(elapsed.into())));
        if let Err(PaymentError::OutcomeUnknown(_)) = &settled {
            self.metrics.payment("unknown");
        }
        settled
    }

    async fn drive(&self, order_id: Uuid) -> Result<Payment, PaymentError> {
        for _ in 0..MOST_STEPS {
            let payment = store::payment(&self.db, order_id)
                .await?
                .ok_or(PaymentError::NoSuchPayment)?;
            match payment.status {
                Status::Pending => self.authorise(&payment).await?,
                Status::Authorised => self.capture(&payment).await?,
                Status::Cancelling => self.undo(&payment).await?,
                Status::Captured | Status::Declined | Status::Cancelled => return Ok(payment),
            }
        }
        Err(PaymentError::OutcomeUnknown(
            "it does not come to rest".into(),
        ))
    }

    async fn authorise(&self, payment: &Payment) -> Result<(), PaymentError> {
        let order_id = payment.order_id;
        let key = format!("{order_id}:authorise");
        let reference = order_id.to_string();
        let call = self
            .gateway
            .authorise(&key, payment.authorisation(&reference)?);
        match self.metrics.timed("authorise", call).await {
            Outcome::Approved(charge) => store::authorised(&self.db, order_id, &charge).await?,
            Outcome::Declined(code) => self.declined(payment, &code).await?,
            Outcome::Unknown(cause) => return Err(PaymentError::OutcomeUnknown(cause)),
        }
        Ok(())
    }

    async fn capture(&self, payment: &Payment) -> Result<(), PaymentError> {
        let order_id = payment.order_id;
        let key = format!("{order_id}:capture");
        let call = self
            .gateway
            .capture(&key, payment.charge()?, payment.money());
        match self.metrics.timed("capture", call).await {
            Outcome::Approved(()) => self.captured(order_id).await?,
            Outcome::Declined(code) => self.declined(payment, &code).await?,
            Outcome::Unknown(cause) => return Err(PaymentError::OutcomeUnknown(cause)),
        }
        Ok(())
    }

    pub(crate) async fn captured(&self, order_id: Uuid) -> Result<(), PaymentError> {
        if store::captured(&self.db, order_id).await? {
            self.metrics.payment("captured");
        }
        Ok(())
    }

    pub(crate) async fn declined(&self, payment: &Payment, code: &str) -> Result<(), PaymentError> {
        if store::declined(&self.db, payment.order_id, payment.status, code).await? {
            self.metrics.payment("declined");
        }
        Ok(())
    }

    /// One step of a cancellation: find out what the gateway has, promise to give it back, give it back.
    async fn undo(&self, payment: &Payment) -> Result<(), PaymentError> {
        let order_id = payment.order_id;
        if payment.captured == 0 {
            let key = format!("{order_id}:void");
            let reference = order_id.to_string();
            let what = payment.authorisation(&reference)?;
            let call = self.gateway.void(&key, what, payment.charge.as_deref());
            match self.metrics.timed("void", call).await {
                Outcome::Approved(Voided::Nothing) => self.cancelled(order_id).await?,
                Outcome::Approved(Voided::Captured { charge, amount }) => {
                    store::found_captured(&self.db, order_id, &charge, amount).await?;
                }
                // A void is never refused for good: not to know is to ask again.
                Outcome::Declined(code) => return Err(PaymentError::OutcomeUnknown(code.into())),
                Outcome::Unknown(cause) => return Err(PaymentError::OutcomeUnknown(cause)),
            }
        } else if payment.refunded < payment.captured {
            store::reserve_rest(&self.db, order_id, Uuid::now_v7()).await?;
        } else {
            for refund in store::pending_refunds(&self.db, order_id).await? {
                match self.give_back(&refund).await {
                    // Its amount is part of the rest again, and the next turn tries anew.
                    Err(PaymentError::RefundRefused(code)) => {
                        return Err(PaymentError::OutcomeUnknown(code.into()));
                    }
                    given_back => given_back?,
                }
            }
            self.cancelled(order_id).await?;
        }
        Ok(())
    }

    async fn cancelled(&self, order_id: Uuid) -> Result<(), PaymentError> {
        if store::cancelled(&self.db, order_id).await? {
            self.metrics.payment("cancelled");
        }
        Ok(())
    }
}
