//! Who comes to the shop, and what they bring.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    front::Front,
    harness::{House, Name},
};

/// Everybody's. `ci/leaks.txt` has it: after a run of the tests it must be nowhere.
pub(crate) const PASSWORD: &str = "Les-Halles-1183-mot-de-passe";

/// The cards of `docs/reference/test-cards.md`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Card {
    Approved,
    Declined,
    InsufficientFunds,
    Slow,
    AnswerLost,
    Unavailable,
}

impl Card {
    pub(crate) const ALL: [Self; 6] = [
        Self::Approved,
        Self::Declined,
        Self::InsufficientFunds,
        Self::Slow,
        Self::AnswerLost,
        Self::Unavailable,
    ];

    const fn number(self) -> &'static str {
        match self {
            Self::Approved => "4242 4242 4242 4242",
            Self::Declined => "4000 0000 0000 0002",
            Self::InsufficientFunds => "4000 0000 0000 9995",
            Self::Slow => "4000 0000 0000 4087",
            Self::AnswerLost => "4000 0000 0000 5027",
            Self::Unavailable => "4000 0000 0000 5035",
        }
    }

    /// Whether its issuer says yes, sooner or later.
    pub(crate) const fn is_good(self) -> bool {
        !matches!(self, Self::Declined | Self::InsufficientFunds)
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) refresh_token: String,
    /// The shop, as this person sees it.
    pub(crate) front: Front,
}

impl Person {
    /// A new customer.
    pub(crate) async fn sign_up(front: &Front) -> Self {
        let email = format!("{}@example.com", Uuid::new_v4().simple());
        let body = json!({ "email": email, "password": PASSWORD, "name": "Camille Martin" });
        front.post("/api/auth/register", body).await.expect(201);
        Self::sign_in(front, &email, PASSWORD).await
    }

    /// New customers, as many at once as the auth service hashes passwords for.
    pub(crate) async fn crowd(front: &Front, count: usize) -> Vec<Self> {
        let mut coming = JoinSet::new();
        for _ in 0..count {
            let front = front.clone();
            coming.spawn(async move { Self::sign_up(&front).await });
        }
        coming.join_all().await
    }

    /// A member of staff, made by the operator's command.
    pub(crate) async fn staff(house: &House) -> Self {
        let front = house.front();
        let customer = Self::sign_up(&front).await;
        house.run(Name::Auth, &["grant-staff", &customer.email]);
        Self::sign_in(&front, &customer.email, PASSWORD).await
    }

    /// A new session of somebody who has an account.
    pub(crate) async fn sign_in(front: &Front, email: &str, password: &str) -> Self {
        let body = json!({ "email": email, "password": password });
        let tokens = front.post("/api/auth/login", body).await.expect(200);
        let token = tokens.text("/access_token");
        let front = front.bearer(&token);
        let me = front.get("/api/auth/me").await.expect(200);
        Self {
            id: me.text("/id").parse().expect("an id"),
            email: email.to_owned(),
            refresh_token: tokens.text("/refresh_token"),
            token,
            front,
        }
    }

    /// Exchanges a card for a payment method.
    pub(crate) async fn method(&self, card: Card) -> Uuid {
        let body = json!({ "card": {
            "number": card.number(), "exp_month": 12, "exp_year": 2035, "cvc": "123",
        } });
        let method = self.front.post("/api/payments/methods", body).await;
        method.expect(201).text("/id").parse().expect("an id")
    }

    /// Has so many units in the cart, and nothing else of this product.
    pub(crate) async fn put(&self, product: Uuid, quantity: u32) {
        let path = format!("/api/cart/items/{product}");
        let cart = self.front.put(&path, json!({ "quantity": quantity })).await;
        cart.expect(200);
    }

    /// Sends a checkout once.
    pub(crate) async fn try_check_out(
        &self,
        key: &str,
        method: Uuid,
    ) -> Result<testkit::Answer, reqwest::Error> {
        let body = json!({
            "payment_method_id": method,
            "shipping_address": {
                "name": "Camille Martin", "line1": "1 rue Rambuteau", "city": "Paris",
                "postal_code": "75001", "country": "FR",
            },
        });
        let front = self.front.with("idempotency-key", key);
        front
            .try_send(Method::POST, "/api/orders", Some(body))
            .await
    }
}
