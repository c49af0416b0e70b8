//! Refunds: what was captured is given back, never more than that.

use garde::Validate;
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    error::PaymentError,
    gateway::Outcome,
    payment::{Payment, PaymentView, Payments, payable},
    store,
};

/// What the order service asks to be given back.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRefund {
    #[garde(custom(payable))]
    pub(crate) amount: Money,
    #[garde(length(chars, max = 500))]
    pub(crate) reason: String,
}

/// Some money on its way back.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    /// The payment's charge at the gateway.
    pub(crate) charge: String,
    pub(crate) status: RefundStatus,
    pub(crate) refusal_code: Option<String>,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Pending,
    Refunded,
    Refused,
}

/// A refund as other services see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundView {
    pub(crate) refund_id: Uuid,
    pub(crate) status: RefundStatus,
    pub(crate) amount: Money,
    pub(crate) payment: PaymentView,
}

impl Refund {
    pub(crate) fn money(&self) -> Money {
        Money {
            amount: self.amount,
            currency: self.currency,
        }
    }
}

impl Payments {
    /// Gives back some of what was captured, once for each refund id.
    pub(crate) async fn refund(
        &self,
        order_id: Uuid,
        refund_id: Uuid,
        new: &NewRefund,
    ) -> Result<(Refund, Payment), PaymentError> {
        let refund = self.reserve(order_id, refund_id, new).await?;
        if refund.order_id != order_id || refund.money() != new.amount {
            return Err(PaymentError::Mismatch);
        }
        let given_back = tokio::time::timeout(self.deadline, self.give_back(&refund))
            .await
            .unwrap_or_else(|elapsed| Err(PaymentError::OutcomeUnknown(elapsed.into())));
        if let Err(PaymentError::OutcomeUnknown(_)) = &given_back {
            self.metrics.refund("unknown");
        }
        given_back?;
        let payment = store::payment(&self.db, order_id)
            .await?
            .ok_or(PaymentError::NoSuchPayment)?;
        let status = RefundStatus::Refunded;
        Ok((Refund { status, ..refund }, payment))
    }

    /// The refund of this id, with its amount taken out of what is left of the capture: in the transaction
    /// that makes it, so that refunds which race are counted one after the other.
    async fn reserve(
        &self,
        order_id: Uuid,
        refund_id: Uuid,
        new: &NewRefund,
    ) -> Result<Refund, PaymentError> {
        let mut tx = self.db.begin().await?;
        let is_new = store::insert_refund(&mut *tx, order_id, refund_id, new).await?;
        if is_new && !store::reserve(&mut *tx, order_id, new.amount).await? {
            tx.rollback().await?;
            let payment = store::payment(&self.db, order_id).await?;
            return Err(match payment {
                Some(it) if it.currency != new.amount.currency => PaymentError::Mismatch,
                _ => PaymentError::RefundExceedsCapture,
            });
        }
        tx.commit().await?;
        store::refund(&self.db, refund_id)
            .await?
            .ok_or(PaymentError::NoSuchPayment)
    }

    /// Has the gateway give the money back, if that has not happened yet.
    pub(crate) async fn give_back(&self, refund: &Refund) -> Result<(), PaymentError> {
        match refund.status {
            RefundStatus::Refunded => return Ok(()),
            RefundStatus::Refused => {
                let code = refund.refusal_code.clone().unwrap_or_default();
                return Err(PaymentError::RefundRefused(code));
            }
            RefundStatus::Pending => {}
        }
        let key = refund.id.to_string();
        let call = self.gateway.refund(&key, &refund.charge, refund.money());
        match self.metrics.timed("refund", call).await {
            Outcome::Approved(()) => {
                if store::refunded(&self.db, refund.id).await? {
                    self.metrics.refund("refunded");
                }
                Ok(())
            }
            Outcome::Declined(code) => {
                if store::refused(&self.db, refund.id, &code).await? {
                    self.metrics.refund("refused");
                }
                Err(PaymentError::RefundRefused(code))
            }
            Outcome::Unknown(cause) => Err(PaymentError::OutcomeUnknown(cause)),
        }
    }
}
