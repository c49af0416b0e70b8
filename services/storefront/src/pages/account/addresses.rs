//! The address book.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::mistakes::{Mistakes, answer};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::sign_in::Button,
    services::auth::Lines,
    texts::COUNTRIES,
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/account/addresses", web::get().to(show))
        .route("/account/addresses", web::post().to(add))
        .route("/account/addresses/new", web::get().to(show_new))
        .route("/account/addresses/{id}", web::get().to(show_one))
        .route("/account/addresses/{id}", web::post().to(replace))
        .route("/account/addresses/{id}/delete", web::post().to(delete));
}

/// An address as it is typed.
#[derive(Deserialize)]
struct Typed {
    name: String,
    line1: String,
    #[serde(default)]
    line2: String,
    city: String,
    postal_code: String,
    country: String,
}

impl Typed {
    fn lines(self) -> Lines {
        let trimmed = |it: String| it.trim().to_owned();
        Lines {
            name: trimmed(self.name),
            line1: trimmed(self.line1),
            line2: Some(trimmed(self.line2)).filter(|it| !it.is_empty()),
            city: trimmed(self.city),
            postal_code: trimmed(self.postal_code),
            country: self.country,
        }
    }
}

/// In the form, and in the API.
const FIELDS: [&str; 6] = ["name", "line1", "line2", "city", "postal_code", "country"];

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let auth = &visit.services().auth;
    let (frame, addresses) = join!(Frame::load(&visit), auth.addresses(&token));
    let addresses = addresses?;
    let title = visit.t("addresses-title");
    let content = html! {
        h1 { (title) }
        @if addresses.is_empty() {
            p { (visit.t("addresses-empty")) }
        } @else {
            ul.entries {
                @for address in &addresses {
                    li {
                        (postal(&visit, &address.lines))
                        div.entry-actions {
                            a href={ "/account/addresses/" (address.id) } {
                                (visit.t("addresses-edit"))
                                span.unseen { " " (address.lines.name) ", " (address.lines.line1) }
                            }
                            form method="post" action={ "/account/addresses/" (address.id) "/delete" } {
                                (ui::proof(&visit))
                                button.link data-test="delete-address" {
                                    (visit.t("addresses-delete"))
                                    span.unseen { " " (address.lines.name) ", " (address.lines.line1) }
                                }
                            }
                        }
                    }
                }
            }
        }
        p.actions { a.button href="/account/addresses/new" { (visit.t("addresses-add")) } }
    };
    Ok(super::page(&visit, &frame, &title, content))
}

/// An address as it is written on a parcel.
pub(in crate::pages) fn postal(visit: &Visit, lines: &Lines) -> Markup {
    html! {
        address {
            strong { (lines.name) } br;
            (lines.line1) br;
            @if let Some(line2) = &lines.line2 { (line2) br; }
            (lines.postal_code) " " (lines.city) br;
            (country(visit, &lines.country))
        }
    }
}

fn country(visit: &Visit, code: &str) -> String {
    match COUNTRIES.iter().find(|(known, _)| *known == code) {
        Some((_, id)) => visit.t(id),
        None => code.to_owned(),
    }
}

async fn show_new(visit: Visit) -> Result<HttpResponse, Failure> {
    visit.member_token()?;
    let lines = Lines {
        country: "FR".to_owned(),
        ..Lines::default()
    };
    Ok(form_page(&visit, None, &lines, &Mistakes::default()).await)
}

async fn show_one(visit: Visit, id: web::Path<Uuid>) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let auth = &visit.services().auth;
    let (frame, addresses) = join!(Frame::load(&visit), auth.addresses(&token));
    let found = addresses?.into_iter().find(|it| it.id == *id);
    let address = found.ok_or(Failure::NotFound)?;
    let mistakes = Mistakes::default();
    Ok(form_in(
        &visit,
        &frame,
        Some(*id),
        &address.lines,
        &mistakes,
    ))
}

