//! The cards that can be paid with; new ones are typed at the checkout.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::html;
use uuid::Uuid;

use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::{
        card::{brand, end, has_expired},
        sign_in::Button,
    },
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/account/cards", web::get().to(show))
        .route("/account/cards/{id}/delete", web::post().to(delete));
}

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let payment = &visit.services().payment;
    let (frame, cards) = join!(Frame::load(&visit), payment.cards(&token));
    let cards = cards?;
    let title = visit.t("cards-title");
    let content = html! {
        h1 { (title) }
        p.lead { (visit.t("cards-text")) }
        @if cards.is_empty() {
            p { (visit.t("cards-empty")) }
        } @else {
            ul.entries {
                @for card in &cards {
                    li {
                        p.entry-main {
                            strong { (brand(&visit, card)) }
                            " "
                            span.digits aria-hidden="true" { "•••• " (card.last4) }
                            span.unseen { (visit.tx("cards-ends-in", [("digits", card.last4.as_str().into())])) }
                            br;
                            span.quiet-text {
                                @if has_expired(card) {
                                    (visit.tx("cards-over", [("end", end(card).into())]))
                                } @else {
                                    (visit.tx("cards-until", [("end", end(card).into())]))
                                }
                            }
                        }
                        form.entry-actions method="post" action={ "/account/cards/" (card.id) "/delete" } {
                            (ui::proof(&visit))
                            button.link data-test="delete-card" {
                                (visit.t("cards-delete"))
                                span.unseen { " " (brand(&visit, card)) " " (card.last4) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(super::page(&visit, &frame, &title, content))
}

async fn delete(
    visit: Visit,
    id: web::Path<Uuid>,
    _: Form<Button>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    match visit.services().payment.delete_card(&token, *id).await {
        Err(error) if !error.is("not-found") => Err(error.into()),
        _ => {
            visit.notify("notice-card-deleted");
            Ok(go("/account/cards"))
        }
    }
}
