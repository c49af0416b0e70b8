//! The sandbox acquirer's API, as a client sees it.

use std::{future::Future, time::Duration};

use money::{Currency, Money};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::IgnoredAny};
use url::Url;

use crate::{
    card::Card,
    gateway::{Answer, Authorisation, Cause, Gateway, Outcome, Seen, Voided},
};

/// A sandbox acquirer over HTTP.
#[derive(Clone, Debug)]
pub struct SandboxGateway {
    base: Url,
    key: SecretString,
    deadline: Duration,
    client: reqwest::Client,
}

/// Not what was asked for.
enum Failure {
    /// The acquirer said no, for good.
    Refused(String),
    /// It was captured before the void came.
    AlreadyCaptured,
    Unknown(Cause),
}

/// Holds the number in the clear, for as long as it takes to write it to the acquirer. Not `Debug`.
#[derive(Serialize)]
struct CardBody<'a> {
    number: &'a str,
    exp_month: i16,
    exp_year: i16,
    cvc: &'a str,
}

#[derive(Serialize)]
struct AuthorisationBody<'a> {
    token: &'a str,
    reference: &'a str,
    amount: i64,
    currency: Currency,
}

#[derive(Serialize)]
struct ChargeBody<'a> {
    charge: &'a str,
    amount: i64,
}

#[derive(Serialize)]
struct VoidBody<'a> {
    reference: &'a str,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct Charges {
    items: Vec<Charge>,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    status: String,
    captured: i64,
    currency: Option<Currency>,
    decline_code: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
}

const CHARGES: &str = "/v1/charges";

impl SandboxGateway {
    /// The acquirer at `base`, which knows this shop by `key`. What has not been answered within
    /// `deadline` counts as unknown.
    pub fn new(base: Url, key: SecretString, deadline: Duration) -> Result<Self, reqwest::Error> {
        let client = upstream::client(&base, deadline)
            // Whether to ask again is decided where the key is known to be the same.
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self {
            base,
            key,
            deadline,
            client,
        })
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let request = self
            .client
            .request(Method::POST, self.url(path))
            .header("idempotency-key", key)
            .json(body);
        self.send(path, request).await
    }

    async fn charge(&self, reference: &str) -> Result<Option<Charge>, Failure> {
        let request = self
            .client
            .request(Method::GET, self.url(CHARGES))
            .query(&[("reference", reference)]);
        let charges: Charges = self.send(CHARGES, request).await?;
        Ok(charges.items.into_iter().next())
    }

    async fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<T, Failure> {
        let request = request.bearer_auth(self.key.expose_secret());
        let request = request.build().map_err(unknown)?;
        // No path of the acquirer's has an id in it, so each is its own template.
        let response = upstream::execute(&self.client, "acquirer", Some(path), request)
            .await
            .map_err(unknown)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(unknown);
        }
        // Only these two say that nothing was done. Anything else, such as a key of ours that is not
        // accepted, is no word about the card.
        match status {
            StatusCode::PAYMENT_REQUIRED => {
                let refusal: Refusal = response.json().await.map_err(unknown)?;
                Err(Failure::Refused(refusal.error.code))
            }
            StatusCode::CONFLICT => {
                let refusal: Refusal = response.json().await.map_err(unknown)?;
                if refusal.error.code == "already_captured" {
                    return Err(Failure::AlreadyCaptured);
                }
                Err(unexpected(status, &refusal.error.code))
            }
            status => Err(unexpected(status, "")),
        }
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

impl Charge {
    fn captured(&self) -> Result<Money, Failure> {
        let currency = self
            .currency
            .ok_or_else(|| Failure::Unknown("a charge without a currency was captured".into()))?;
        Ok(Money {
            amount: self.captured,
            currency,
        })
    }
}

fn unknown(error: reqwest::Error) -> Failure {
    Failure::Unknown(error.without_url().into())
}

fn unexpected(status: StatusCode, code: &str) -> Failure {
    Failure::Unknown(format!("the acquirer answered {status} {code}").into())
}

/// The outcome, for an operation that cannot be too late.
fn outcome<'a, T>(call: impl Future<Output = Result<T, Failure>> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move {
        match call.await {
            Ok(done) => Outcome::Approved(done),
            Err(Failure::Refused(code)) => Outcome::Declined(code),
            Err(Failure::AlreadyCaptured) => Outcome::Unknown("captured already".into()),
            Err(Failure::Unknown(cause)) => Outcome::Unknown(cause),
        }
    })
}

impl Gateway for SandboxGateway {
    fn tokenise<'a>(&'a self, key: &'a str, card: &'a Card) -> Answer<'a, String> {
        outcome(async move {
            let body = CardBody {
                number: card.number.expose_secret(),
                exp_month: card.exp_month,
                exp_year: card.exp_year,
                cvc: card.cvc.expose_secret(),
            };
            let token: Created = self.post("/v1/tokens", key, &body).await?;
            Ok(token.id)
        })
    }

    fn authorise<'a>(&'a self, key: &'a str, what: Authorisation<'a>) -> Answer<'a, String> {
        outcome(async move {
            let body = AuthorisationBody {
                token: what.token,
                reference: what.reference,
                amount: what.amount.amount,
                currency: what.amount.currency,
            };
            let charge: Created = self.post("/v1/authorizations", key, &body).await?;
            Ok(charge.id)
        })
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()> {
        outcome(async move {
            let amount = amount.amount;
            let body = ChargeBody { charge, amount };
            let _: IgnoredAny = self.post("/v1/captures", key, &body).await?;
            Ok(())
        })
    }

    fn void<'a>(
        &'a self,
        key: &'a str,
        what: Authorisation<'a>,
        _charge: Option<&'a str>,
    ) -> Answer<'a, Voided> {
        outcome(async move {
            let reference = what.reference;
            let body = VoidBody { reference };
            match self.post::<IgnoredAny>("/v1/voids", key, &body).await {
                Ok(_) => Ok(Voided::Nothing),
                Err(Failure::AlreadyCaptured) => {
                    let found = self.charge(reference).await?;
                    let charge = found.ok_or_else(|| {
                        Failure::Unknown("the acquirer does not know the charge".into())
                    })?;
                    Ok(Voided::Captured {
                        amount: charge.captured()?,
                        charge: charge.id,
                    })
                }
                Err(failure) => Err(failure),
            }
        })
    }

    fn look<'a>(&'a self, what: Authorisation<'a>, _charge: Option<&'a str>) -> Answer<'a, Seen> {
        outcome(async move {
            let Some(charge) = self.charge(what.reference).await? else {
                return Ok(Seen::Nothing);
            };
            match &*charge.status {
                "authorized" => Ok(Seen::Held { charge: charge.id }),
                "captured" => Ok(Seen::Captured {
                    amount: charge.captured()?,
                    charge: charge.id,
                }),
                "declined" => Ok(Seen::Declined(charge.decline_code.unwrap_or_default())),
                "voided" => Ok(Seen::Nothing),
                _ => Err(Failure::Unknown("the charge has an unknown status".into())),
            }
        })
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()> {
        outcome(async move {
            let amount = amount.amount;
            let body = ChargeBody { charge, amount };
            let _: IgnoredAny = self.post("/v1/refunds", key, &body).await?;
            Ok(())
        })
    }
}
