//! The two languages of the shop, and which one a client prefers.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{AcceptLanguage, Header as _, Preference},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that names, descriptions and pages are written in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// Its BCP 47 tag, as for `Content-Language`.
    pub fn tag(self) -> &'static str {
        self.pick("en", "fr")
    }

    /// Of a text in both languages, the one to show.
    pub fn pick<T>(self, english: T, french: T) -> T {
        match self {
            Self::En => english,
            Self::Fr => french,
        }
    }
}

/// As an extractor: what `Accept-Language` prefers, and English where it names none of ours.
impl FromRequest for Language {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let preferred = AcceptLanguage::parse(request).ok().and_then(|header| {
            header.ranked().into_iter().find_map(|it| match it {
                Preference::Specific(tag) => match tag.primary_language() {
                    "en" => Some(Self::En),
                    "fr" => Some(Self::Fr),
                    _ => None,
                },
                Preference::Any => Some(Self::default()),
            })
        });
        ready(Ok(preferred.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn preferred(request: TestRequest) -> Language {
        let Ok(language) =
            Language::from_request(&request.to_http_request(), &mut Payload::None).into_inner();
        language
    }

    #[test]
    fn the_language_is_the_best_liked_of_ours() {
        let cases = [
            ("fr", Language::Fr),
            ("fr-CA,en;q=0.5", Language::Fr),
            ("en;q=0.5, fr;q=0.9", Language::Fr),
            ("de, en;q=0.8, fr;q=0.7", Language::En),
            ("de", Language::En),
            ("*", Language::En),
            ("§", Language::En),
        ];
        for (header, expected) in cases {
            let request = TestRequest::default().insert_header(("Accept-Language", header));
            assert_eq!(preferred(request), expected, "{header}");
        }
        assert_eq!(preferred(TestRequest::default()), Language::En);
    }
}
