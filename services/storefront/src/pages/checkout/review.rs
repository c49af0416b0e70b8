//! All that was chosen, once more, and the one click.

use actix_web::HttpResponse;
use chrono::{TimeDelta, Utc};
use futures_util::future::try_join3;
use maud::{Markup, html};

use super::{Asked, Ground, Step, ask, pay::Payment, steps, under_way};
use crate::{
    components as ui,
    failure::Failure,
    frame::go,
    pages::{address::postal, card::called},
    services::{
        auth::Address,
        cart::{Cart, Line},
        order::{self, Order, Status},
        payment::Card,
    },
    visit::Visit,
};

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let services = visit.services();
    let own = try_join3(
        services.auth.addresses(&token),
        services.payment.cards(&token),
        services.order.history(&token, None),
    );
    let (ground, (book, cards, history)) = match ask(&visit, Step::Review, own).await? {
        Asked::Got(ground, own) => (ground, own),
        Asked::Turned(response) => return Ok(response),
    };
    let checkout = under_way(&visit);
    let address = book.iter().find(|it| Some(it.id) == checkout.address);
    let Some(address) = address else {
        return Ok(go(Step::Address.path()));
    };
    let card = cards.iter().find(|it| Some(it.id) == checkout.method);
    let Some(card) = card else {
        return Ok(go(Step::Card.path()));
    };
    let payment = Payment {
        key: checkout.key,
        address: address.id,
        method: card.id,
        total: Some(ground.cart.total.to_string()),
    };
    let before = before(&history.items, &ground.cart);
    let content = content(&visit, &ground, address, card, &payment, before);
    Ok(ground
        .frame
        .page(&visit, &visit.t("checkout-step-review"), content))
}

/// An order that this click might repeat: its key may be another browser's, or that of a session that is
/// over, and another key is another order.
enum Before<'a> {
    /// Nobody knows yet how it ends.
    Undecided(&'a Order),
    /// It is paid, and holds what is in the cart: an answer was lost, or the cart is about to be emptied.
    Same(&'a Order),
}

/// How long after an order the same one once more is worth a question.
const RECENT: TimeDelta = TimeDelta::minutes(10);

fn before<'a>(orders: &'a [Order], cart: &Cart) -> Option<Before<'a>> {
    let undecided = orders.iter().find(|it| it.status == Status::Pending);
    let same = |order: &&Order| {
        order.status == Status::Confirmed
            && order.created_at + RECENT > Utc::now()
            && order.lines.len() == cart.items.len()
            && order.lines.iter().all(|it| holds(cart, it))
    };
    undecided
        .map(Before::Undecided)
        .or_else(|| orders.iter().find(same).map(Before::Same))
}

fn holds(cart: &Cart, line: &order::Line) -> bool {
    let mut items = cart.items.iter();
    items.any(|it| (it.product_id, it.quantity) == (line.product_id, line.quantity))
}

fn content(
    visit: &Visit,
    ground: &Ground,
    address: &Address,
    card: &Card,
    payment: &Payment,
    before: Option<Before<'_>>,
) -> Markup {
    let total = visit.money(ground.cart.total);
    html! {
        (steps(visit, Step::Review))
        h1 { (visit.t("checkout-review-title")) }
        div.checkout-columns {
            div {
                ul.lines.short {
                    @for line in &ground.cart.items { (self::line(visit, line)) }
                }
                p.small { a href="/cart" { (visit.t("checkout-to-cart")) } }
                div.reviewed {
                    section aria-labelledby="review-address" {
                        h2 #review-address { (visit.t("checkout-review-address")) }
                        p { (postal(visit, &address.lines)) }
                        p.small { a href=(Step::Address.path()) { (visit.t("checkout-review-change-address")) } }
                    }
                    section aria-labelledby="review-card" {
                        h2 #review-card { (visit.t("checkout-review-card")) }
                        p { (called(visit, card)) }
                        p.small { a href=(Step::Card.path()) { (visit.t("checkout-review-change-card")) } }
                    }
                }
            }
            form.sum.pay method="post" action="/checkout/pay" data-once {
                (ui::proof(visit))
                (payment.fields())
                dl {
                    dt { (visit.t("checkout-total")) }
                    dd.total { (ui::price(visit, ground.cart.total)) }
                }
                @if let Some(before) = before { (look_first(visit, &before)) }
                button.button data-test="pay" { (visit.tx("checkout-pay", [("total", total.into())])) }
                p { (visit.t("checkout-pay-once")) }
            }
        }
    }
}

fn look_first(visit: &Visit, before: &Before<'_>) -> Markup {
    let (order, text) = match before {
        Before::Undecided(order) => (order, "checkout-pending"),
        Before::Same(order) => (order, "checkout-same"),
    };
    let number = order.number.as_str();
    html! {
        p.info {
            (visit.tx(text, [("number", number.into())])) " "
            a href={ "/orders/" (order.id) } data-test="look-first" { (visit.t("checkout-look-first")) }
        }
    }
}

fn line(visit: &Visit, line: &Line) -> Markup {
    html! {
        li.line {
            div.line-image {
                @if let Some(image) = &line.image_url {
                    img src=(image) alt="" width="64" height="64";
                }
            }
            div.line-what {
                p.line-name { (line.name) }
                p.line-each { (visit.number(line.quantity)) " × " (ui::price(visit, line.unit_price)) }
            }
            p.line-total { (ui::price(visit, line.line_total)) }
        }
    }
}
