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
    pages::{
        address::{self, FIELDS, Typed, is_served, postal},
        mistakes::Mistakes,
    },
    services::auth::{Address, Lines},
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
    let content = content(&visit, &book, chosen, &typed, &Refused::default());
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
#[serde(untagged)]
pub(super) enum Choice {
    Known { address: Uuid },
    New(Typed),
}

/// Why an address that was typed is not in the book.
#[derive(Default)]
struct Refused {
    mistakes: Mistakes,
    book_full: bool,
}

pub(super) async fn choose(visit: Visit, form: Form<Choice>) -> Result<HttpResponse, Failure> {
    let Form(choice) = form;
    let token = visit.member_token()?;
    under_way(&visit);
    let lines = match choice {
        Choice::Known { address } => return Ok(chosen(&visit, address)),
        Choice::New(typed) => typed.lines(),
    };
    if !is_served(&lines.country) {
        return Err(Failure::BadForm);
    }
    let auth = &visit.services().auth;
    let refused = match auth.add_address(&token, &lines).await {
        Ok(address) => return Ok(chosen(&visit, address.id)),
        Err(error) if error.is("too-many-addresses") => Refused {
            book_full: true,
            ..Refused::default()
        },
        Err(error) => Refused {
            mistakes: Mistakes::of(&visit, &error, &FIELDS).ok_or(error)?,
            ..Refused::default()
        },
    };
    match ask(&visit, Step::Address, auth.addresses(&token)).await? {
        Asked::Got(ground, book) => {
            let content = content(&visit, &book, None, &lines, &refused);
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
    refused: &Refused,
) -> Markup {
    let first = book.first().map(|it| it.id);
    let chosen = chosen.filter(|it| book.iter().any(|known| known.id == *it));
    let chosen = chosen.or(first);
    html! {
        h1 { (visit.t("checkout-address-title")) }
        (refused.mistakes.alert())
        @if refused.book_full {
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
                        (option(visit, address, chosen))
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
            (address::fields(visit, typed, &refused.mistakes))
            p {
                button.button.quiet[!book.is_empty()] data-test="use-address" {
                    (visit.t("checkout-address-save"))
                }
            }
        }
    }
}

/// An entry of the address book to choose.
pub(in crate::pages) fn option(visit: &Visit, address: &Address, chosen: Option<Uuid>) -> Markup {
    html! {
        label.option {
            input type="radio" name="address" value=(address.id) required
                checked[chosen == Some(address.id)];
            span { (postal(visit, &address.lines)) }
        }
    }
}
