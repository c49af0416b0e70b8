//! What an acquirer tells of payments without being asked.
//!
//! An event is a hint that something happened, never the news itself: events come late, twice, in any order, or
//! not at all. It is stored and answered; then the acquirer is asked how the payment is, and that is recorded.
//! Whether a payment is still wanted stays the order service's to say, so nothing is driven on by an event.

use std::{sync::Arc, time::Duration};

use chassis::{Progress, Running};
use chrono::Utc;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::PaymentError,
    gateway::{Outcome, Seen},
    payment::{Payment, Payments, Status},
    signature, store,
};

/// Whose events are taken, and how they are signed.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// As in the path, and in the table.
    pub(crate) gateway: &'static str,
    pub(crate) header: &'static str,
    /// The newest first; none where no events are expected.
    pub(crate) secrets: Vec<SecretString>,
}

/// An event, as far as it is of use.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// The order or refund that it is about, if it is one of ours.
    pub(crate) reference: Option<Uuid>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// What the schema takes.
const LONGEST_ID: usize = 255;
const LONGEST_KIND: usize = 100;

impl Inbox {
    /// The event in `body`, if its signature is good.
    pub(crate) fn open(&self, signature: &str, body: &[u8]) -> Result<Event, PaymentError> {
        if !signature::is_good(&self.secrets, signature, body, Utc::now()) {
            return Err(PaymentError::InvalidSignature);
        }
        Event::read(body).ok_or(PaymentError::UnreadableEvent)
    }
}

impl Event {
    fn read(body: &[u8]) -> Option<Self> {
        let Message { id, kind, data } = serde_json::from_slice(body).ok()?;
        let reference = data
            .object
            .pointer("/metadata/reference")
            .and_then(Value::as_str);
        let fits = (1..=LONGEST_ID).contains(&id.chars().count())
            && (1..=LONGEST_KIND).contains(&kind.chars().count())
            // PostgreSQL takes no such text.
            && !id.contains('\0')
            && !kind.contains('\0');
        fits.then(|| Self {
            reference: reference.and_then(|it| it.parse().ok()),
            id,
            kind,
        })
    }
}

impl Payments {
    /// Looks into one event that is due.
    async fn take_up_event(&self) -> Result<Progress, PaymentError> {
        let Some(event) = store::claim_event(&self.db).await? else {
            return Ok(Progress::Idle);
        };
        if let Some(reference) = event.reference {
            self.look_into(reference).await?;
        }
        store::event_processed(&self.db, &event.gateway, &event.id).await?;
        Ok(Progress::More)
    }

    async fn look_into(&self, reference: Uuid) -> Result<(), PaymentError> {
        // Not one of ours, or of a payment that its order never got to ask for.
        let Some(payment) = store::payment_of(&self.db, reference).await? else {
            return Ok(());
        };
        if matches!(payment.status, Status::Pending | Status::Authorised) {
            self.look(&payment).await?;
        }
        for refund in store::pending_refunds(&self.db, payment.order_id).await? {
            match self.give_back(&refund).await {
                // Recorded, as it is where the worker finds it.
                Err(PaymentError::RefundRefused(_)) => {}
                given_back => given_back?,
            }
        }
        Ok(())
    }

    /// Records how the acquirer says that the payment is.
    async fn look(&self, payment: &Payment) -> Result<(), PaymentError> {
        let order_id = payment.order_id;
        let reference = order_id.to_string();
        let what = payment.authorisation(&reference)?;
        let call = self.gateway.look(what, payment.charge.as_deref());
        let seen = match self.metrics.timed("look", call).await {
            Outcome::Approved(seen) => seen,
            Outcome::Declined(code) => return Err(PaymentError::OutcomeUnknown(code.into())),
            Outcome::Unknown(cause) => return Err(PaymentError::OutcomeUnknown(cause)),
        };
        match seen {
            Seen::Held { charge } => store::authorised(&self.db, order_id, &charge).await?,
            Seen::Captured { charge, amount } if amount == payment.money() => {
                store::authorised(&self.db, order_id, &charge).await?;
                self.captured(order_id).await?;
            }
            Seen::Captured { amount, .. } => {
                let (expected, captured) = (payment.money(), amount);
                tracing::error!(%order_id, %expected, %captured, "the acquirer captured another amount");
            }
            Seen::Declined(code) if payment.status == Status::Pending => {
                self.declined(payment, &code).await?;
            }
            Seen::Declined(_) | Seen::Nothing => {}
        }
        Ok(())
    }
}

/// How long an event is remembered; a signature is good for five minutes.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

pub(crate) fn spawn(running: &Running, payments: Arc<Payments>) {
    let every = Duration::from_secs(1);
    let taking_up = payments.clone();
    running.worker("webhooks", every, Arc::default(), move || {
        let payments = taking_up.clone();
        async move { Ok(payments.take_up_event().await?) }
    });
    running.worker("webhooks-forget", FORGET_EVERY, Arc::default(), move || {
        let payments = payments.clone();
        async move {
            store::forget_events(&payments.db).await?;
            Ok(Progress::Idle)
        }
    });
}
