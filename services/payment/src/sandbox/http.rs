//! The acquirer's API. Its errors are its own, `{"error": {"code"}}`, as a third party's would be:
//!
//! | status | means |
//! |---|---|
//! | 402 | refused for good, and the code says why |
//! | 409 | refused as things are, such as `already_captured` for a void |
//! | 400, 401, 404, 422 | a mistake of the caller's: no word about the card |
//! | 503 | ask again |

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::{BodySize, MessageBody},
    http::{StatusCode, header},
    web::{self, Bytes},
};
use money::Currency;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgPool;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    card::{Brand, digits, passes_luhn},
    sandbox::{
        cards::Behaviour,
        ledger::{self, Done, LedgerError, Operation},
        store,
    },
};

/// What every request needs.
pub(crate) struct Acquirer {
    pub(crate) db: PgPool,
    /// With which shops must call.
    pub(crate) key: SecretString,
    /// How long the slow card takes.
    pub(crate) slow: Duration,
}

/// Not collected into an API document: a third party has its own.
pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.route("/v1/tokens", web::post().to(tokenise))
        .route("/v1/authorizations", web::post().to(authorise))
        .route("/v1/captures", web::post().to(capture))
        .route("/v1/voids", web::post().to(void))
        .route("/v1/refunds", web::post().to(refund))
        .route("/v1/charges/{id}", web::get().to(charge))
        .route("/v1/charges", web::get().to(charges));
}

#[derive(Deserialize)]
struct Card {
    number: SecretString,
    cvc: SecretString,
}

#[derive(Deserialize)]
struct Authorisation {
    token: String,
    reference: String,
    amount: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct OfCharge {
    charge: String,
    amount: i64,
}

#[derive(Deserialize)]
struct Void {
    reference: String,
}

#[derive(Deserialize)]
struct ByReference {
    reference: String,
}

/// A request that is not answered with what was asked.
#[derive(Debug, thiserror::Error)]
enum ApiError {
    #[error("{1}")]
    Refused(StatusCode, &'static str),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        Self::Ledger(error.into())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(status, _) => *status,
            Self::Ledger(LedgerError::KeyReused) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Ledger(LedgerError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ledger(LedgerError::Database(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let code = match self {
            Self::Refused(_, code) => code,
            Self::Ledger(LedgerError::KeyReused) => "idempotency_key_reused",
            Self::Ledger(LedgerError::Unavailable) => "unavailable",
            Self::Ledger(LedgerError::Database(_)) => "internal",
        };
        HttpResponse::build(self.status_code()).json(json!({ "error": { "code": code } }))
    }
}

type Answered = Result<HttpResponse, ApiError>;

async fn tokenise(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    card: web::Json<Card>,
) -> Answered {
    acquirer.check_key(&request)?;
    let number = digits(card.number.expose_secret())
        .filter(|it| (12..=19).contains(&it.len()) && passes_luhn(it));
    let has_cvc = matches!(card.cvc.expose_secret().len(), 3 | 4);
    let (Some(number), true) = (number, has_cvc) else {
        return Err(ApiError::Refused(
            StatusCode::PAYMENT_REQUIRED,
            "invalid_card",
        ));
    };
    // The last that is seen of the number.
    let operation = Operation::Tokenise {
        brand: Brand::of(&number),
        last4: number
            .get(number.len() - 4..)
            .unwrap_or_default()
            .to_owned(),
        behaviour: Behaviour::of(&number),
    };
    acquirer.perform(&request, operation).await
}

async fn authorise(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    body: web::Json<Authorisation>,
) -> Answered {
    acquirer.check_key(&request)?;
    let body = body.into_inner();
    check_amount(body.amount)?;
    let operation = Operation::Authorise {
        token: body.token,
        reference: check_text(body.reference)?,
        amount: body.amount,
        currency: body.currency,
    };
    acquirer.perform(&request, operation).await
}

async fn capture(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    body: web::Json<OfCharge>,
) -> Answered {
    acquirer.check_key(&request)?;
    let OfCharge { charge, amount } = body.into_inner();
    check_amount(amount)?;
    let operation = Operation::Capture { charge, amount };
    acquirer.perform(&request, operation).await
}

async fn void(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    body: web::Json<Void>,
) -> Answered {
    acquirer.check_key(&request)?;
    let reference = check_text(body.into_inner().reference)?;
    let operation = Operation::Void { reference };
    acquirer.perform(&request, operation).await
}

async fn refund(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    body: web::Json<OfCharge>,
) -> Answered {
    acquirer.check_key(&request)?;
    let OfCharge { charge, amount } = body.into_inner();
    check_amount(amount)?;
    let operation = Operation::Refund { charge, amount };
    acquirer.perform(&request, operation).await
}

async fn charge(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    id: web::Path<String>,
) -> Answered {
    acquirer.check_key(&request)?;
    match store::charge(&acquirer.db, &id).await? {
        Some(charge) => Ok(HttpResponse::Ok().json(charge)),
        None => Err(ApiError::Refused(StatusCode::NOT_FOUND, "no_such_charge")),
    }
}

/// The charge of a reference, in a list of one or none.
async fn charges(
    request: HttpRequest,
    acquirer: web::Data<Acquirer>,
    query: web::Query<ByReference>,
) -> Answered {
    acquirer.check_key(&request)?;
    let charge = store::charge_of_reference(&acquirer.db, &query.reference).await?;
    let items: Vec<_> = charge.into_iter().collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

impl Acquirer {
    fn check_key(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let key = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.strip_prefix("Bearer "))
            .unwrap_or_default();
        if same(key.as_bytes(), self.key.expose_secret().as_bytes()) {
            Ok(())
        } else {
            Err(ApiError::Refused(
                StatusCode::UNAUTHORIZED,
                "invalid_api_key",
            ))
        }
    }

    async fn perform(&self, request: &HttpRequest, operation: Operation) -> Answered {
        let key = request
            .headers()
            .get("idempotency-key")
            .and_then(|it| it.to_str().ok())
            .filter(|it| (1..=255).contains(&it.len()))
            .ok_or(ApiError::Refused(
                StatusCode::BAD_REQUEST,
                "idempotency_key_missing",
            ))?;
        let Done { answer, first } = ledger::perform(&self.db, key, &operation).await?;
        match (&operation, first) {
            (Operation::Authorise { .. }, Some(Behaviour::Slow)) => {
                tokio::time::sleep(self.slow).await;
            }
            (Operation::Capture { .. }, Some(Behaviour::AnswerLost)) => {
                return Ok(HttpResponse::Ok().body(ConnectionLost));
            }
            _ => {}
        }
        let status =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Ok(HttpResponse::build(status).json(answer.body))
    }
}

/// Takes the same time wherever two keys of the same length differ.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differ, (l, r)| differ | (l ^ r))
            == 0
}

fn check_amount(amount: i64) -> Result<(), ApiError> {
    if (1..=1_000_000_000_000).contains(&amount) {
        Ok(())
    } else {
        Err(invalid())
    }
}

fn check_text(text: String) -> Result<String, ApiError> {
    if (1..=100).contains(&text.len()) {
        Ok(text)
    } else {
        Err(invalid())
    }
}

fn invalid() -> ApiError {
    ApiError::Refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request")
}

/// A body that promises some bytes and breaks before the first, which closes the connection.
struct ConnectionLost;

impl MessageBody for ConnectionLost {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(64)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
