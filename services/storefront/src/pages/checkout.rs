//! From a cart to an order: address, card, review, one click.

pub(super) mod address;
pub(super) mod card;
pub(super) mod pay;
mod review;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use futures_util::join;
use maud::{Markup, html};
use uuid::Uuid;

use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame::{self, Frame, go},
    services::cart::Cart,
    visit::{Checkout, Visit},
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/checkout")
            .route(web::get().to(begin))
            .route(web::post().to(begin_anew)),
    )
    .service(
        web::resource("/checkout/address")
            .route(web::get().to(address::show))
            .route(web::post().to(address::choose)),
    )
    .service(
        web::resource("/checkout/payment")
            .route(web::get().to(card::show))
            .route(web::post().to(card::choose)),
    )
    .route("/checkout/review", web::get().to(review::show))
    .service(
        web::resource("/checkout/pay")
            .route(web::post().to(pay::pay))
            // A payment is answered under this path; from there somebody may load the page again.
            .route(web::get().to(begin)),
    );
}

/// To the step that is due.
async fn begin(visit: Visit) -> Result<HttpResponse, Failure> {
    visit.member_token()?;
    let carts = &visit.services().cart;
    let cart = carts.show(visit.language(), &visit.shopper()).await?;
    let cart = cart.filter(|it| !it.items.is_empty());
    let Some(cart) = cart else {
        return Ok(go("/cart"));
    };
    if !cart.can_be_ordered() {
        visit.notify("checkout-change-cart");
        return Ok(go("/cart"));
    }
    let checkout = under_way(&visit);
    Ok(go(match (checkout.address, checkout.method) {
        (None, _) => Step::Address.path(),
        (Some(_), None) => Step::Card.path(),
        (Some(_), Some(_)) => Step::Review.path(),
    }))
}

/// A form with nothing but its proof.
#[derive(serde::Deserialize)]
struct Nothing {}

/// The same under a new key, for somebody whose key is spent.
async fn begin_anew(visit: Visit, _form: Form<Nothing>) -> Result<HttpResponse, Failure> {
    visit.member_token()?;
    let checkout = under_way(&visit);
    visit.memory_mut().checkout = Some(Checkout {
        key: Uuid::new_v4(),
        ..checkout
    });
    Ok(go("/checkout"))
}

/// The checkout under way; one that has not begun yet begins now.
fn under_way(visit: &Visit) -> Checkout {
    let begin = || Checkout {
        key: Uuid::new_v4(),
        address: None,
        method: None,
    };
    visit
        .memory_mut()
        .checkout
        .get_or_insert_with(begin)
        .clone()
}

/// A step of the checkout.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Step {
    Address,
    Card,
    Review,
}

impl Step {
    const ALL: [Self; 3] = [Self::Address, Self::Card, Self::Review];

    fn path(self) -> &'static str {
        match self {
            Self::Address => "/checkout/address",
            Self::Card => "/checkout/payment",
            Self::Review => "/checkout/review",
        }
    }

    /// The message that names it.
    fn name(self) -> &'static str {
        match self {
            Self::Address => "checkout-step-address",
            Self::Card => "checkout-step-card",
            Self::Review => "checkout-step-review",
        }
    }
}

/// What every step shows, and what this one has asked for.
enum Asked<T> {
    Got(Box<Ground>, T),
    /// The cart is no longer one to be ordered, or nobody can order now.
    Turned(HttpResponse),
}

/// What every step shows.
struct Ground {
    frame: Frame,
    cart: Cart,
}

