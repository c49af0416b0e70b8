//! What is paid with.

use actix_web::{HttpResponse, web};
use maud::{Markup, html};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use uuid::Uuid;

use super::{Asked, Step, ask, not_now, under_way};
use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    pages::card::{called, has_expired},
    services::payment::{Card, NewCard},
    visit::Visit,
};

/// Why somebody is back here.
#[derive(Default, Deserialize)]
pub(super) struct Back {
    /// What the bank said, in a word.
    declined: Option<String>,
}

/// Of an order that was not paid in time.
pub(super) const LATE: &str = "late";
/// Of a card that is not the member's any more.
pub(super) const UNKNOWN_CARD: &str = "unknown";

pub(super) async fn show(visit: Visit, back: web::Query<Back>) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let cards = visit.services().payment.cards(&token);
    let (ground, cards) = match ask(&visit, Step::Card, cards).await? {
        Asked::Got(ground, cards) => (ground, cards),
        Asked::Turned(response) => return Ok(response),
    };
    let checkout = under_way(&visit);
    if checkout.address.is_none() {
        return Ok(go(Step::Address.path()));
    }
    let declined = back.declined.as_deref();
    let page = Page {
        cards: &cards,
        chosen: checkout.method,
        // The codes are in docs/reference/test-cards.md.
        alert: declined.map(|code| {
            visit.t(match code {
                "card_declined" => "checkout-declined",
                "insufficient_funds" => "checkout-declined-funds",
                LATE => "checkout-declined-late",
                UNKNOWN_CARD => "checkout-declined-unknown-card",
                _ => "checkout-declined-other",
            })
        }),
        wrong: &[],
        month: "",
        year: "",
        choose_another: declined.is_some(),
    };
    Ok(ground.page(&visit, Step::Card, page.content(&visit)))
}

/// A card of the member's, or a new one. It has no `Debug`: what is typed here is shown nowhere.
#[derive(Deserialize)]
pub(super) struct Choice {
    method: Option<Uuid>,
    number: Option<SecretString>,
    #[serde(default)]
    exp_month: String,
    #[serde(default)]
    exp_year: String,
    cvc: Option<SecretString>,
}

pub(super) async fn choose(visit: Visit, form: Form<Choice>) -> Result<HttpResponse, Failure> {
    let Form(choice) = form;
    let token = visit.member_token()?;
    under_way(&visit);
    if let Some(id) = choice.method {
        return Ok(chosen(&visit, id));
    }
    let (Some(number), Some(cvc)) = (&choice.number, &choice.cvc) else {
        return Err(Failure::BadForm);
    };
    let card = NewCard {
        number: number.expose_secret(),
        exp_month: choice.exp_month.trim().parse().unwrap_or(0),
        exp_year: year(choice.exp_year.trim()),
        cvc: cvc.expose_secret().trim(),
    };
    let payments = &visit.services().payment;
    let (wrong, alert) = match payments.add_card(&token, &card).await {
        Ok(card) => return Ok(chosen(&visit, card.id)),
        Err(error) if error.is("invalid-card") || error.is("invalid") => {
            let errors = error.refusal().map(|it| it.errors.as_slice());
            let fields: Vec<_> = errors
                .unwrap_or_default()
                .iter()
                .map(|it| it.field.trim_start_matches("card.").to_owned())
                .collect();
            let refused = fields.is_empty();
            (fields, refused.then(|| visit.t("checkout-card-refused")))
        }
        Err(error) if error.is("too-many-payment-methods") => {
            (Vec::new(), Some(visit.t("checkout-card-too-many")))
        }
        Err(error) if error.refusal().is_none() => {
            tracing::warn!(%error, "a card could not be added");
            return Ok(not_now(&visit, &Frame::load(&visit).await));
        }
        Err(error) => return Err(error.into()),
    };
    match ask(&visit, Step::Card, payments.cards(&token)).await? {
        Asked::Got(ground, cards) => {
            let page = Page {
                cards: &cards,
                chosen: None,
                alert,
                wrong: &wrong,
                month: &choice.exp_month,
                year: &choice.exp_year,
                choose_another: true,
            };
            Ok(ground.again(&visit, Step::Card, page.content(&visit)))
        }
        Asked::Turned(response) => Ok(response),
    }
}

