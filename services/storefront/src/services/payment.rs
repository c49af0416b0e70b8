//! Cards.

use serde::Deserialize;
use upstream::{Call, Error, Method, Upstream};
use uuid::Uuid;

use super::Listed;

/// The payment service.
pub(crate) struct Payments {
    upstream: Upstream,
    /// The same with more patience: a card is shown to the gateway.
    vault: Upstream,
}

/// A card that can be paid with.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: Uuid,
    /// `visa`, `mastercard`, `amex` or `other`.
    pub(crate) brand: String,
    pub(crate) last4: String,
    pub(crate) exp_month: u32,
    pub(crate) exp_year: u32,
}

/// A card as it is typed. It is passed on and forgotten: never shown again, logged or kept.
pub(crate) struct NewCard<'a> {
    pub(crate) number: &'a str,
    pub(crate) exp_month: u32,
    pub(crate) exp_year: u32,
    pub(crate) cvc: &'a str,
}

impl Payments {
    pub(crate) fn new(upstream: Upstream, vault: Upstream) -> Self {
        Self { upstream, vault }
    }

    pub(crate) async fn cards(&self, token: &str) -> Result<Vec<Card>, Error> {
        let call = self.call(token, Method::GET, "/api/payments/methods");
        call.send::<Listed<Card>>().await.map(|it| it.items)
    }

    pub(crate) async fn add_card(&self, token: &str, card: &NewCard<'_>) -> Result<Card, Error> {
        let body = serde_json::json!({
            "card": {
                "number": card.number,
                "exp_month": card.exp_month,
                "exp_year": card.exp_year,
                "cvc": card.cvc,
            },
        });
        let call = self.vault.request(Method::POST, "/api/payments/methods");
        call.bearer(token).json(&body).send().await
    }

    pub(crate) async fn delete_card(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/payments/methods/{id}");
        self.call(token, Method::DELETE, &path)
            .send_for_nothing()
            .await
    }

    fn call(&self, token: &str, method: Method, path: &str) -> Call<'_> {
        self.upstream.request(method, path).bearer(token)
    }
}
