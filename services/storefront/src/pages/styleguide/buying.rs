//! What the way from a cart to an order, and back, is made of.

use maud::{Markup, html};

use super::{heading, made_up};
use crate::{
    components as ui,
    pages::{
        address, card, cart,
        checkout::{self, Step, pay},
        mistakes::Mistakes,
        orders::{self, order, timeline},
    },
    services::{
        auth::Lines,
        order::{ReturnState, Status},
    },
    visit::Visit,
};

/// A cart's lines with each note, and what they come to.
pub(super) fn cart(visit: &Visit) -> Markup {
    let full = made_up::cart(visit);
    html! {
        div.cart-columns inert {
            ul.lines {
                @for line in &full.items { (cart::line(visit, line, &cart::Said::default())) }
            }
            (cart::sum(visit, &full))
        }
    }
}

/// The steps, and what each asks.
pub(super) fn checkout(visit: &Visit) -> Markup {
    html! {
        div inert {
            (checkout::steps(visit, Step::Card))
            div.checkout-columns {
                div.guide-columns {
                    (addresses(visit))
                    (cards(visit))
                }
                (checkout::bought(visit, &made_up::cart(visit)))
            }
        }
        div.waiting { (pay::patience(visit)) }
    }
}

fn addresses(visit: &Visit) -> Markup {
    let book = made_up::addresses();
    let chosen = book.first().map(|it| it.id);
    let typed = Lines {
        name: "Camille Roux".to_owned(),
        ..Lines::default()
    };
    let mistakes = Mistakes::at("city", visit.t("mistake-city"));
    html! {
        div {
            form.choose {
                fieldset {
                    legend { (visit.t("checkout-address-known")) }
                    @for it in &book { (checkout::address::option(visit, it, chosen)) }
                }
            }
            form {
                (heading(&visit.t("checkout-address-new")))
                (address::fields(visit, &typed, &mistakes))
            }
        }
    }
}

fn cards(visit: &Visit) -> Markup {
    let kept = made_up::cards();
    let chosen = kept.first().map(|it| it.id);
    let wrong = ["exp_year".to_owned()];
    html! {
        div {
            form.choose {
                fieldset {
                    legend { (visit.t("checkout-card-known")) }
                    @for it in &kept { (checkout::card::option(visit, it, chosen)) }
                }
            }
            form {
                (heading(&visit.t("checkout-card-new")))
                (checkout::card::fields(visit, &wrong, "9", "2019"))
            }
        }
    }
}

/// An order's line in every state, and the same for what comes back.
pub(super) fn orders(visit: &Visit) -> Markup {
    let delivered = made_up::order(visit, Status::Delivered);
    let mut latest = made_up::order(visit, Status::Pending);
    latest.order.number = "C-2026-000124".to_owned();
    let (refused, back) = made_up::order_with_return(visit, ReturnState::Refused);
    html! {
        div.order-page {
            @for status in Status::ALL {
                (ui::status(visit, status))
                (timeline::of_order(visit, &made_up::order(visit, status)))
            }
            (heading(&visit.t("order-returns")))
            @for state in ReturnState::ALL.into_iter().filter(|it| *it != ReturnState::Refused) {
                @let (detail, back) = made_up::order_with_return(visit, state);
                (ui::return_state(visit, state))
                (timeline::of_return(visit, &detail, &back))
            }
            (order::a_return(visit, &refused, &back))
            (order::lines(visit, &delivered))
        }
        (heading(&visit.t("orders-title")))
        div.account-page inert {
            (orders::list(visit, [&latest.order, &delivered.order]))
        }
    }
}

/// An address and a card as they are written, where they are only read.
pub(super) fn written(visit: &Visit) -> Markup {
    html! {
        div.guide-columns {
            div { @for it in &made_up::addresses() { address { (address::postal(visit, &it.lines)) } } }
            div { @for it in &made_up::cards() { p { (card::called(visit, it)) } } }
        }
    }
}
