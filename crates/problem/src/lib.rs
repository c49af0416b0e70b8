//! RFC 9457 problem details: the one shape in which every service says no.
//!
//! Domain code returns its own error enum and knows nothing of HTTP. Each service has one
//! `impl From<ItsError> for Problem`, and handlers return `Result<_, Problem>`, so `?` does the rest.

mod valid;

pub use valid::{BODY_LIMIT, Valid, json_config, path_config, query_config};

use std::{error::Error, fmt, time::Duration};

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a problem response.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What every `type` of this shop begins with; `docs/problems.md` lists the rest.
pub const TYPE_PREFIX: &str = "urn:comptoir:problem:";

/// An error on its way to a client, with the cause that stays in the log.
///
/// Boxed, because every `Result` of every handler has room for one.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    details: Details,
    retry_after: Option<Duration>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The body of a problem response.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Details {
    /// A stable URI for the kind of problem; programs switch on this.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words; the same for every occurrence.
    pub title: String,
    /// The HTTP status, repeated for bodies that travel alone.
    pub status: u16,
    /// This occurrence in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields that failed validation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field that failed validation.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field, as in `items[0].quantity`.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    /// A problem that clients can tell apart by `slug`.
    pub fn new(status: StatusCode, slug: &str, title: &str) -> Self {
        Self(Box::new(Inner {
            status,
            details: Details {
                kind: format!("{TYPE_PREFIX}{slug}"),
                title: title.to_owned(),
                status: status.as_u16(),
                detail: None,
                errors: Vec::new(),
            },
            retry_after: None,
            cause: None,
        }))
    }

    /// What was asked for does not exist, or not for this caller: the two look alike (OWASP ASVS 4.1).
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found")
    }

    /// The caller is known and may not do this.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden")
    }

    /// The request is well-formed and cannot be accepted as it is.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Invalid request",
        )
        .detail(detail)
    }

    /// A service that this one needs does not answer; nothing was lost, and trying again is safe.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Temporarily unavailable",
        )
        .retry_after(Duration::from_secs(2))
        .because(cause)
    }

    /// A failure of ours. The cause is logged and never sent.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
        )
        .because(cause)
    }

    /// The same problem, with its cause for the log.
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same problem, with this occurrence in words.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.details.detail = Some(detail.into());
        self
    }

    /// The same problem, telling the client when to try again (RFC 9110, `Retry-After`, whole seconds).
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The same problem, naming the fields at fault.
    pub fn fields(mut self, errors: Vec<FieldError>) -> Self {
        self.0.details.errors = errors;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.details.title)?;
        let mut cause: Option<&dyn Error> = match &self.0.cause {
            Some(error) => Some(error.as_ref()),
            None => None,
        };
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(wait) = self.0.retry_after {
            let seconds = wait.as_secs().max(1);
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        match serde_json::to_string(&self.0.details) {
            Ok(body) => response.body(body),
            Err(_) => response.finish(),
        }
    }
}
