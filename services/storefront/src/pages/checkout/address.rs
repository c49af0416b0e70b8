//! Where the parcel goes.

use actix_web::HttpResponse;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{Asked, Step, ask, under_way};
use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::go,
    services::auth::{Address, Lines},
    texts::COUNTRIES,
    visit::Visit,
};

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let book = visit.services().auth.addresses(&token);
    let (ground, book) = match ask(&visit, Step::Address, book).await? {
        Asked::Got(ground, book) => (ground, book),
        Asked::Turned(response) => return Ok(response),
    };
    let typed = Lines {
        name: member_name(&visit),
        ..Lines::default()
    };
    let chosen = under_way(&visit).address;
    let content = content(&visit, &book, chosen, &typed, &Wrong::default());
    Ok(ground.page(&visit, Step::Address, content))
}

/// Who is signed in: most parcels go to them.
fn member_name(visit: &Visit) -> String {
    let memory = visit.memory();
    let name = memory.member.as_ref().map(|it| it.name.clone());
    name.unwrap_or_default()
}

/// An entry of the address book, or a new one.
#[derive(Deserialize)]
pub(super) struct Choice {
    address: Option<Uuid>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    line1: String,
    #[serde(default)]
    line2: String,
    #[serde(default)]
    city: String,
    #[serde(default)]
    postal_code: String,
    #[serde(default)]
    country: String,
}

impl Choice {
    fn lines(&self) -> Lines {
        let typed = |text: &String| text.trim().to_owned();
        Lines {
            name: typed(&self.name),
            line1: typed(&self.line1),
            line2: Some(typed(&self.line2)).filter(|it| !it.is_empty()),
            city: typed(&self.city),
            postal_code: typed(&self.postal_code),
            country: typed(&self.country),
        }
    }
}

/// What is wrong with an address that was typed.
#[derive(Default)]
struct Wrong {
    /// Names of fields, as in the API.
    fields: Vec<String>,
    book_full: bool,
}

pub(super) async fn choose(visit: Visit, form: Form<Choice>) -> Result<HttpResponse, Failure> {
    let Form(choice) = form;
    let token = visit.member_token()?;
    under_way(&visit);
    if let Some(id) = choice.address {
        return Ok(chosen(&visit, id));
    }
    let lines = choice.lines();
    if !COUNTRIES.iter().any(|(code, _)| *code == lines.country) {
        return Err(Failure::BadForm);
    }
    let auth = &visit.services().auth;
    let wrong = match auth.add_address(&token, &lines).await {
        Ok(address) => return Ok(chosen(&visit, address.id)),
        Err(error) if error.is("too-many-addresses") => Wrong {
            book_full: true,
            ..Wrong::default()
        },
        Err(error) if error.is("invalid") => {
            let errors = error.refusal().map(|it| it.errors.as_slice());
            let errors = errors.unwrap_or_default().iter();
            Wrong {
                fields: errors.map(|it| it.field.clone()).collect(),
                ..Wrong::default()
            }
        }
        Err(error) => return Err(error.into()),
    };
    match ask(&visit, Step::Address, auth.addresses(&token)).await? {
        Asked::Got(ground, book) => {
            let content = content(&visit, &book, None, &lines, &wrong);
            Ok(ground.again(&visit, Step::Address, content))
        }
        Asked::Turned(response) => Ok(response),
    }
}

fn chosen(visit: &Visit, address: Uuid) -> HttpResponse {
    let mut memory = visit.memory_mut();
    let mut next = Step::Card;
    if let Some(checkout) = &mut memory.checkout {
        checkout.address = Some(address);
        if checkout.method.is_some() {
            next = Step::Review;
        }
    }
    go(next.path())
}

fn content(
    visit: &Visit,
    book: &[Address],
    chosen: Option<Uuid>,
    typed: &Lines,
    wrong: &Wrong,
) -> Markup {
    let first = book.first().map(|it| it.id);
    let chosen = chosen.filter(|it| book.iter().any(|known| known.id == *it));
    let chosen = chosen.or(first);
    html! {
        h1 { (visit.t("checkout-address-title")) }
        @if wrong.book_full {
            p.alert role="alert" {
                (visit.t("checkout-address-book-full")) " "
                a href="/account/addresses" { (visit.t("checkout-address-book")) }
            }
        }
        @if !book.is_empty() {
            form.choose method="post" action=(Step::Address.path()) {
                (ui::proof(visit))
                fieldset {
                    legend { (visit.t("checkout-address-known")) }
                    @for address in book {
                        label.option {
                            input type="radio" name="address" value=(address.id) required
                                checked[chosen == Some(address.id)];
                            span { (postal(visit, &address.lines)) }
                        }
                    }
                }
                p { button.button data-test="use-saved-address" { (visit.t("checkout-address-use")) } }
            }
        }
        form method="post" action=(Step::Address.path()) data-once {
            (ui::proof(visit))
            @if book.is_empty() {
                p { (visit.t("checkout-address-first")) }
            } @else {
                h2 { (visit.t("checkout-address-new")) }
            }
            (fields(visit, typed, wrong))
            p {
                button.button.quiet[!book.is_empty()] data-test="use-address" {
                    (visit.t("checkout-address-save"))
                }
            }
        }
    }
}

fn fields(visit: &Visit, typed: &Lines, wrong: &Wrong) -> Markup {
    let field = |name: &str, value: &str, label: &str, autocomplete: &str, most: u16| {
        let error = wrong.fields.iter().any(|it| it == name).then(|| {
            visit.t(if value.is_empty() {
                "checkout-wrong-missing"
            } else {
                "checkout-wrong-line"
            })
        });
        ui::field(
            visit,
            &ui::Field {
                name,
                value,
                label: &visit.t(label),
                autocomplete,
                error: error.as_deref(),
                optional: name == "line2",
                most: Some(most),
                ..ui::Field::default()
            },
        )
    };
    let line2 = typed.line2.as_deref().unwrap_or_default();
    let countries = COUNTRIES.map(|(code, name)| (code, visit.t(name)));
    html! {
        (field("name", &typed.name, "checkout-field-name", "shipping name", 100))
        (field("line1", &typed.line1, "checkout-field-line1", "shipping address-line1", 200))
        (field("line2", line2, "checkout-field-line2", "shipping address-line2", 200))
        div.pair {
            (field("postal_code", &typed.postal_code, "checkout-field-postal-code", "shipping postal-code", 20))
            (field("city", &typed.city, "checkout-field-city", "shipping address-level2", 100))
        }
        (ui::select("country", &visit.t("checkout-field-country"), countries, &typed.country))
    }
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
            span { (country.map_or_else(|| lines.country.clone(), |(_, name)| visit.t(name))) }
        }
    }
}
