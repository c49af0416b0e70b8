//! The cart: what is in it, and every change of it.

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;
use upstream::Error;
use uuid::Uuid;

use crate::{
    components as ui,
    failure::Failure,
    form::{Form, local_path},
    frame::{self, Frame, go},
    services::cart::{Cart, Line, LineProblem, QUANTITY_LIMIT},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/cart", web::get().to(show)).service(
        web::resource("/cart/items/{product_id}")
            .route(web::post().to(change))
            // A change that is refused is answered under this path; from there somebody may load the page
            // again, or choose another language.
            .route(web::get().to(back)),
    );
}

async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let (shopper, carts) = (visit.shopper(), &visit.services().cart);
    let (frame, cart) = join!(
        Frame::beside_cart(&visit),
        carts.show(visit.language(), &shopper)
    );
    let cart = cart?;
    let content = part(&visit, cart.as_ref(), &Said::default());
    let frame = frame.with_units(cart.map_or(0, |it| it.units()));
    Ok(frame.page(&visit, &visit.t("cart-title"), content))
}

async fn back() -> HttpResponse {
    go("/cart")
}

/// How many units of a product are wanted.
#[derive(Deserialize)]
struct Change {
    /// None takes the product out of the cart.
    quantity: String,
    /// `1` where so many come on top of what is in the cart already.
    add: Option<String>,
    /// A path of this shop, to go to afterwards.
    to: Option<String>,
}

impl Change {
    fn adds(&self) -> bool {
        self.add.as_deref() == Some("1")
    }
}

/// What the cart's part of a page says besides what is in the cart.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// Why the last change was refused.
    alert: Option<&'a str>,
    /// Which product that was.
    about: Option<Uuid>,
    /// Whether the button that was pressed went away with its line.
    button_gone: bool,
}

async fn change(
    visit: Visit,
    product: web::Path<Uuid>,
    form: Form<Change>,
) -> Result<HttpResponse, Failure> {
    let Form(change) = form;
    let Some(asked) = change.quantity.trim().parse().ok().filter(|it| *it >= 0) else {
        let text = visit.t("cart-quantity-wrong");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return refuse(&visit, *product, &change, status, &text).await;
    };
    let held = if change.adds() {
        held(&visit, *product).await?
    } else {
        0
    };
    let wanted = held.saturating_add(asked);
    let (shopper, carts) = (visit.shopper(), &visit.services().cart);
    let language = visit.language();
    let changed = if wanted == 0 {
        let cart = carts.remove(language, &shopper, *product).await;
        cart.map(|it| (it, None))
    } else {
        let quantity = wanted.min(QUANTITY_LIMIT);
        carts.put(language, &shopper, *product, quantity).await
    };
    match changed {
        Ok((cart, token)) => {
            if let Some(token) = token {
                visit.memory_mut().cart = Some(token);
            }
            if change.adds() && held == 0 && cart.items.len() == 1 {
                // What goes into an empty cart is another purchase, whatever became of the last one.
                visit.memory_mut().checkout = None;
            }
            accept(&visit, &change, wanted, &cart)
        }
        Err(error) => {
            let (status, text) = refusal(&visit, error)?;
            refuse(&visit, *product, &change, status, &text).await
        }
    }
}

/// Units of a product that are in the cart already.
async fn held(visit: &Visit, product: Uuid) -> Result<i64, Failure> {
    let carts = &visit.services().cart;
    let cart = carts.show(visit.language(), &visit.shopper()).await?;
    let lines = cart.map(|it| it.items).unwrap_or_default();
    let line = lines.iter().find(|it| it.product_id == product);
    Ok(line.map_or(0, |it| it.quantity))
}

fn accept(
    visit: &Visit,
    change: &Change,
    wanted: i64,
    cart: &Cart,
) -> Result<HttpResponse, Failure> {
    let notice = if wanted > QUANTITY_LIMIT {
        Some("cart-most")
    } else if change.adds() {
        Some("cart-added")
    } else if wanted == 0 && !visit.is_partial() {
        Some("cart-removed")
    } else {
        None
    };
    if let Some(notice) = notice {
        visit.notify(notice);
    }
    match (visit.is_partial(), change.adds()) {
        (true, true) => frame::cart_changed(visit, cart.units()),
        (true, false) => {
            let said = Said {
                button_gone: wanted == 0,
                ..Said::default()
            };
            Ok(frame::ok(beside_link(visit, Some(cart), &said)))
        }
        (false, _) => Ok(go(change.to.as_deref().map_or("/cart", local_path))),
    }
}

