//! What has been decided is finished, even if nobody asks again: payments being cancelled, and refunds.

use std::{sync::Arc, time::Duration};

use chassis::{Progress, Running};

use crate::{error::PaymentError, payment::Payments, store};

pub(crate) fn spawn(running: &Running, payments: Arc<Payments>) {
    let every = Duration::from_secs(1);
    running.worker("settlement", every, Arc::default(), move || {
        let payments = payments.clone();
        async move { run_once(&payments).await }
    });
}

/// Takes up one payment and one refund that are due. Whoever takes one up puts its next turn off first, so
/// that a row which cannot be finished holds up no other, and a second process takes another one.
async fn run_once(payments: &Payments) -> anyhow::Result<Progress> {
    let payment = store::claim_cancelling(&payments.db).await?;
    if let Some(order_id) = payment {
        payments.settle(order_id).await?;
    }
    let refund = store::claim_refund(&payments.db).await?;
    if let Some(refund_id) = refund
        && let Some(refund) = store::refund(&payments.db, refund_id).await?
    {
        match payments.give_back(&refund).await {
            // Recorded, and for the order service to ask about.
            Err(PaymentError::RefundRefused(code)) => {
                tracing::warn!(%refund_id, code, "the gateway refused a refund");
            }
            given_back => given_back?,
        }
    }
    Ok(if payment.is_some() || refund.is_some() {
        Progress::More
    } else {
        Progress::Idle
    })
}
