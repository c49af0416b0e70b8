//! All that was chosen, once more, and the one click.

use actix_web::HttpResponse;
use futures_util::future::try_join3;
use maud::{Markup, html};

use super::{
    Asked, Ground, Step, address::postal, ask, card::called, pay::Payment, steps, under_way,
};
use crate::{
    components as ui,
    failure::Failure,
    frame::go,
    services::{
        auth::Address,
        cart::Line,
        order::{Order, Status},
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
    // Its key may be another browser's, or that of a session that is over.
    let mut placed = history.items.iter();
    let pending = placed.find(|it| it.status == Status::Pending);
    let content = content(&visit, &ground, address, card, &payment, pending);
    Ok(ground
        .frame
        .page(&visit, &visit.t("checkout-step-review"), content))
}

fn content(
    visit: &Visit,
    ground: &Ground,
    address: &Address,
    card: &Card,
    payment: &Payment,
    pending: Option<&Order>,
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
                @if let Some(pending) = pending { (look_first(visit, pending)) }
                button.button data-test="pay" { (visit.tx("checkout-pay", [("total", total.into())])) }
                p { (visit.t("checkout-pay-once")) }
            }
        }
    }
}

/// Another key would be another order: whoever has one that is not decided yet should know of it.
fn look_first(visit: &Visit, pending: &Order) -> Markup {
    let number = pending.number.as_str();
    html! {
        p.info {
            (visit.tx("checkout-pending", [("number", number.into())])) " "
            a href={ "/orders/" (pending.id) } data-test="pending-order" { (visit.t("checkout-pending-look")) }
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