fn chosen(visit: &Visit, method: Uuid) -> HttpResponse {
    if let Some(checkout) = &mut visit.memory_mut().checkout {
        checkout.method = Some(method);
    }
    go("/checkout/review")
}

/// As it is on the card: of two digits or four.
fn year(typed: &str) -> u32 {
    let year = typed.parse().unwrap_or(0);
    if typed.len() == 2 { 2000 + year } else { year }
}

/// What the step shows. Of a new card only the date is ever repeated.
struct Page<'a> {
    cards: &'a [Card],
    chosen: Option<Uuid>,
    alert: Option<String>,
    /// Names of fields that are wrong.
    wrong: &'a [String],
    month: &'a str,
    year: &'a str,
    /// Whether no card should be chosen beforehand.
    choose_another: bool,
}

impl Page<'_> {
    fn content(&self, visit: &Visit) -> Markup {
        let good = || self.cards.iter().filter(|it| !has_expired(it));
        let first = good().next().map(|it| it.id);
        let chosen = match self.chosen {
            Some(chosen) => good().map(|it| it.id).find(|it| *it == chosen).or(first),
            None if self.choose_another => None,
            None => first,
        };
        html! {
            h1 { (visit.t("checkout-card-title")) }
            @if let Some(alert) = &self.alert { (ui::alert(alert)) }
            @if !self.cards.is_empty() {
                form.choose method="post" action=(Step::Card.path()) {
                    (ui::proof(visit))
                    fieldset {
                        legend { (visit.t("checkout-card-known")) }
                        @for card in self.cards { (option(visit, card, chosen)) }
                    }
                    @if first.is_some() {
                        p {
                            button.button.quiet[chosen.is_none()] data-test="use-saved-card" {
                                (visit.t("checkout-card-use"))
                            }
                        }
                    }
                }
            }
            form method="post" action=(Step::Card.path()) data-once {
                (ui::proof(visit))
                @if !self.cards.is_empty() { h2 { (visit.t("checkout-card-new")) } }
                (ui::hint(&visit.t("checkout-card-sandbox")))
                (fields(visit, self.wrong, self.month, self.year))
                p {
                    button.button.quiet[chosen.is_some()] data-test="use-card" {
                        (visit.t("checkout-card-save"))
                    }
                }
            }
        }
    }
}

/// What a card is asked for by. Its number and its code are never repeated.
pub(in crate::pages) fn fields(visit: &Visit, wrong: &[String], month: &str, year: &str) -> Markup {
    let field = |name: &str, value: &str, words: [&str; 2], autocomplete: &str, most: u16| {
        let [label, says] = words;
        let error = wrong.iter().any(|it| it == name);
        let error = error.then(|| visit.t(says));
        ui::field(
            visit,
            &ui::Field {
                name,
                value,
                label: &visit.t(label),
                autocomplete,
                error: error.as_deref(),
                most: Some(most),
                inputmode: Some("numeric"),
                ..ui::Field::default()
            },
        )
    };
    let number = ["checkout-field-number", "checkout-wrong-number"];
    let month_words = ["checkout-field-month", "checkout-wrong-month"];
    let year_words = ["checkout-field-year", "checkout-wrong-year"];
    let cvc = ["checkout-field-cvc", "checkout-wrong-cvc"];
    html! {
        (field("number", "", number, "cc-number", 23))
        div.triple {
            (field("exp_month", month, month_words, "cc-exp-month", 2))
            (field("exp_year", year, year_words, "cc-exp-year", 4))
            (field("cvc", "", cvc, "cc-csc", 4))
        }
    }
}

/// A card to choose.
pub(in crate::pages) fn option(visit: &Visit, card: &Card, chosen: Option<Uuid>) -> Markup {
    let expired = has_expired(card);
    html! {
        label.option.over[expired] {
            input type="radio" name="method" value=(card.id) required disabled[expired]
                checked[chosen == Some(card.id)];
            span { (called(visit, card)) }
        }
    }
}
