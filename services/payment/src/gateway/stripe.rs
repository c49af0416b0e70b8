//! Stripe: payment intents that are made, confirmed and captured in steps of their own.
//!
//! An intent is made before it is confirmed, under a key that follows from the order alone. So there is one
//! intent for an order, whoever makes it, and a void makes it too where nobody did: an intent that is cancelled
//! can never be confirmed, which is how a late payment is refused. Stripe remembers a key for a day at least; what
//! is older is looked up among the intents of the card.
//!
//! A key gets the same answer again, failures of Stripe's own among them. What was done is then read from the
//! intent, which takes no second confirmation, capture or cancellation; of a refund, from the list of them.

mod api;

#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use money::{Currency, Money};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::{
    card::Card,
    gateway::{Answer, Authorisation, Gateway, Outcome, Seen, Voided},
};
use api::{Api, Failure, Form, Intent, Metadata, Page, Status};

/// Stripe over HTTP.
#[derive(Clone, Debug)]
pub struct StripeGateway {
    api: Api,
    deadline: Duration,
}

/// What a token of ours stands for. A card that is used more than once belongs to a customer at Stripe's; each
/// has one of its own, which also keeps the list of its intents short.
struct Token<'a> {
    customer: &'a str,
    method: &'a str,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct Refund {
    status: RefundStatus,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RefundStatus {
    /// Done, or on its way to the bank: Stripe tells of the few that do not arrive.
    Succeeded,
    Pending,
    Failed,
    Canceled,
    #[serde(other)]
    Other,
}

const INTENTS: &str = "/v1/payment_intents";
const INTENT: &str = "/v1/payment_intents/{id}";
const CONFIRM: &str = "/v1/payment_intents/{id}/confirm";
const CAPTURE: &str = "/v1/payment_intents/{id}/capture";
const CANCEL: &str = "/v1/payment_intents/{id}/cancel";
const REFUNDS: &str = "/v1/refunds";

/// The most that Stripe lists at once.
const PAGE: &str = "100";
/// A card with more intents than a hundred pages is no customer's.
const MOST_PAGES: usize = 100;

impl StripeGateway {
    /// Stripe at `base`, which knows this shop by its secret `key`. What has not been answered within
    /// `deadline` counts as unknown.
    pub fn new(base: Url, key: SecretString, deadline: Duration) -> Result<Self, reqwest::Error> {
        let api = Api::new(base, key, deadline)?;
        Ok(Self { api, deadline })
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The order's intent, made where there is none. Always the same request, whoever asks.
    async fn intent(&self, what: Authorisation<'_>) -> Result<Intent, Failure> {
        let token = Token::read(what.token)?;
        let amount = what.amount.amount.to_string();
        let form = [
            ("amount", &*amount),
            ("currency", currency(what.amount.currency)),
            ("customer", token.customer),
            ("payment_method", token.method),
            ("payment_method_types[]", "card"),
            ("capture_method", "manual"),
            ("metadata[reference]", what.reference),
        ];
        let key = format!("{}:intent", what.reference);
        self.api.post(INTENTS, "", Some(&key), &form).await
    }

    async fn confirm(&self, key: &str, intent: &str) -> Result<Intent, Failure> {
        // Nobody is there to answer the bank's questions: what needs a person is declined.
        let form = [("error_on_requires_action", "true")];
        self.step(CONFIRM, Some(key), intent, &form).await
    }

    /// Moves an intent on, and looks at it where it may have moved already.
    async fn step(
        &self,
        template: &str,
        key: Option<&str>,
        intent: &str,
        form: Form<'_>,
    ) -> Result<Intent, Failure> {
        match self.api.post(template, intent, key, form).await {
            Err(Failure::Look(_)) => self.api.get(INTENT, intent, &[]).await,
            answer => answer,
        }
    }

    /// The order's intent among those of its card, if there is one.
    async fn find(&self, token: &Token<'_>, reference: &str) -> Result<Option<Intent>, Failure> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("customer", token.customer), ("limit", PAGE)];
            query.extend(after.as_deref().map(|it| ("starting_after", it)));
            let page: Page<Intent> = self.api.get(INTENTS, "", &query).await?;
            after = page.data.last().map(|it| it.id.clone());
            let mut intents = page.data.into_iter();
            if let Some(found) = intents.find(|it| it.metadata.reference == reference) {
                return Ok(Some(found));
            }
            if !page.has_more {
                return Ok(None);
            }
        }
        Err(Failure::Unknown("too many intents for one card".into()))
    }

    /// The refund among those of its charge, if there is one.
    async fn find_refund(&self, charge: &str, reference: &str) -> Result<Option<Refund>, Failure> {
        let query = [("payment_intent", charge), ("limit", PAGE)];
        let refunds: Page<Refund> = self.api.get(REFUNDS, "", &query).await?;
        let mut refunds = refunds.data.into_iter();
        Ok(refunds.find(|it| it.metadata.reference == reference))
    }

    async fn make_refund(&self, key: &str, charge: &str, amount: Money) -> Result<Refund, Failure> {
        let cents = amount.amount.to_string();
        let form = [
            ("payment_intent", charge),
            ("amount", &*cents),
            ("metadata[reference]", key),
        ];
        self.api.post(REFUNDS, "", Some(key), &form).await
    }
}

impl<'a> Token<'a> {
    fn read(token: &'a str) -> Result<Self, Failure> {
        let (customer, method) = token
            .split_once('/')
            // Of the acquirer that the shop had before.
            .ok_or_else(|| Failure::Refused("invalid_token".to_owned()))?;
        Ok(Self { customer, method })
    }
}

