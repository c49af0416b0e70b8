//! Opening an account, signing in and out.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;

use super::mistakes::{Mistakes, answer, too_busy};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::{Form, local_path},
    frame::{Frame, go},
    services::auth::{Tokens, User},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/sign-up", web::get().to(show_sign_up))
        .route("/sign-up", web::post().to(sign_up))
        .route("/sign-in", web::get().to(show_sign_in))
        .route("/sign-in", web::post().to(sign_in))
        .route("/sign-out", web::post().to(sign_out));
}

/// Where to go afterwards.
#[derive(Default, Deserialize)]
struct Afterwards {
    #[serde(default)]
    to: String,
}

/// Who wants to come in. Never printed: it holds a password.
#[derive(Default, Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// Who wants an account. Never printed: it holds a password.
#[derive(Default, Deserialize)]
struct SignUp {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// A form that is only a button.
#[derive(Deserialize)]
pub(super) struct Button {}

async fn show_sign_in(
    visit: Visit,
    query: web::Query<Afterwards>,
) -> Result<HttpResponse, Failure> {
    if visit.memory().member.is_some() {
        return Ok(go(local_path(&query.to)));
    }
    let form = SignIn {
        to: query.into_inner().to,
        ..SignIn::default()
    };
    Ok(sign_in_page(&visit, &form, &Mistakes::default()).await)
}

async fn sign_in(visit: Visit, form: Form<SignIn>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    if visit.memory().member.is_some() {
        return Ok(go(local_path(&form.to)));
    }
    let auth = &visit.services().auth;
    let error = match auth
        .login(visit.client(), &form.email, &form.password)
        .await
    {
        Ok(tokens) => return enter(&visit, &tokens, None, &form.to).await,
        Err(error) => error,
    };
    // Which of the two is wrong, or whether there is such an account, is told to nobody.
    let (status, mistakes) = if error.is("invalid-credentials") || error.is("invalid") {
        let says = visit.t("sign-in-wrong");
        (StatusCode::UNPROCESSABLE_ENTITY, Mistakes::whole(says))
    } else {
        too_busy(&visit, error)?
    };
    let page = sign_in_page(&visit, &form, &mistakes).await;
    Ok(answer(status, page))
}

async fn sign_in_page(visit: &Visit, form: &SignIn, mistakes: &Mistakes) -> HttpResponse {
    let asked = Asked {
        title: visit.t("sign-in-title"),
        path: "/sign-in",
        to: &form.to,
    };
    let fields = html! {
        (email(visit, &form.email, mistakes))
        (ui::field(visit, &Field {
            name: "password", label: &visit.t("sign-in-password"), kind: "password",
            autocomplete: "current-password", ..Field::default()
        }))
        button.button data-test="sign-in" { (visit.t("sign-in-button")) }
    };
    let other = html! {
        h2 { (visit.t("sign-in-new")) }
        (advantages(visit))
        a.button.quiet href=(with_way_back("/sign-up", &form.to)) { (visit.t("sign-in-to-sign-up")) }
    };
    asked.page(visit, mistakes, fields, other).await
}

async fn show_sign_up(
    visit: Visit,
    query: web::Query<Afterwards>,
) -> Result<HttpResponse, Failure> {
    if visit.memory().member.is_some() {
        return Ok(go(local_path(&query.to)));
    }
    let form = SignUp {
        to: query.into_inner().to,
        ..SignUp::default()
    };
    Ok(sign_up_page(&visit, &form, &Mistakes::default()).await)
}

async fn sign_up(visit: Visit, form: Form<SignUp>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    if visit.memory().member.is_some() {
        return Ok(go(local_path(&form.to)));
    }
    let auth = &visit.services().auth;
    let registered = auth
        .register(visit.client(), &form.name, &form.email, &form.password)
        .await;
    let error = match registered {
        Ok(user) => {
            let signed_in = auth.login(visit.client(), &form.email, &form.password);
            return match signed_in.await {
                Ok(tokens) => enter(&visit, &tokens, Some(user), &form.to).await,
                // The account is there, and nobody should be asked to open it again.
                Err(_later) => {
                    visit.notify("notice-signed-up");
                    Ok(go(&with_way_back("/sign-in", &form.to)))
                }
            };
        }
        Err(error) => error,
    };
    let (status, mistakes) = if error.is("email-taken") {
        let says = visit.t("sign-up-email-taken");
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Mistakes::at("email", says),
        )
    } else if error.is("weak-password") {
        let says = visit.t("mistake-weak-password");
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Mistakes::at("password", says),
        )
    } else if let Some(mistakes) = Mistakes::of(&visit, &error, &["name", "email", "password"]) {
        (StatusCode::UNPROCESSABLE_ENTITY, mistakes)
    } else if matches!(error, upstream::Error::Unavailable { .. }) {
        // No answer is not a refusal: the account may be there.
        let says = visit.t("sign-up-unknown");
        (StatusCode::SERVICE_UNAVAILABLE, Mistakes::whole(says))
    } else {
        too_busy(&visit, error)?
    };
    let page = sign_up_page(&visit, &form, &mistakes).await;
    Ok(answer(status, page))
}

