//! Addresses: the fields that ask for one, and how one is written on a parcel.

use maud::{Markup, html};
use serde::Deserialize;

use super::mistakes::Mistakes;
use crate::{
    components::{self as ui, Field},
    services::auth::Lines,
    texts::COUNTRIES,
    visit::Visit,
};

/// An address as it is typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    name: String,
    line1: String,
    #[serde(default)]
    line2: String,
    city: String,
    postal_code: String,
    country: String,
}

impl Typed {
    pub(super) fn lines(self) -> Lines {
        let trimmed = |it: String| it.trim().to_owned();
        Lines {
            name: trimmed(self.name),
            line1: trimmed(self.line1),
            line2: Some(trimmed(self.line2)).filter(|it| !it.is_empty()),
            city: trimmed(self.city),
            postal_code: trimmed(self.postal_code),
            country: trimmed(self.country),
        }
    }
}

/// In forms, and in the API.
pub(super) const FIELDS: [&str; 6] = ["name", "line1", "line2", "city", "postal_code", "country"];

/// What an address is asked for by.
pub(super) fn fields(visit: &Visit, lines: &Lines, mistakes: &Mistakes) -> Markup {
    let mut countries: Vec<_> = COUNTRIES
        .iter()
        .map(|(code, id)| (*code, visit.t(id)))
        .collect();
    // One that came from elsewhere must not be changed by opening the form.
    if !is_served(&lines.country) && !lines.country.is_empty() {
        countries.push((&lines.country, lines.country.clone()));
    }
    let line2 = lines.line2.as_deref().unwrap_or_default();
    let text = |name, value, autocomplete, most| {
        ui::field(
            visit,
            &Field {
                name,
                label: &visit.t(&format!("address-{name}")),
                value,
                autocomplete,
                error: mistakes.of_field(name),
                optional: name == "line2",
                most: Some(most),
                ..Field::default()
            },
        )
    };
    html! {
        (text("name", &lines.name, "shipping name", 100))
        (text("line1", &lines.line1, "shipping address-line1", 200))
        (text("line2", line2, "shipping address-line2", 200))
        div.pair {
            (text("postal_code", &lines.postal_code, "shipping postal-code", 20))
            (text("city", &lines.city, "shipping address-level2", 100))
        }
        (ui::select("country", &visit.t("address-country"), countries, &lines.country))
    }
}

/// Whether the shop sends to the country of this code.
pub(super) fn is_served(country: &str) -> bool {
    COUNTRIES.iter().any(|(code, _)| *code == country)
}

/// An address as it is written on a parcel.
pub(super) fn postal(visit: &Visit, lines: &Lines) -> Markup {
    let country = COUNTRIES.iter().find(|(code, _)| *code == lines.country);
    html! {
        span.postal {
            strong { (lines.name) }
            span { (lines.line1) }
            @if let Some(line2) = &lines.line2 { span { (line2) } }
            span { (lines.postal_code) " " (lines.city) }
            span { (country.map_or_else(|| lines.country.clone(), |(_, id)| visit.t(id))) }
        }
    }
}
