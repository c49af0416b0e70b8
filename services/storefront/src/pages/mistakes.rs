//! What is wrong with what was typed, in our words.

use actix_web::{HttpResponse, http::StatusCode};
use maud::{Markup, html};

use crate::{components as ui, failure::Failure, visit::Visit};

/// What is wrong with a form: as a whole, and at its fields.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    whole: Option<String>,
    fields: Vec<(&'static str, String)>,
}

impl Mistakes {
    pub(super) fn whole(says: String) -> Self {
        Self {
            whole: Some(says),
            fields: Vec::new(),
        }
    }

    pub(super) fn at(field: &'static str, says: String) -> Self {
        Self {
            whole: None,
            fields: vec![(field, says)],
        }
    }

    /// What a service found wrong with the fields of a form: which they are is for it to say, and in which
    /// words for us. None where it refused for another reason.
    pub(super) fn of(
        visit: &Visit,
        error: &upstream::Error,
        fields: &[&'static str],
    ) -> Option<Self> {
        if !error.is("invalid") {
            return None;
        }
        let named = &error.refusal()?.errors;
        let wrong = fields
            .iter()
            .filter(|it| named.iter().any(|error| error.field == **it));
        let fields: Vec<_> = wrong
            .map(|it| (*it, visit.t(&format!("mistake-{it}"))))
            .collect();
        Some(if fields.is_empty() {
            Self::whole(visit.t("failure-bad-form-text"))
        } else {
            Self {
                whole: None,
                fields,
            }
        })
    }

    pub(super) fn of_field(&self, field: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| *name == field);
        found.map(|(_, says)| says.as_str())
    }

    /// What stands above the form, with the way to each field at fault.
    pub(super) fn alert(&self) -> Markup {
        html! {
            @if let Some(says) = &self.whole { (ui::alert(says)) }
            @if !self.fields.is_empty() {
                div.alert role="alert" {
                    ul.plain {
                        @for (field, says) in &self.fields {
                            li { a href={ "#field-" (field) } { (says) } }
                        }
                    }
                }
            }
        }
    }
}

/// What is said where passwords are checked too often or by too many, with its status; other errors are
/// failures.
pub(super) fn too_busy(
    visit: &Visit,
    error: upstream::Error,
) -> Result<(StatusCode, Mistakes), Failure> {
    let upstream::Error::Problem { status, .. } = &error else {
        return Err(error.into());
    };
    let (status, says) = match status.as_u16() {
        429 => (StatusCode::TOO_MANY_REQUESTS, "mistake-too-many-attempts"),
        503 => (StatusCode::SERVICE_UNAVAILABLE, "mistake-busy"),
        _ => return Err(error.into()),
    };
    Ok((status, Mistakes::whole(visit.t(says))))
}

/// The same page with another status.
pub(super) fn answer(status: StatusCode, mut page: HttpResponse) -> HttpResponse {
    *page.status_mut() = status;
    page
}