/// Why a product did not get into the cart, in our words; anything unexpected stays an error.
fn refusal(visit: &Visit, error: Error) -> Result<(StatusCode, String), Failure> {
    let Error::Problem { problem, .. } = &error else {
        return Err(error.into());
    };
    let slug = problem.kind.rsplit(':').next().unwrap_or_default();
    let text = match slug {
        "insufficient-stock" => {
            // As in `3 available`.
            let detail = problem.detail.as_deref().unwrap_or_default();
            let left = detail.split(' ').next().and_then(|it| it.parse().ok());
            let left: i64 = left.unwrap_or(0);
            visit.tx("cart-refused-stock", [("units", left.into())])
        }
        "cart-full" => visit.t("cart-refused-full"),
        "no-such-product" => visit.t("cart-refused-gone"),
        "currency-mismatch" => visit.t("cart-refused-currency"),
        "catalog-unavailable" => {
            let text = visit.t("cart-refused-catalog");
            return Ok((StatusCode::SERVICE_UNAVAILABLE, text));
        }
        _ => return Err(error.into()),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, text))
}

/// The cart as it still is, and why nothing was changed.
async fn refuse(
    visit: &Visit,
    product: Uuid,
    change: &Change,
    status: StatusCode,
    text: &str,
) -> Result<HttpResponse, Failure> {
    let mut response = if visit.is_partial() && change.adds() {
        // On the page of a product.
        frame::ok(html! {
            div #notices hx-swap-oob="innerHTML" { (ui::alert(text)) }
        })
    } else {
        let (shopper, carts) = (visit.shopper(), &visit.services().cart);
        let (frame, cart) = join!(
            Frame::beside_cart(visit),
            carts.show(visit.language(), &shopper)
        );
        let cart = cart?;
        let said = Said {
            alert: Some(text),
            about: Some(product),
            ..Said::default()
        };
        if visit.is_partial() {
            frame::ok(beside_link(visit, cart.as_ref(), &said))
        } else {
            let content = part(visit, cart.as_ref(), &said);
            let frame = frame.with_units(cart.map_or(0, |it| it.units()));
            frame.page(visit, &visit.t("cart-title"), content)
        }
    };
    *response.status_mut() = status;
    Ok(response)
}

/// The answer to htmx: the cart, its link, and what a screen reader says of the change.
fn beside_link(visit: &Visit, cart: Option<&Cart>, said: &Said<'_>) -> Markup {
    html! {
        (part(visit, cart, said))
        (frame::cart_link(visit, Some(cart.map_or(0, Cart::units))))
        div #notices {
            @if let Some(notice) = visit.take_notice() {
                p.notice { (notice) }
            } @else if said.alert.is_none() && let Some(cart) = cart {
                p.unseen { (visit.tx("cart-changed", [("total", visit.money(cart.total).into())])) }
            }
        }
    }
}

/// The part of the page that changes with the cart.
fn part(visit: &Visit, cart: Option<&Cart>, said: &Said<'_>) -> Markup {
    let full = cart.filter(|it| !it.items.is_empty());
    let is_there = |cart: &Cart| {
        cart.items
            .iter()
            .any(|it| Some(it.product_id) == said.about)
    };
    // It is said at the line, if there is one.
    let above = said.alert.filter(|_| !full.is_some_and(is_there));
    html! {
        section #cart .cart {
            @match full {
                Some(cart) => {
                    h1 tabindex="-1" autofocus[said.button_gone] { (visit.t("cart-title")) }
                    @if let Some(alert) = above { (ui::alert(alert)) }
                    @if cart.stale { (ui::hint(&visit.t("cart-stale"))) }
                    div.cart-columns {
                        ul.lines {
                            @for line in &cart.items { (self::line(visit, line, said)) }
                        }
                        (sum(visit, cart))
                    }
                }
                None => {
                    @if let Some(alert) = above { (ui::alert(alert)) }
                    (ui::panel(
                        html! { h1 tabindex="-1" autofocus[said.button_gone] { (visit.t("cart-empty")) } },
                        html! { p { (visit.t("cart-empty-text")) } },
                        html! { a.button href="/" { (visit.t("cart-look-around")) } },
                    ))
                }
            }
        }
    }
}

