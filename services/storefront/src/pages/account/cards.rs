//! The cards that can be paid with; new ones are typed at the checkout.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike as _, Utc};
use futures_util::join;
use maud::html;
use uuid::Uuid;

use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::sign_in::Button,
    services::payment::Card,
    texts::ZONE,
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
    let now = Utc::now();
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
                                @let end = format!("{:02}/{}", card.exp_month, card.exp_year);
                                @if is_over(card, now) {
                                    (visit.tx("cards-over", [("end", end.into())]))
                                } @else {
                                    (visit.tx("cards-until", [("end", end.into())]))
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

fn brand(visit: &Visit, card: &Card) -> String {
    match card.brand.as_str() {
        "visa" => "Visa".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "amex" => "American Express".to_owned(),
        _ => visit.t("cards-other"),
    }
}

/// Whether the month that is printed on it has passed.
fn is_over(card: &Card, now: DateTime<Utc>) -> bool {
    let today = now.with_timezone(&ZONE);
    let this_month = (i64::from(today.year()), today.month());
    (i64::from(card.exp_year), card.exp_month) < this_month
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