/// Asks for all that a step needs, at once: whatever cannot be finished is said before a card is typed.
async fn ask<T>(
    visit: &Visit,
    step: Step,
    own: impl Future<Output = Result<T, upstream::Error>>,
) -> Result<Asked<T>, Failure> {
    let services = visit.services();
    let shopper = visit.shopper();
    let (frame, cart, order, payment, own) = join!(
        Frame::beside_cart(visit),
        services.cart.show(visit.language(), &shopper),
        services.health.is_ready("order"),
        services.health.is_ready("payment"),
        own,
    );
    let Some(cart) = cart?.filter(|it| !it.items.is_empty()) else {
        // After a purchase, the way back leads to the review of a cart that has become an order.
        let bought = step == Step::Review;
        return Ok(Asked::Turned(go(if bought { "/orders" } else { "/cart" })));
    };
    if !cart.can_be_ordered() {
        visit.notify("checkout-change-cart");
        return Ok(Asked::Turned(go("/cart")));
    }
    let frame = frame.with_units(cart.units());
    let own = match own {
        // Who cannot say what was ordered before takes no order now either.
        Err(error)
            if matches!(error.service(), "payment" | "order") && error.refusal().is_none() =>
        {
            tracing::warn!(%error, "no checkout without cards and orders");
            return Ok(Asked::Turned(not_now(visit, &frame)));
        }
        own => own?,
    };
    // Prices of another day are not what an order would cost.
    if cart.stale || !(order && payment) {
        return Ok(Asked::Turned(not_now(visit, &frame)));
    }
    Ok(Asked::Got(Box::new(Ground { frame, cart }), own))
}

/// Says that no order can be finished, before anybody types a card.
fn not_now(visit: &Visit, frame: &Frame) -> HttpResponse {
    let title = visit.t("checkout-not-now");
    let text = html! { p { (visit.t("checkout-not-now-text")) } };
    let content = ui::notice_panel(
        &title,
        text,
        html! {
            a.button href=(visit.here()) { (visit.t("failure-try-again")) }
            a.button.quiet href="/cart" { (visit.t("notice-to-cart")) }
        },
    );
    let mut response = frame.page(visit, &title, content);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let soon = header::HeaderValue::from_static("5");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}

impl Ground {
    /// A step's page: where on the way it is, what it asks, and beside it what is bought.
    fn page(&self, visit: &Visit, step: Step, content: Markup) -> HttpResponse {
        let title = visit.t(step.name());
        let content = html! {
            (steps(visit, step))
            div.checkout-columns {
                div { (content) }
                (bought(visit, &self.cart))
            }
        };
        self.frame.page(visit, &title, content)
    }

    /// The same for a form that could not be accepted (422).
    fn again(&self, visit: &Visit, step: Step, content: Markup) -> HttpResponse {
        let mut response = self.page(visit, step, content);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    }
}

/// Where on the way this is, with links to what was chosen before.
pub(super) fn steps(visit: &Visit, here: Step) -> Markup {
    html! {
        nav.steps aria-label=(visit.t("checkout-steps")) {
            ol {
                @for step in Step::ALL {
                    @let name = visit.t(step.name());
                    @if step < here {
                        li.done { a href=(step.path()) { (name) } }
                    } @else {
                        li aria-current=[(step == here).then_some("step")] { span { (name) } }
                    }
                }
            }
        }
    }
}

/// What is bought, in short.
pub(super) fn bought(visit: &Visit, cart: &Cart) -> Markup {
    html! {
        aside.sum aria-labelledby="bought-title" {
            h2 #bought-title { (visit.t("checkout-bought")) }
            ul.bought {
                @for line in &cart.items {
                    li {
                        span { (visit.number(line.quantity)) " × " (line.name) }
                        (ui::price(visit, line.line_total))
                    }
                }
            }
            dl {
                dt { (visit.t("checkout-total")) }
                dd.total { (ui::price(visit, cart.total)) }
            }
            p { a href="/cart" { (visit.t("checkout-to-cart")) } }
        }
    }
}

/// To another page, whoever asks: a part of a page cannot become another page, so htmx is told to go there.
fn leave(visit: &Visit, to: &str) -> HttpResponse {
    if visit.is_partial() {
        let mut response = frame::ok(html! {});
        if let Ok(to) = header::HeaderValue::from_str(to) {
            let name = header::HeaderName::from_static("hx-redirect");
            response.headers_mut().insert(name, to);
        }
        response
    } else {
        go(to)
    }
}
