//! What stands around every page: the head, the shop's sign, search, categories, cart, notices, the foot.

use std::sync::Arc;

use actix_web::HttpResponse;
use futures_util::join;
use language::Language;
use maud::{DOCTYPE, Markup, html};
use upstream::StatusCode;

use crate::{
    assets, components as ui, failure::Failure, services::catalog::Category, visit::Visit,
};

/// What the frame shows of the shop and of the visitor.
pub(crate) struct Frame {
    categories: Arc<Vec<Category>>,
    /// Units in the cart; none where that is not known.
    units: Option<i64>,
}

impl Frame {
    /// Asks for what the frame shows, while the page asks for its own. A frame never fails: what cannot be
    /// had is left out.
    pub(crate) async fn load(visit: &Visit) -> Self {
        let (categories, units) = join!(Self::categories(visit), units(visit));
        Self { categories, units }
    }

    /// For a page that has the cart anyway.
    pub(crate) async fn beside_cart(visit: &Visit) -> Self {
        Self {
            categories: Self::categories(visit).await,
            units: None,
        }
    }

    pub(crate) fn with_units(self, units: i64) -> Self {
        Self {
            units: Some(units),
            ..self
        }
    }

    async fn categories(visit: &Visit) -> Arc<Vec<Category>> {
        let categories = visit.services().catalog.categories(visit.language()).await;
        categories.unwrap_or_else(|error| {
            tracing::warn!(%error, "a page has no categories");
            Arc::default()
        })
    }

    /// A whole page.
    pub(crate) fn page(&self, visit: &Visit, title: &str, content: Markup) -> HttpResponse {
        ok(whole(visit, self, title, content))
    }
}

async fn units(visit: &Visit) -> Option<i64> {
    let cart = visit
        .services()
        .cart
        .show(visit.language(), &visit.shopper())
        .await;
    match cart {
        Ok(cart) => Some(cart.map_or(0, |it| it.units())),
        Err(upstream::Error::Problem {
            status: StatusCode::UNAUTHORIZED,
            ..
        }) => {
            // Signed out elsewhere: from now on a guest, whose cart is empty.
            let _ = visit.sign_out();
            visit.notify("notice-session-ended");
            Some(0)
        }
        Err(error) => {
            tracing::warn!(%error, "a page does not know the cart");
            None
        }
    }
}

/// A page that asks for nothing, to say that something cannot be had.
pub(crate) fn bare(visit: &Visit, title: &str, content: Markup) -> Markup {
    let frame = Frame {
        categories: Arc::default(),
        units: None,
    };
    whole(visit, &frame, title, content)
}

/// HTML with status 200.
pub(crate) fn ok(content: Markup) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(content.into_string())
}

/// HTML with status 422: a form to be filled in again.
pub(crate) fn again(content: Markup) -> HttpResponse {
    HttpResponse::UnprocessableEntity()
        .content_type("text/html; charset=utf-8")
        .body(content.into_string())
}

/// To another page of this shop, by GET (303).
pub(crate) fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((actix_web::http::header::LOCATION, to))
        .finish()
}

/// htmx may run no code from attributes and adds no styles of its own.
const HTMX: &str = r#"{"includeIndicatorCSS": false, "history": false, "defaultTimeout": 30000}"#;

fn whole(visit: &Visit, frame: &Frame, title: &str, content: Markup) -> Markup {
    let memory = visit.memory().clone();
    let staff = memory.member.as_ref().is_some_and(|it| it.staff);
    html! {
        (DOCTYPE)
        html lang=(visit.language().tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) @if visit.here() != "/" { " · Comptoir" } }
                meta name="description" content=(visit.t("shop-description"));
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX);
                link rel="stylesheet" href=(assets::url("comptoir.css"));
                link rel="icon" type="image/svg+xml" href=(assets::url("comptoir.svg"));
                script src=(assets::url("htmx.min.js")) defer {}
                script src=(assets::url("comptoir.js")) defer {}
            }
            body {
                a.skip href="#content" { (visit.t("skip-to-content")) }
                header.top {
                    div.top-row {
                        a.sign href="/" { "Comptoir" }
                        (ui::search_box(visit, ""))
                        nav.mine aria-label=(visit.t("nav-mine")) {
                            @if staff {
                                a href="/admin" { (visit.t("nav-admin")) }
                            }
                            @match &memory.member {
                                Some(member) => {
                                    a href="/orders" { (visit.t("nav-orders")) }
                                    a.who href="/account" { (member.name) }
                                }
                                None => a href="/sign-in" { (visit.t("nav-sign-in")) }
                            }
                            (cart_link(visit, frame.units))
                        }
                    }
                    @if !frame.categories.is_empty() {
                        nav.aisles aria-label=(visit.t("nav-categories")) {
                            ul {
                                @for category in frame.categories.iter() {
                                    @let href = format!("/categories/{}", category.slug);
                                    li { a href=(href) aria-current=[is_here(visit, &href)] { (category.name) } }
                                }
                            }
                        }
                    }
                }
                (notices(visit))
                main #content tabindex="-1" { (content) }
                footer.bottom {
                    div.bottom-row {
                        p { (visit.t("foot-about")) }
                        nav aria-label=(visit.t("foot-links")) {
                            a href="/api/docs" { (visit.t("foot-api")) }
                            a href="/styleguide" { (visit.t("foot-styleguide")) }
                        }
                        (language_switch(visit))
                    }
                }
            }
        }
    }
}

/// Where a page says what has just happened; htmx puts new ones there too.
pub(crate) fn notices(visit: &Visit) -> Markup {
    html! {
        div #notices role="status" aria-live="polite" {
            @if let Some(notice) = visit.take_notice() {
                p.notice { (notice) }
            }
        }
    }
}

/// The way to the cart, with how much is in it.
pub(crate) fn cart_link(visit: &Visit, units: Option<i64>) -> Markup {
    html! {
        a #cart-link href="/cart" {
            (visit.t("nav-cart"))
            @if let Some(units) = units.filter(|it| *it > 0) {
                " "
                span.count aria-hidden="true" { (units) }
                span.unseen { (visit.tx("nav-cart-units", [("units", units.into())])) }
            }
        }
    }
}

fn language_switch(visit: &Visit) -> Markup {
    html! {
        form.languages method="post" action="/language" {
            (ui::proof(visit))
            input type="hidden" name="to" value=(visit.page().unwrap_or("/"));
            @for (language, name) in [(Language::En, "English"), (Language::Fr, "Français")] {
                button.link name="lang" value=(language.tag()) lang=(language.tag())
                    aria-current=[(visit.language() == language).then_some("true")] { (name) }
            }
        }
    }
}

/// For the link of a list that leads to the page that is shown.
pub(crate) fn is_here(visit: &Visit, href: &str) -> Option<&'static str> {
    let page = visit.page().unwrap_or_default();
    let path = page.split('?').next().unwrap_or_default();
    (path == href).then_some("page")
}

/// The part of a page with which htmx answers a form that changed the cart: its link, and what to say.
pub(crate) fn cart_changed(visit: &Visit, units: i64) -> Result<HttpResponse, Failure> {
    Ok(ok(html! {
        a #cart-link href="/cart" hx-swap-oob="true" {
            (visit.t("nav-cart"))
            " "
            span.count aria-hidden="true" { (units) }
            span.unseen { (visit.tx("nav-cart-units", [("units", units.into())])) }
        }
        div #notices hx-swap-oob="innerHTML" {
            @if let Some(notice) = visit.take_notice() {
                p.notice { (notice) " " a href="/cart" { (visit.t("notice-to-cart")) } }
            }
        }
    }))
}
