//! Extractors whose failures are problems too.

use std::{future::Future, ops::Deref, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, dev::Payload, error::JsonPayloadError, http::StatusCode, web,
};
use serde::de::DeserializeOwned;

use crate::{FieldError, Problem};

/// A JSON body that has passed its `garde` rules; there is no way to forget the call.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> FromRequest for Valid<T>
where
    T: DeserializeOwned + garde::Validate<Context = ()> + 'static,
{
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<T>::from_request(request, payload);
        Box::pin(async move {
            let web::Json(body) = body.await?;
            body.validate().map_err(invalid)?;
            Ok(Self(body))
        })
    }
}

fn invalid(report: garde::Report) -> Problem {
    let errors = report
        .iter()
        .map(|(path, error)| FieldError {
            field: path.to_string(),
            detail: error.to_string(),
        })
        .collect();
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        "Invalid request",
    )
    .fields(errors)
}

/// The largest JSON body that is read, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Makes a body that is not the expected JSON a problem.
pub fn json_config() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(BODY_LIMIT)
        .error_handler(|error, _| malformed_body(&error).into())
}

/// The parser's own message may quote the body, and a body may hold a card number or a password: only
/// the place of the fault and the names of fields of ours are repeated.
fn malformed_body(error: &JsonPayloadError) -> Problem {
    let malformed = Problem::new(StatusCode::BAD_REQUEST, "malformed", "Malformed body");
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
            )
            .detail(format!("at most {BODY_LIMIT} bytes"))
        }
        JsonPayloadError::ContentType => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            "The body must be application/json",
        ),
        JsonPayloadError::Deserialize(error) => {
            let message = error.to_string();
            let what = match message.split_once(" at line") {
                Some((missing, _)) if missing.starts_with("missing field") => missing.to_owned(),
                _ => "not the expected JSON".to_owned(),
            };
            malformed.detail(format!(
                "{what}, at line {} column {}",
                error.line(),
                error.column()
            ))
        }
        _ => malformed,
    }
}

/// Makes a path segment of the wrong type a problem.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| Problem::not_found().into())
}

/// Makes a malformed query string a problem.
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "Malformed query")
            .detail(error.to_string())
            .into()
    })
}
