//! The password, and where the member is signed in.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::devices;
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::{
        mistakes::{Mistakes, answer, too_busy},
        sign_in::Button,
    },
    services::auth::Session,
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/account/security", web::get().to(show))
        .route(
            "/account/security/password",
            web::post().to(change_password),
        )
        .route(
            "/account/security/sessions/{id}/end",
            web::post().to(end_session),
        )
        .route(
            "/account/security/sign-out-everywhere",
            web::post().to(end_all),
        );
}

/// Never printed.
#[derive(Deserialize)]
struct Passwords {
    current_password: String,
    new_password: String,
}

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    page(&visit, &Mistakes::default()).await
}

async fn page(visit: &Visit, mistakes: &Mistakes) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let auth = &visit.services().auth;
    let (frame, sessions) = join!(Frame::load(visit), auth.sessions(&token));
    let sessions = sessions?;
    let title = visit.t("security-title");
    let content = html! {
        h1 { (title) }
        (mistakes.alert())
        section aria-labelledby="password" {
            h2 #password { (visit.t("security-password-title")) }
            p { (visit.t("security-password-text")) }
            form method="post" action="/account/security/password" data-once {
                (ui::proof(visit))
                (ui::field(visit, &Field {
                    name: "current_password", label: &visit.t("account-current-password"), kind: "password",
                    autocomplete: "current-password", error: mistakes.of_field("current_password"),
                    ..Field::default()
                }))
                (ui::field(visit, &Field {
                    name: "new_password", label: &visit.t("security-new-password"), kind: "password",
                    autocomplete: "new-password", hint: Some(&visit.t("password-rule")),
                    error: mistakes.of_field("new_password"), ..Field::default()
                }))
                button.button.quiet data-test="change-password" { (visit.t("security-password-button")) }
            }
        }
        section aria-labelledby="sessions" {
            h2 #sessions { (visit.t("security-sessions-title")) }
            p { (visit.t("security-sessions-text")) }
            ul.entries {
                @for session in &sessions { (entry(visit, session)) }
            }
            form method="post" action="/account/security/sign-out-everywhere" {
                (ui::proof(visit))
                button.button.danger data-test="sign-out-everywhere" { (visit.t("security-everywhere")) }
            }
        }
        section aria-labelledby="delete" {
            h2 #delete { (visit.t("security-delete-title")) }
            p { (visit.t("security-delete-text")) }
            p { a href="/account/delete" { (visit.t("security-delete-link")) } }
        }
    };
    Ok(super::page(visit, &frame, &title, content))
}

fn entry(visit: &Visit, session: &Session) -> Markup {
    let device = device(visit, session.user_agent.as_deref().unwrap_or_default());
    html! {
        li {
            p.entry-main {
                strong { (device) }
                @if session.current {
                    " "
                    span.badge { (visit.t("security-this-one")) }
                }
                br;
                span.quiet-text {
                    (visit.tx("security-started", [("moment", visit.moment(session.created_at).into())]))
                    br;
                    (visit.tx("security-used", [("moment", visit.moment(session.last_used_at).into())]))
                }
            }
            @if !session.current {
                form.entry-actions method="post" action={ "/account/security/sessions/" (session.id) "/end" } {
                    (ui::proof(visit))
                    button.link data-test="end-session" {
                        (visit.t("security-end"))
                        span.unseen { " " (device) }
                    }
                }
            }
        }
    }
}

fn device(visit: &Visit, user_agent: &str) -> String {
    match devices::recognise(user_agent) {
        (Some(browser), Some(system)) => visit.tx(
            "security-device",
            [("browser", browser.into()), ("system", system.into())],
        ),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => visit.t("security-device-unknown"),
    }
}

async fn change_password(visit: Visit, form: Form<Passwords>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    let token = visit.member_token()?;
    let changed = visit
        .services()
        .auth
        .change_password(
            visit.client(),
            &token,
            &form.current_password,
            &form.new_password,
        )
        .await;
    let error = match changed {
        Ok(tokens) => {
            let member = visit.memory().member.clone().ok_or(Failure::SignIn)?;
            visit.sign_in(member.name, member.staff, &tokens)?;
            visit.notify("notice-password-changed");
            return Ok(go("/account/security"));
        }
        Err(error) => error,
    };
    let unacceptable = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, mistakes) = if error.is("wrong-password") {
        let says = visit.t("mistake-wrong-password");
        (unacceptable, Mistakes::at("current_password", says))
    } else if error.is("weak-password") {
        let says = visit.t("mistake-weak-password");
        (unacceptable, Mistakes::at("new_password", says))
    } else if let Some(mistakes) =
        Mistakes::of(&visit, &error, &["current_password", "new_password"])
    {
        (unacceptable, mistakes)
    } else {
        too_busy(&visit, error)?
    };
    let page = page(&visit, &mistakes).await?;
    Ok(answer(status, page))
}

async fn end_session(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    match visit.services().auth.end_session(&token, *id).await {
        Err(error) if !error.is("not-found") => Err(error.into()),
        _ => {
            visit.notify("notice-session-is-over");
            Ok(go("/account/security"))
        }
    }
}

async fn end_all(visit: Visit, _: Form<Button>) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    visit.services().auth.end_all_sessions(&token).await?;
    visit.sign_out()?;
    visit.notify("notice-signed-out-everywhere");
    Ok(go("/sign-in"))
}