fn currency(currency: Currency) -> &'static str {
    match currency {
        Currency::Eur => "eur",
        Currency::Usd => "usd",
    }
}

fn elsewhere<T>(intent: &Intent) -> Result<T, Failure> {
    Err(Failure::Unknown(
        format!("the intent is {:?}", intent.status).into(),
    ))
}

fn outcome<'a, T>(call: impl Future<Output = Result<T, Failure>> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move {
        match call.await {
            Ok(done) => Outcome::Approved(done),
            Err(Failure::Refused(code)) => Outcome::Declined(code),
            Err(Failure::Look(cause) | Failure::Unknown(cause)) => Outcome::Unknown(cause),
        }
    })
}

impl Gateway for StripeGateway {
    fn tokenise<'a>(&'a self, key: &'a str, card: &'a Card) -> Answer<'a, String> {
        outcome(async move {
            let (month, year) = (card.exp_month.to_string(), card.exp_year.to_string());
            let form = [
                ("type", "card"),
                ("card[number]", card.number.expose_secret()),
                ("card[exp_month]", &month),
                ("card[exp_year]", &year),
                ("card[cvc]", card.cvc.expose_secret()),
            ];
            let method_key = format!("{key}:method");
            let method: Created = self
                .api
                .post("/v1/payment_methods", "", Some(&method_key), &form)
                .await?;
            let form = [("payment_method", &*method.id)];
            let customer: Created = self.api.post("/v1/customers", "", Some(key), &form).await?;
            Ok(format!("{}/{}", customer.id, method.id))
        })
    }

    fn authorise<'a>(&'a self, key: &'a str, what: Authorisation<'a>) -> Answer<'a, String> {
        outcome(async move {
            let made = self.intent(what).await?;
            let intent = self.confirm(key, &made.id).await?;
            match intent.status {
                // Captured is authorised too: whoever asks next finds that out.
                Status::RequiresCapture | Status::Succeeded => Ok(intent.id),
                Status::Canceled => Err(Failure::Refused("voided".to_owned())),
                Status::RequiresPaymentMethod => match intent.decline() {
                    Some(code) => Err(Failure::Refused(code)),
                    None => elsewhere(&intent),
                },
                Status::RequiresConfirmation | Status::Open => elsewhere(&intent),
            }
        })
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()> {
        outcome(async move {
            let cents = amount.amount.to_string();
            let form = [("amount_to_capture", &*cents)];
            let intent = self.step(CAPTURE, Some(key), charge, &form).await?;
            match intent.status {
                Status::Succeeded if intent.received()? == amount => Ok(()),
                // By us, or by Stripe after the seven days that an authorisation lasts.
                Status::Canceled => Err(Failure::Refused("voided".to_owned())),
                _ => elsewhere(&intent),
            }
        })
    }

    fn void<'a>(
        &'a self,
        _key: &'a str,
        what: Authorisation<'a>,
        charge: Option<&'a str>,
    ) -> Answer<'a, Voided> {
        outcome(async move {
            let id = match charge {
                Some(charge) => charge.to_owned(),
                None => {
                    let token = Token::read(what.token)?;
                    match self.find(&token, what.reference).await? {
                        Some(found) => found.id,
                        None => match self.intent(what).await {
                            Ok(made) => made.id,
                            // What cannot even be made cannot be confirmed.
                            Err(Failure::Refused(_)) => return Ok(Voided::Nothing),
                            Err(failure) => return Err(failure),
                        },
                    }
                }
            };
            // Without a key: a failure that it brings again would keep the money held.
            let intent = self.step(CANCEL, None, &id, &[]).await?;
            match intent.status {
                Status::Canceled => Ok(Voided::Nothing),
                Status::Succeeded => Ok(Voided::Captured {
                    amount: intent.received()?,
                    charge: intent.id,
                }),
                _ => elsewhere(&intent),
            }
        })
    }

    fn look<'a>(&'a self, what: Authorisation<'a>, charge: Option<&'a str>) -> Answer<'a, Seen> {
        outcome(async move {
            let found = match charge {
                Some(charge) => Some(self.api.get(INTENT, charge, &[]).await?),
                None => self.find(&Token::read(what.token)?, what.reference).await?,
            };
            let Some(intent) = found else {
                return Ok(Seen::Nothing);
            };
            match intent.status {
                Status::RequiresCapture => Ok(Seen::Held { charge: intent.id }),
                Status::Succeeded => Ok(Seen::Captured {
                    amount: intent.received()?,
                    charge: intent.id,
                }),
                Status::RequiresPaymentMethod => match intent.decline() {
                    Some(code) => Ok(Seen::Declined(code)),
                    None => elsewhere(&intent),
                },
                Status::RequiresConfirmation | Status::Canceled => Ok(Seen::Nothing),
                Status::Open => elsewhere(&intent),
            }
        })
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()> {
        outcome(async move {
            // It may be older than what Stripe remembers of keys.
            let refund = match self.find_refund(charge, key).await? {
                Some(found) => found,
                None => self.make_refund(key, charge, amount).await?,
            };
            match refund.status {
                RefundStatus::Succeeded | RefundStatus::Pending => Ok(()),
                RefundStatus::Failed | RefundStatus::Canceled => {
                    Err(Failure::Refused("refund_failed".to_owned()))
                }
                RefundStatus::Other => Err(Failure::Unknown("the refund is open".into())),
            }
        })
    }
}
