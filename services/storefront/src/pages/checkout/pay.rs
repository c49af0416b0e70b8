//! The click that pays: once, however often it is made, and never called a failure before it is one.

use std::time::Duration;

use actix_web::HttpResponse;
use chrono::{TimeDelta, Utc};
use futures_util::join;
use maud::{Markup, html};
use money::Money;
use serde::Deserialize;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use upstream::Error;
use uuid::Uuid;

use super::{Step, card, leave};
use crate::{
    components as ui,
    failure::Failure,
    form::Form,
    frame,
    services::{auth::Lines, order::Order},
    visit::{Checkout, Visit},
};

/// What the form that pays says. It says so itself, and not the cookie: the same form is the same checkout,
/// whatever another tab does meanwhile.
#[derive(Clone, Deserialize)]
pub(super) struct Payment {
    pub(super) key: Uuid,
    /// Of the address book.
    pub(super) address: Uuid,
    /// Of the cards.
    pub(super) method: Uuid,
    /// What the button said it would cost. None where it has been sent before: an order may have been made
    /// of it, and the cart be another one by now.
    pub(super) total: Option<String>,
}

impl Payment {
    /// Whether this is what the button said, as far as it said anything.
    fn agrees(&self, total: Money) -> bool {
        let said = self.total.as_deref();
        said.is_none_or(|it| it == total.to_string())
    }

    pub(super) fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="key" value=(self.key);
            input type="hidden" name="address" value=(self.address);
            input type="hidden" name="method" value=(self.method);
            @if let Some(total) = &self.total { input type="hidden" name="total" value=(total); }
        }
    }
}

/// How long a request waits for a twin of its own that is being worked on.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it asks meanwhile.
const EVERY: Duration = Duration::from_millis(500);

/// An order that is older was placed by an earlier attempt, whose answer may have been lost; whatever is in
/// the cart by now is not part of it.
const SETTLED: TimeDelta = TimeDelta::minutes(2);

pub(super) async fn pay(visit: Visit, form: Form<Payment>) -> Result<HttpResponse, Failure> {
    let Form(payment) = form;
    let token = match visit.member_token() {
        // An earlier attempt may have been paid, so nothing that goes wrong here is a failure of it.
        Err(Failure::Down(error)) => return Ok(waiting(&visit, &payment, &error)),
        token => token?,
    };
    let services = visit.services();
    let shopper = visit.shopper();
    let (book, cart) = join!(
        services.auth.addresses(&token),
        services.cart.show(visit.language(), &shopper),
    );
    let book = match book {
        Ok(book) => book,
        Err(error) if error.refusal().is_none() => return Ok(waiting(&visit, &payment, &error)),
        Err(error) => return Err(error.into()),
    };
    let Some(address) = book.into_iter().find(|it| it.id == payment.address) else {
        visit.notify("checkout-address-gone");
        return Ok(leave(&visit, Step::Address.path()));
    };
    // An empty cart may have become the order already. Where nobody knows the cart, nothing is ordered.
    let full = cart.ok().flatten().filter(|it| !it.items.is_empty());
    if full.is_some_and(|it| !payment.agrees(it.total)) {
        visit.notify("checkout-total-changed");
        return Ok(leave(&visit, Step::Review.path()));
    }
    match settle(&visit, token, &payment, address.lines).await? {
        Ok(order) => {
            forget(&visit, &payment);
            let placed = format!("/orders/{}", order.id);
            if order.created_at + SETTLED < Utc::now() || !payment.agrees(order.total) {
                visit.notify("checkout-placed-before");
                return Ok(leave(&visit, &placed));
            }
            Ok(leave(&visit, &format!("{placed}?placed=1")))
        }
        Err(error) => refused(&visit, &payment, error),
    }
}

/// Asks until it is known how the checkout ends. It goes on if the browser hangs up, as browsers without
/// scripts do when a button is pressed twice.
async fn settle(
    visit: &Visit,
    token: String,
    payment: &Payment,
    address: Lines,
) -> Result<Result<Order, Error>, Failure> {
    let orders = visit.services().order.clone();
    let (key, method) = (payment.key, payment.method);
    let asking = async move {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = orders.check_out(&token, key, method, &address).await;
            match answer {
                Err(error) if error.is("checkout-in-progress") && Instant::now() < until => {
                    sleep(EVERY).await;
                }
                answer => return answer,
            }
        }
    };
    let asking = tokio::spawn(asking.in_current_span());
    asking.await.map_err(Failure::internal)
}

