//! The address book.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::html;
use uuid::Uuid;

use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::{
        address::{FIELDS, Typed, fields, postal},
        mistakes::{Mistakes, answer},
        sign_in::Button,
    },
    services::auth::Lines,
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
                        address { (postal(&visit, &address.lines)) }
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
