//! Deleting the account: what is lost, what is kept, and a sentence that has to be typed.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::{future::try_join_all, join};
use maud::html;
use serde::Deserialize;

use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::mistakes::{Mistakes, answer},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/account/delete", web::get().to(show))
        .route("/account/delete", web::post().to(delete));
}

/// The e-mail address of the account, typed again.
#[derive(Deserialize)]
struct Confirmation {
    confirmation: String,
}

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    page(&visit, "", &Mistakes::default()).await
}

async fn page(visit: &Visit, typed: &str, mistakes: &Mistakes) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let (frame, user) = join!(Frame::load(visit), visit.services().auth.me(&token));
    let email = user?.email;
    let title = visit.t("delete-title");
    let label = visit.tx("delete-confirmation", [("email", email.into())]);
    let content = html! {
        h1 { (title) }
        p.lead { (visit.t("delete-text")) }
        div.lost-and-kept {
            section aria-labelledby="lost" {
                h2 #lost { (visit.t("delete-lost")) }
                ul {
                    li { (visit.t("delete-lost-account")) }
                    li { (visit.t("delete-lost-addresses")) }
                    li { (visit.t("delete-lost-cards")) }
                    li { (visit.t("delete-lost-sight")) }
                }
            }
            section aria-labelledby="kept" {
                h2 #kept { (visit.t("delete-kept")) }
                ul {
                    li { (visit.t("delete-kept-orders")) }
                    li { (visit.t("delete-kept-parcels")) }
                }
            }
        }
        form method="post" action="/account/delete" data-once {
            (ui::proof(visit))
            (ui::field(visit, &Field {
                name: "confirmation", label: &label, value: typed, autocomplete: "off",
                error: mistakes.of_field("confirmation"), most: Some(254), ..Field::default()
            }))
            div.actions {
                button.button.danger data-test="delete-account" { (visit.t("delete-button")) }
                a.button.quiet href="/account/security" { (visit.t("delete-keep")) }
            }
        }
    };
    Ok(super::page(visit, &frame, &title, content))
}

async fn delete(visit: Visit, form: Form<Confirmation>) -> Result<HttpResponse, Failure> {
    let Form(form) = form;
    let token = visit.member_token()?;
    let services = visit.services();
    let (user, cards) = join!(services.auth.me(&token), services.payment.cards(&token));
    let (user, cards) = (user?, cards?);
    if form.confirmation.trim().to_lowercase() != user.email.to_lowercase() {
        let mistakes = Mistakes::at("confirmation", visit.t("delete-wrong"));
        let page = page(&visit, &form.confirmation, &mistakes).await?;
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    // First the cards, while there is still somebody who may delete them.
    try_join_all(cards.iter().map(async |card| {
        match services.payment.delete_card(&token, card.id).await {
            Err(error) if !error.is("not-found") => Err(error),
            _ => Ok(()),
        }
    }))
    .await?;
    services.auth.delete_account(&token).await?;
    visit.sign_out()?;
    visit.notify("notice-account-deleted");
    Ok(go("/"))
}
