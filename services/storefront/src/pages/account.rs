//! The member's account: name, addresses, cards, password, sessions.

mod addresses;
mod cards;
mod delete;
mod devices;
mod security;

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    mistakes::{Mistakes, answer, too_busy},
    orders,
};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::{Frame, go, is_here},
    services::auth::Change,
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/account", web::get().to(show))
        .route("/account/name", web::post().to(change_name))
        .route("/account/email", web::post().to(change_email))
        .configure(addresses::routes)
        .configure(cards::routes)
        .configure(security::routes)
        .configure(delete::routes);
}

/// A new name.
#[derive(Deserialize)]
struct NewName {
    name: String,
}

/// A new address to sign in with. Never printed: it holds a password.
#[derive(Deserialize)]
struct NewEmail {
    email: String,
    current_password: String,
}

/// What was typed, where it could not be taken.
#[derive(Default)]
struct Typed<'a> {
    name: Option<&'a str>,
    email: Option<&'a str>,
    mistakes: Mistakes,
}

/// A page of the account, beside the way to the others.
pub(super) fn page(visit: &Visit, frame: &Frame, title: &str, content: Markup) -> HttpResponse {
    let pages = [
        ("/account", visit.t("account-nav-overview")),
        ("/orders", visit.t("account-nav-orders")),
        ("/account/addresses", visit.t("account-nav-addresses")),
        ("/account/cards", visit.t("account-nav-cards")),
        ("/account/security", visit.t("account-nav-security")),
    ];
    let content = html! {
        div.account {
            div.account-side {
                nav aria-label=(visit.t("account-nav")) {
                    ul {
                        @for (href, name) in pages {
                            li { a href=(href) aria-current=[is_here(visit, href)] { (name) } }
                        }
                    }
                }
                form method="post" action="/sign-out" {
                    (ui::proof(visit))
                    button.link data-test="sign-out" { (visit.t("account-sign-out")) }
                }
            }
            div.account-page { (content) }
        }
    };
    frame.page(visit, title, content)
}

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    overview(&visit, &Typed::default()).await
}

async fn overview(visit: &Visit, typed: &Typed<'_>) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let services = visit.services();
    let (frame, user, history) = join!(
        Frame::load(visit),
        services.auth.me(&token),
        services.order.history(&token, None),
    );
    let user = user?;
    let mistakes = &typed.mistakes;
    let title = visit.t("account-title");
    let content = html! {
        h1 { (visit.tx("account-hello", [("name", user.name.as_str().into())])) }
        p.quiet-text.since { (visit.tx("account-since", [("date", visit.date(user.created_at).into())])) }
        (mistakes.alert())
        section aria-labelledby="latest" {
            h2 #latest { (visit.t("account-latest")) }
            @match &history {
                Ok(history) if history.items.is_empty() => p { (visit.t("account-no-orders")) },
                Ok(history) => {
                    (orders::list(visit, history.items.iter().take(2)))
                    p { a href="/orders" { (visit.t("account-all-orders")) } }
                }
                Err(_) => (ui::hint(&visit.t("account-orders-down"))),
            }
        }
        section aria-labelledby="name" {
            h2 #name { (visit.t("account-name-title")) }
            form method="post" action="/account/name" data-once {
                (ui::proof(visit))
                (ui::field(visit, &Field {
                    name: "name", label: &visit.t("account-name"), value: typed.name.unwrap_or(&user.name),
                    autocomplete: "name", hint: Some(&visit.t("account-name-hint")),
                    error: mistakes.of_field("name"), most: Some(100), ..Field::default()
                }))
                button.button.quiet data-test="change-name" { (visit.t("account-name-button")) }
            }
        }
        section aria-labelledby="email" {
            h2 #email { (visit.t("account-email-title")) }
            p { (visit.tx("account-email-now", [("email", user.email.as_str().into())])) }
            form method="post" action="/account/email" data-once {
                (ui::proof(visit))
                (ui::field(visit, &Field {
                    name: "email", label: &visit.t("account-email"), value: typed.email.unwrap_or_default(),
                    kind: "email", autocomplete: "email", error: mistakes.of_field("email"), most: Some(254),
                    ..Field::default()
                }))
                (ui::field(visit, &Field {
                    name: "current_password", label: &visit.t("account-current-password"), kind: "password",
                    autocomplete: "current-password", error: mistakes.of_field("current_password"),
                    ..Field::default()
                }))
                button.button.quiet data-test="change-email" { (visit.t("account-email-button")) }
            }
        }
    };
    Ok(page(visit, &frame, &title, content))
}

async fn change_name(visit: Visit, form: Form<NewName>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    let token = visit.member_token()?;
    let change = Change {
        name: Some(&form.name),
        ..Change::default()
    };
    match visit.services().auth.change(&token, &change).await {
        Ok(user) => {
            if let Some(member) = &mut visit.memory_mut().member {
                member.name = user.name;
            }
            visit.notify("notice-name-changed");
            Ok(go("/account"))
        }
        Err(error) => {
            let Some(mistakes) = Mistakes::of(&visit, &error, &["name"]) else {
                return Err(error.into());
            };
            let typed = Typed {
                name: Some(&form.name),
                mistakes,
                ..Typed::default()
            };
            let page = overview(&visit, &typed).await?;
            Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

async fn change_email(visit: Visit, form: Form<NewEmail>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    let token = visit.member_token()?;
    let change = Change {
        email: Some(&form.email),
        current_password: Some(&form.current_password),
        ..Change::default()
    };
    let error = match visit.services().auth.change(&token, &change).await {
        Ok(_) => {
            visit.notify("notice-email-changed");
            return Ok(go("/account"));
        }
        Err(error) => error,
    };
    let unacceptable = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, mistakes) = if error.is("wrong-password") {
        let says = visit.t("mistake-wrong-password");
        (unacceptable, Mistakes::at("current_password", says))
    } else if error.is("email-taken") {
        let says = visit.t("mistake-email-taken");
        (unacceptable, Mistakes::at("email", says))
    } else if let Some(mistakes) = Mistakes::of(&visit, &error, &["email", "current_password"]) {
        (unacceptable, mistakes)
    } else {
        too_busy(&visit, error)?
    };
    let typed = Typed {
        email: Some(&form.email),
        mistakes,
        ..Typed::default()
    };
    let page = overview(&visit, &typed).await?;
    Ok(answer(status, page))
}