async fn form_page(
    visit: &Visit,
    id: Option<Uuid>,
    lines: &Lines,
    mistakes: &Mistakes,
) -> HttpResponse {
    let frame = Frame::load(visit).await;
    form_in(visit, &frame, id, lines, mistakes)
}

fn form_in(
    visit: &Visit,
    frame: &Frame,
    id: Option<Uuid>,
    lines: &Lines,
    mistakes: &Mistakes,
) -> HttpResponse {
    let (title, action) = match id {
        Some(id) => (
            visit.t("addresses-edit-title"),
            format!("/account/addresses/{id}"),
        ),
        None => (
            visit.t("addresses-new-title"),
            "/account/addresses".to_owned(),
        ),
    };
    let content = html! {
        h1 { (title) }
        (mistakes.alert())
        form method="post" action=(action) data-once {
            (ui::proof(visit))
            (fields(visit, lines, mistakes))
            div.actions {
                button.button data-test="save-address" { (visit.t("addresses-save")) }
                a.button.quiet href="/account/addresses" { (visit.t("account-cancel")) }
            }
        }
    };
    super::page(visit, frame, &title, content)
}

/// What an address is asked for by.
fn fields(visit: &Visit, lines: &Lines, mistakes: &Mistakes) -> Markup {
    let mut countries: Vec<_> = COUNTRIES
        .iter()
        .map(|(code, id)| (*code, visit.t(id)))
        .collect();
    // One that came from elsewhere must not be changed by opening the form.
    if !countries.iter().any(|(code, _)| *code == lines.country) && !lines.country.is_empty() {
        countries.push((&lines.country, lines.country.clone()));
    }
    let line2 = lines.line2.as_deref().unwrap_or_default();
    let text = |name, label: &str, value, autocomplete, most| {
        ui::field(
            visit,
            &Field {
                name,
                label: &visit.t(label),
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
        (text("name", "address-name", &lines.name, "shipping name", 100))
        (text("line1", "address-line1", &lines.line1, "shipping address-line1", 200))
        (text("line2", "address-line2", line2, "shipping address-line2", 200))
        div.pair {
            (text("postal_code", "address-postal_code", &lines.postal_code, "shipping postal-code", 20))
            (text("city", "address-city", &lines.city, "shipping address-level2", 100))
        }
        (ui::select("country", &visit.t("address-country"), countries, &lines.country))
    }
}

async fn add(visit: Visit, form: Form<Typed>) -> Result<HttpResponse, Failure> {
    let lines = form.0.lines();
    let token = visit.member_token()?;
    match visit.services().auth.add_address(&token, &lines).await {
        Ok(_) => Ok(done(&visit, "notice-address-added")),
        Err(error) => {
            let mistakes = if error.is("too-many-addresses") {
                Mistakes::whole(visit.t("addresses-too-many"))
            } else {
                Mistakes::of(&visit, &error, &FIELDS).ok_or(error)?
            };
            let page = form_page(&visit, None, &lines, &mistakes).await;
            Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

async fn replace(
    visit: Visit,
    id: web::Path<Uuid>,
    form: Form<Typed>,
) -> Result<HttpResponse, Failure> {
    let lines = form.0.lines();
    let token = visit.member_token()?;
    let auth = &visit.services().auth;
    match auth.replace_address(&token, *id, &lines).await {
        Ok(_) => Ok(done(&visit, "notice-address-changed")),
        Err(error) => {
            let mistakes = Mistakes::of(&visit, &error, &FIELDS).ok_or(error)?;
            let page = form_page(&visit, Some(*id), &lines, &mistakes).await;
            Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

async fn delete(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    match visit.services().auth.delete_address(&token, *id).await {
        // It may have been deleted in another window.
        Err(error) if !error.is("not-found") => Err(error.into()),
        _ => Ok(done(&visit, "notice-address-deleted")),
    }
}

fn done(visit: &Visit, notice: &str) -> HttpResponse {
    visit.notify(notice);
    go("/account/addresses")
}