async fn sign_up_page(visit: &Visit, form: &SignUp, mistakes: &Mistakes) -> HttpResponse {
    let asked = Asked {
        title: visit.t("sign-up-title"),
        path: "/sign-up",
        to: &form.to,
    };
    let fields = html! {
        (ui::field(visit, &Field {
            name: "name", label: &visit.t("sign-up-name"), value: &form.name,
            autocomplete: "name", error: mistakes.of_field("name"), most: Some(100),
            ..Field::default()
        }))
        (email(visit, &form.email, mistakes))
        (ui::field(visit, &Field {
            name: "password", label: &visit.t("sign-in-password"), kind: "password",
            autocomplete: "new-password", hint: Some(&visit.t("password-rule")),
            error: mistakes.of_field("password"), ..Field::default()
        }))
        button.button data-test="sign-up" { (visit.t("sign-up-button")) }
    };
    let other = html! {
        h2 { (visit.t("sign-up-known")) }
        p { (visit.t("sign-up-known-text")) }
        a.button.quiet href=(with_way_back("/sign-in", &form.to)) { (visit.t("sign-up-to-sign-in")) }
    };
    asked.page(visit, mistakes, fields, other).await
}

/// One of the two ways in.
struct Asked<'a> {
    title: String,
    path: &'a str,
    /// Where to go afterwards.
    to: &'a str,
}

impl Asked<'_> {
    /// Its form, and beside it the other way in.
    async fn page(
        &self,
        visit: &Visit,
        mistakes: &Mistakes,
        fields: Markup,
        other: Markup,
    ) -> HttpResponse {
        let frame = Frame::load(visit).await;
        let content = html! {
            div.entry {
                div.entry-form {
                    h1 { (self.title) }
                    (mistakes.alert())
                    @if visit.memory().cart.is_some() { (ui::hint(&visit.t("sign-in-cart"))) }
                    form method="post" action=(self.path) data-once {
                        (ui::proof(visit))
                        input type="hidden" name="to" value=(local_path(self.to));
                        (fields)
                    }
                }
                aside.entry-aside { (other) }
            }
        };
        frame.page(visit, &self.title, content)
    }
}

fn email(visit: &Visit, value: &str, mistakes: &Mistakes) -> Markup {
    ui::field(
        visit,
        &Field {
            name: "email",
            label: &visit.t("sign-in-email"),
            value,
            kind: "email",
            autocomplete: "username",
            error: mistakes.of_field("email"),
            most: Some(254),
            ..Field::default()
        },
    )
}

fn advantages(visit: &Visit) -> Markup {
    html! {
        ul.plain {
            li { (visit.t("sign-in-why-follow")) }
            li { (visit.t("sign-in-why-return")) }
            li { (visit.t("sign-in-why-addresses")) }
        }
    }
}

fn with_way_back(page: &str, to: &str) -> String {
    match local_path(to) {
        "/" => page.to_owned(),
        to => {
            let query = serde_urlencoded::to_string([("to", to)]).unwrap_or_default();
            format!("{page}?{query}")
        }
    }
}

/// Remembers who has just proved who they are, takes along what they had in the cart as a guest, and goes
/// on to where they wanted to go.
async fn enter(
    visit: &Visit,
    tokens: &Tokens,
    user: Option<User>,
    to: &str,
) -> Result<HttpResponse, Failure> {
    let guest = visit.memory().cart.clone();
    let find = async {
        match user {
            Some(user) => Ok(user),
            None => visit.services().auth.me(&tokens.access_token).await,
        }
    };
    let merge = async {
        let cart = &visit.services().cart;
        match &guest {
            Some(guest) => cart.merge(&tokens.access_token, guest).await,
            None => Ok(()),
        }
    };
    let (user, merged) = join!(find, merge);
    let kept = match merged {
        Err(error) if error.refusal().is_none() => {
            tracing::warn!(%error, "a guest's cart was not taken along");
            true
        }
        Err(refused) => {
            tracing::warn!(error = %refused, "a guest's cart cannot be taken along");
            false
        }
        Ok(()) => false,
    };
    if !kept {
        visit.memory_mut().cart = None;
    }
    let user = user?;
    let staff = user.is_staff();
    visit.sign_in(user.name, staff, tokens)?;
    visit.notify(if kept {
        "notice-cart-stays"
    } else {
        "notice-signed-in"
    });
    Ok(go(local_path(to)))
}

async fn sign_out(visit: Visit, _: Form<Button>) -> Result<HttpResponse, Failure> {
    let ended = match visit.token() {
        // A session that is refused has ended already.
        Some(token) => match visit.services().auth.logout(&token).await {
            Ok(()) => true,
            Err(error) => error.refusal().is_some(),
        },
        None => visit.memory().member.is_none(),
    };
    visit.sign_out()?;
    visit.notify(if ended {
        "notice-signed-out"
    } else {
        "notice-signed-out-here"
    });
    Ok(go("/"))
}