fn refused(visit: &Visit, payment: &Payment, error: Error) -> Result<HttpResponse, Failure> {
    let Some(problem) = error.refusal() else {
        return Ok(waiting(visit, payment, &error));
    };
    let slug = problem.kind.rsplit(':').next().unwrap_or_default();
    let to = match slug {
        "checkout-in-progress" => return Ok(waiting(visit, payment, &error)),
        "idempotency-key-reused" => return Ok(sent_before(visit)),
        "payment-declined" => {
            draw_anew(visit, payment);
            let said = problem.errors.first().map(|it| it.detail.as_str());
            declined(said.unwrap_or(card::LATE))
        }
        "unknown-payment-method" => {
            draw_anew(visit, payment);
            declined(card::UNKNOWN_CARD)
        }
        "out-of-stock" | "unknown-product" => {
            visit.notify("checkout-out-of-stock");
            "/cart".to_owned()
        }
        "cart-too-large" => {
            visit.notify("checkout-cart-too-large");
            "/cart".to_owned()
        }
        "cart-empty" => {
            forget(visit, payment);
            visit.notify("checkout-cart-empty");
            "/orders".to_owned()
        }
        _ => return Err(error.into()),
    };
    Ok(leave(visit, &to))
}

/// Back to the cards, with what the bank said.
fn declined(code: &str) -> String {
    let query = serde_urlencoded::to_string([("declined", code)]).unwrap_or_default();
    format!("{}?{query}", Step::Card.path())
}

/// The checkout is over. Another one that another tab began goes on.
fn forget(visit: &Visit, payment: &Payment) {
    let mut memory = visit.memory_mut();
    if memory
        .checkout
        .as_ref()
        .is_some_and(|it| it.key == payment.key)
    {
        memory.checkout = None;
    }
}

/// A key that was declined is spent: the next attempt has another one, and another card.
fn draw_anew(visit: &Visit, payment: &Payment) {
    let mut memory = visit.memory_mut();
    let checkout = &mut memory.checkout;
    if checkout.as_ref().is_none_or(|it| it.key == payment.key) {
        *checkout = Some(Checkout {
            key: Uuid::new_v4(),
            address: Some(payment.address),
            method: None,
        });
    }
}

/// Whether no order can have come of it: somebody did not answer before one was recorded.
fn is_not_sent(error: &Error) -> bool {
    match error {
        Error::Problem { problem, .. } => problem.kind.ends_with(":unavailable"),
        Error::Unavailable { service, .. } => *service != "order",
        Error::Open { .. } | Error::NoToken { .. } => true,
    }
}

/// The page for an outcome that is not known yet: it asks again, under the same key.
fn waiting(visit: &Visit, payment: &Payment, error: &Error) -> HttpResponse {
    tracing::warn!(%error, "the outcome of a checkout is not known yet");
    let again = Payment {
        total: payment.total.clone().filter(|_| is_not_sent(error)),
        ..payment.clone()
    };
    let title = visit.t("checkout-waiting");
    let content = html! {
        section #waiting .panel.waiting {
            h1 { (title) }
            (patience(visit))
            form method="post" action="/checkout/pay" hx-post="/checkout/pay" hx-target="#waiting"
                hx-swap="outerHTML" hx-trigger="load delay:2s, submit" {
                (ui::proof(visit))
                (again.fields())
                p.actions {
                    button.button { (visit.t("checkout-waiting-ask")) }
                    a.button.quiet href="/orders" { (visit.t("checkout-to-orders")) }
                }
            }
        }
    };
    frame::ok(if visit.is_partial() {
        content
    } else {
        frame::bare(visit, &title, content)
    })
}

/// What is said while the bank is waited for.
pub(in crate::pages) fn patience(visit: &Visit) -> Markup {
    html! {
        p.unrest aria-hidden="true" { span {} span {} span {} }
        div role="status" {
            p { (visit.t("checkout-waiting-text")) }
            p { strong { (visit.t("checkout-waiting-once")) } }
        }
    }
}

/// The page for a key that belongs to a checkout with another address or card.
fn sent_before(visit: &Visit) -> HttpResponse {
    let title = visit.t("checkout-sent-before");
    let content = html! {
        section.panel {
            h1 { (title) }
            p { (visit.t("checkout-sent-before-text")) }
            div.actions {
                a.button href="/orders" { (visit.t("checkout-to-orders")) }
                form method="post" action="/checkout" {
                    (ui::proof(visit))
                    button.button.quiet { (visit.t("checkout-begin-anew")) }
                }
            }
        }
    };
    frame::again(if visit.is_partial() {
        content
    } else {
        frame::bare(visit, &title, content)
    })
}
