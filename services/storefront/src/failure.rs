//! What is shown where something cannot be had: a page that says what happened, what still works, and what
//! to do. Never a blank page, never a cause.

use std::{fmt, sync::Arc};

use actix_web::{
    HttpResponse, ResponseError,
    body::{BoxBody, MessageBody as _},
    dev::ServiceResponse,
    http::{StatusCode, header},
};
use maud::{Markup, html};
use problem::Problem;

use crate::{components as ui, frame::Frame, visit::Visit};

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such page, product or order, or it is somebody else's.
    NotFound,
    /// For members only.
    SignIn,
    /// For staff only.
    Forbidden,
    /// A form that was not made for this visitor, or too long ago.
    StaleForm,
    /// A form that no page of ours sends.
    BadForm,
    /// Too often.
    TooMany,
    /// A service does not answer.
    Down(Arc<upstream::Error>),
    /// A failure of ours. The cause is logged and never shown.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    pub(crate) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The service that does not answer.
    pub(crate) fn service(&self) -> Option<&'static str> {
        match self {
            Self::Down(error) => Some(error.service()),
            _ => None,
        }
    }
}

/// For refusals that a page does not expect. Those that it does, it looks at first.
impl From<upstream::Error> for Failure {
    fn from(error: upstream::Error) -> Self {
        let upstream::Error::Problem { status, .. } = &error else {
            return Self::Down(error.into());
        };
        match status.as_u16() {
            401 => Self::SignIn,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            429 => Self::TooMany,
            400..500 => Self::internal(error),
            _ => Self::Down(error.into()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cause: Option<&dyn std::error::Error> = match self {
            Self::Down(error) => Some(error.as_ref()),
            Self::Internal(error) => Some(error.as_ref()),
            other => return fmt::Debug::fmt(other, f),
        };
        f.write_str("no page")?;
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Down(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The page for a path that leads nowhere.
pub(crate) async fn no_such_page() -> Result<HttpResponse, Failure> {
    Err(Failure::NotFound)
}

/// The same response, with a page for people where it is a failure. The error stays in it, for the log.
pub(crate) async fn show(
    visit: &Visit,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response;
    };
    let refused;
    let failure = match error.as_error::<Failure>() {
        Some(failure) => failure,
        // Of an extractor: a path or query that makes no sense.
        None => {
            refused = match error.as_error::<Problem>().map(ResponseError::status_code) {
                Some(status) if status.is_server_error() => Failure::internal("a problem"),
                Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
                    Failure::BadForm
                }
                _ => Failure::NotFound,
            };
            &refused
        }
    };
    if matches!(failure, Failure::SignIn) {
        return sign_in_first(visit, response);
    }
    // It is said above the page, which stays: a button that adds to the cart has no place of its own.
    let above = visit.is_partial() && visit.here().starts_with("/cart/items/");
    let body = page(visit, failure, above).await.into_string();
    let (service, retry) = (failure.service(), matches!(failure, Failure::Down(_)));
    let mut response = response.map_body(|_, _| body.boxed());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if above {
        let set = [("hx-retarget", "#notices"), ("hx-reswap", "innerHTML")];
        for (name, value) in set {
            let name = header::HeaderName::from_static(name);
            headers.insert(name, header::HeaderValue::from_static(value));
        }
    }
    if retry {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    }
    tracing::debug!(service, "a failure is shown");
    response
}

/// Where somebody is asked who they are, and from where they come back.
fn sign_in_first(
    visit: &Visit,
    mut response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    if visit.memory().member.is_some() {
        // A service refused the token: signed out elsewhere.
        let _ = visit.sign_out();
        visit.notify("notice-session-ended");
    }
    let to = visit.page().unwrap_or("/account");
    let query = serde_urlencoded::to_string([("to", to)]).unwrap_or_default();
    let location = format!("/sign-in?{query}");
    let Ok(location) = header::HeaderValue::from_str(&location) else {
        return response;
    };
    if visit.is_partial() {
        // A part of a page cannot become another page, so htmx is told to go there.
        *response.response_mut().status_mut() = StatusCode::OK;
        let name = header::HeaderName::from_static("hx-redirect");
        response.headers_mut().insert(name, location);
    } else {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn page(visit: &Visit, failure: &Failure, above: bool) -> Markup {
    let paying = visit.here() == "/checkout/pay";
    let (title, text) = match failure {
        Failure::NotFound => ("failure-not-found", "failure-not-found-text"),
        Failure::Forbidden => ("failure-forbidden", "failure-forbidden-text"),
        // An earlier attempt may have become an order.
        Failure::StaleForm if paying => ("failure-stale-form", "failure-stale-form-paying"),
        Failure::StaleForm => ("failure-stale-form", "failure-stale-form-text"),
        Failure::BadForm => ("failure-bad-form", "failure-bad-form-text"),
        Failure::TooMany => ("failure-too-many", "failure-too-many-text"),
        Failure::Down(_) => match failure.service() {
            Some("catalog") => ("failure-down", "failure-down-catalog"),
            Some("order" | "payment") => ("failure-down", "failure-down-order"),
            Some("cart") => ("failure-down", "failure-down-cart"),
            _ => ("failure-down", "failure-down-account"),
        },
        Failure::SignIn | Failure::Internal(_) => ("failure-internal", "failure-internal-text"),
    };
    let again = match failure {
        // What was sent as a form is tried again where the form is.
        Failure::Down(_) | Failure::TooMany | Failure::Internal(_) => visit.page(),
        _ => None,
    };
    if above {
        return ui::alert(&visit.t(text));
    }
    let content = html! {
        (ui::notice_panel(&visit.t(title), html! { p { (visit.t(text)) } }, html! {
            @if let Some(here) = again {
                a.button href=(here) { (visit.t("failure-try-again")) }
            }
            @if paying { a.button href="/orders" { (visit.t("checkout-to-orders")) } }
            a.button.quiet href="/" { (visit.t("failure-to-the-shop")) }
        }))
    };
    if visit.is_partial() {
        content
    } else {
        let frame = Frame::known(visit).await;
        frame.around(visit, &visit.t(title), content)
    }
}
