//! The two languages of the shop.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{
        AcceptLanguage, CACHE_CONTROL, CONTENT_LANGUAGE, Header as _, Preference, VARY,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A language that names and descriptions are written in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// The query of a route that only speaks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LanguageQuery {
    /// The language of names and descriptions, whatever `Accept-Language` says.
    pub(crate) lang: Option<Language>,
}

impl Language {
    pub(crate) fn is_french(self) -> bool {
        self == Self::Fr
    }

    /// Of a text in both languages, the one to show.
    pub(crate) fn pick<T>(self, english: T, french: T) -> T {
        match self {
            Self::En => english,
            Self::Fr => french,
        }
    }

    /// An answer in this language, which may be kept for a moment.
    pub(crate) fn answer(self, body: &impl Serialize) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_LANGUAGE, self.pick("en", "fr")))
            .insert_header((VARY, "Accept-Language"))
            .insert_header((CACHE_CONTROL, "public, max-age=10"))
            .json(body)
    }
}

/// The language that the client's `Accept-Language` prefers; English where it names none of ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted(pub(crate) Language);

impl FromRequest for Accepted {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = AcceptLanguage::parse(request).ok().and_then(|header| {
            header.ranked().into_iter().find_map(|it| match it {
                Preference::Specific(tag) => match tag.primary_language() {
                    "en" => Some(Language::En),
                    "fr" => Some(Language::Fr),
                    _ => None,
                },
                Preference::Any => Some(Language::default()),
            })
        });
        ready(Ok(Self(accepted.unwrap_or_default())))
    }
}
