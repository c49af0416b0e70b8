//! Stripe's API: forms in, JSON out, one idempotency key a write.

use std::time::Duration;

use money::{Currency, Money};
use reqwest::{Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use url::{Url, form_urlencoded::Serializer};

use crate::gateway::Cause;

/// What requests and answers look like. Without it an account's own default would count, which somebody can
/// change on a web page.
const VERSION: &str = "2026-08-26.dahlia";

/// Refusals that are no word about a card, and final all the same: nothing was done, and the same request
/// will never be.
const FINAL: [&str; 7] = [
    "amount_too_large",
    "amount_too_small",
    "balance_insufficient",
    "charge_already_refunded",
    "charge_disputed",
    "charge_expired_for_capture",
    "charge_not_refundable",
];

/// The names and values of a request.
pub(super) type Form<'a> = &'a [(&'a str, &'a str)];

/// Stripe, as it is asked.
#[derive(Clone, Debug)]
pub(super) struct Api {
    base: Url,
    key: SecretString,
    client: reqwest::Client,
}

/// Not what was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// It said no, for good.
    Refused(String),
    /// It may have been done, now or before: what it was asked of says so.
    Look(Cause),
    Unknown(Cause),
}

/// A payment intent, as far as we look at it.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) amount_received: i64,
    currency: String,
    #[serde(default)]
    last_payment_error: Option<Reason>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresCapture,
    Canceled,
    Succeeded,
    /// `requires_action`, `processing`, or one that came later.
    #[serde(other)]
    Open,
}

/// What we wrote on it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) reference: String,
}

/// A page of a list, newest first.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    pub(super) has_more: bool,
}

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Debug, Deserialize)]
struct Reason {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

impl Api {
    pub(super) fn new(
        base: Url,
        key: SecretString,
        deadline: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = upstream::client(&base, deadline)
            // Whether to ask again is decided where the key is known to be the same.
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self { base, key, client })
    }

    /// Writes, once for each `key` if there is one. `template` is the path, with `{id}` where the id belongs.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        template: &str,
        id: &str,
        key: Option<&str>,
        form: Form<'_>,
    ) -> Result<T, Failure> {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = self
            .client
            .request(Method::POST, self.url(template, id))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(template, request).await
    }

    /// Reads.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        template: &str,
        id: &str,
        query: Form<'_>,
    ) -> Result<T, Failure> {
        let request = self.client.request(Method::GET, self.url(template, id));
        self.send(template, request.query(query)).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        template: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<T, Failure> {
        let request = request
            .bearer_auth(self.key.expose_secret())
            .header("stripe-version", VERSION)
            .build()
            .map_err(unknown)?;
        let response = upstream::execute(&self.client, "acquirer", Some(template), request)
            .await
            .map_err(unknown)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(unknown);
        }
        let refusal: Refusal = response.json().await.map_err(unknown)?;
        Err(refusal.error.of(status))
    }

    fn url(&self, template: &str, id: &str) -> Url {
        let mut url = self.base.clone();
        // Setting a path escapes what does not belong in one; an id of Stripe's has none of it.
        url.set_path(&template.replace("{id}", id));
        url
    }
}

impl Intent {
    pub(super) fn received(&self) -> Result<Money, Failure> {
        Ok(Money {
            amount: self.amount_received,
            currency: currency(&self.currency)?,
        })
    }

    /// Why its last attempt failed, if one did.
    pub(super) fn decline(&self) -> Option<String> {
        let error = self.last_payment_error.as_ref()?;
        (error.kind == "card_error").then(|| error.word())
    }
}

impl Reason {
    /// Only what says that nothing was done is a refusal. Anything else, such as a key of ours that is not
    /// accepted, one that is in use by a twin, or a mistake of ours, is no word about the money.
    fn of(&self, status: StatusCode) -> Failure {
        let code = self.code.as_deref().unwrap_or_default();
        match (status, self.kind.as_str()) {
            (StatusCode::PAYMENT_REQUIRED, "card_error") => Failure::Refused(self.word()),
            (StatusCode::BAD_REQUEST, "invalid_request_error") => match code {
                "payment_intent_unexpected_state" => Failure::Look(self.unexpected(status)),
                code if FINAL.contains(&code) => Failure::Refused(self.word()),
                // More than what is left; it has no code of its own.
                "" if self.param.as_deref() == Some("amount") => {
                    Failure::Refused("amount_refused".to_owned())
                }
                _ => Failure::Unknown(self.unexpected(status)),
            },
            _ if status.is_server_error() => Failure::Look(self.unexpected(status)),
            _ => Failure::Unknown(self.unexpected(status)),
        }
    }

    /// The most exact of its words, if it looks like one: it is stored and shown.
    fn word(&self) -> String {
        [&self.decline_code, &self.code]
            .into_iter()
            .flatten()
            .find(|it| is_word(it))
            .map_or_else(|| "card_declined".to_owned(), Clone::clone)
    }

    /// Never with its message, in which there can be anything.
    fn unexpected(&self, status: StatusCode) -> Cause {
        let code = self.code.as_deref().filter(|it| is_word(it));
        let code = code.unwrap_or_default();
        format!("the acquirer answered {status} {code}").into()
    }
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

/// Stripe writes currencies small.
fn currency(code: &str) -> Result<Currency, Failure> {
    match code {
        "eur" => Ok(Currency::Eur),
        "usd" => Ok(Currency::Usd),
        _ => Err(Failure::Unknown("a currency that is not ours".into())),
    }
}

fn unknown(error: reqwest::Error) -> Failure {
    Failure::Unknown(error.without_url().into())
}
