//! A card becomes a payment method.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    card::{Brand, NewCard},
    error::PaymentError,
    gateway::Outcome,
    payment::Payments,
    store,
};

/// How many payment methods a user may keep.
pub(crate) const MOST_METHODS: i64 = 20;

/// A card that can be paid with: what its owner needs to recognise it, and nothing to pay with elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Method {
    pub(crate) id: Uuid,
    pub(crate) brand: Brand,
    pub(crate) last4: String,
    pub(crate) exp_month: i16,
    pub(crate) exp_year: i16,
    pub(crate) created_at: DateTime<Utc>,
}

impl Payments {
    /// Exchanges the card for a token at the gateway and keeps that.
    pub(crate) async fn add_method(
        &self,
        user: Uuid,
        card: &NewCard,
    ) -> Result<Method, PaymentError> {
        let card = card.check(Utc::now()).map_err(PaymentError::InvalidCard)?;
        let id = Uuid::now_v7();
        let key = format!("{id}:tokenise");
        let call = self.gateway.tokenise(&key, &card);
        let token = match self.metrics.timed("tokenise", call).await {
            Outcome::Approved(token) => token,
            Outcome::Declined(code) => return Err(PaymentError::CardRefused(code)),
            // Nothing was charged, and a token that nobody knows does no harm.
            Outcome::Unknown(cause) => return Err(PaymentError::GatewayUnavailable(cause)),
        };

        let mut tx = self.db.begin().await?;
        // A user's additions wait for each other, or two could both be the twentieth.
        store::lock_methods(&mut *tx, user).await?;
        if store::count_methods(&mut *tx, user).await? >= MOST_METHODS {
            tx.rollback().await?;
            return Err(PaymentError::TooManyMethods);
        }
        let method = store::insert_method(&mut *tx, id, user, &token, &card).await?;
        tx.commit().await?;
        Ok(method)
    }
}