/// A product in the cart, and its quantity.
pub(super) fn line(visit: &Visit, line: &Line, said: &Said<'_>) -> Markup {
    let retired = line.problem == Some(LineProblem::Retired);
    let alert = said.alert.filter(|_| said.about == Some(line.product_id));
    html! {
        li.line {
            div.line-image {
                @if let Some(image) = &line.image_url {
                    img src=(image) alt="" width="112" height="112" loading="lazy";
                }
            }
            div.line-what {
                h2.line-name {
                    @if retired {
                        (line.name)
                    } @else {
                        a href={ "/products/" (line.slug) } { (line.name) }
                    }
                }
                p.line-each {
                    (ui::price(visit, line.unit_price)) " " (visit.t("cart-each"))
                }
                @if let Some(before) = line.previous_unit_price {
                    @let (from, to) = (visit.money(before), visit.money(line.unit_price));
                    p.line-note { (visit.tx("cart-price-changed", [("from", from.into()), ("to", to.into())])) }
                }
                @if let Some(problem) = line.problem {
                    p.line-note.wrong { (wrong(visit, problem, line.available.unwrap_or(0))) }
                }
            }
            div.line-units {
                @if !retired { (stepper(visit, line)) }
                (sending(line, "remove", 0, html! {
                    (ui::proof(visit))
                    button.link #{ "remove-" (line.product_id) } {
                        (visit.t("cart-remove")) span.unseen { " " (line.name) }
                    }
                }))
            }
            p.line-total { (ui::price(visit, line.line_total)) }
            @if let Some(alert) = alert { div.line-alert { (ui::alert(alert)) } }
        }
    }
}

/// Why a line cannot be bought as it is, and what to do.
fn wrong(visit: &Visit, problem: LineProblem, available: i64) -> String {
    match problem {
        LineProblem::OutOfStock => visit.t("cart-line-out"),
        LineProblem::InsufficientStock => visit.tx("cart-line-few", [("units", available.into())]),
        LineProblem::Retired => visit.t("cart-line-retired"),
        LineProblem::OtherCurrency => visit.t("cart-line-currency"),
    }
}

/// One less, so many, one more. The two buttons have forms of their own, so that the enter key in the field
/// sends what is in the field.
fn stepper(visit: &Visit, line: &Line) -> Markup {
    let id = line.product_id;
    let named = |text: &str| visit.tx(text, [("name", line.name.as_str().into())]);
    let (less, more) = (line.quantity - 1, line.quantity + 1);
    html! {
        div.stepper {
            (sending(line, "less", less, html! {
                (ui::proof(visit))
                button #{ "less-" (id) } aria-label=(named("cart-less")) { "−" }
            }))
            form.units method="post" action={ "/cart/items/" (id) } hx-post={ "/cart/items/" (id) }
                hx-target="#cart" hx-swap="outerHTML" hx-select-oob=(BESIDE) hx-sync="this:replace"
                hx-trigger="change, submit" {
                (ui::proof(visit))
                label.unseen for={ "units-" (id) } { (named("cart-units")) }
                input #{ "units-" (id) } type="number" name="quantity" value=(line.quantity)
                    min="0" max=(QUANTITY_LIMIT) inputmode="numeric" autocomplete="off" required;
                button.link.update { (visit.t("cart-update")) span.unseen { " " (line.name) } }
            }
            (sending(line, "more", more, html! {
                (ui::proof(visit))
                button #{ "more-" (id) } aria-label=(named("cart-more")) { "+" }
            }))
        }
    }
}

/// What is put elsewhere on the page when the cart changes.
const BESIDE: &str = "#cart-link,#notices:innerHTML";

/// A form that sends one quantity.
fn sending(line: &Line, class: &str, quantity: i64, content: Markup) -> Markup {
    let action = format!("/cart/items/{}", line.product_id);
    html! {
        form class=(class) method="post" action=(action) hx-post=(action) hx-target="#cart"
            hx-swap="outerHTML" hx-select-oob=(BESIDE) {
            (content)
            input type="hidden" name="quantity" value=(quantity);
        }
    }
}

/// What it comes to, and the way on.
pub(super) fn sum(visit: &Visit, cart: &Cart) -> Markup {
    html! {
        aside.sum aria-labelledby="sum-title" {
            h2 #sum-title { (visit.t("cart-sum")) }
            dl {
                dt { (visit.tx("cart-sum-units", [("units", cart.units().into())])) }
                dd.total { (ui::price(visit, cart.total)) }
            }
            @if cart.can_be_ordered() {
                a.button href="/checkout" data-test="to-checkout" { (visit.t("cart-to-checkout")) }
            } @else {
                button.button type="button" disabled aria-describedby="why-not" data-test="to-checkout" {
                    (visit.t("cart-to-checkout"))
                }
                p.line-note.wrong #why-not { (visit.t("cart-not-yet")) }
            }
            p { a href="/" { (visit.t("cart-look-around")) } }
        }
    }
}
