//! What stands around every page: the head, the shop's sign, search, aisles, cart, notices, the foot.

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
#[derive(Default)]
pub(crate) struct Frame {
    categories: Arc<Vec<Category>>,
    /// Units in the cart; none where that is not known.
    units: Option<i64>,
    /// What search engines say of the page; none where it is one of many.
    description: Option<String>,
    /// The slug of the category in which the visitor stands.
    place: Option<String>,
    /// What the visitor looks for.
    words: String,
}

impl Frame {
    /// Asks for what the frame shows, while the page asks for its own. A frame never fails: what cannot be
    /// had is left out.
    pub(crate) async fn load(visit: &Visit) -> Self {
        let (categories, units) = join!(Self::categories(visit), units(visit));
        Self {
            categories,
            units,
            ..Self::default()
        }
    }

    /// For a page that has the cart anyway.
    pub(crate) async fn beside_cart(visit: &Visit) -> Self {
        Self {
            categories: Self::categories(visit).await,
            ..Self::default()
        }
    }

    pub(crate) fn with_units(self, units: i64) -> Self {
        Self {
            units: Some(units),
            ..self
        }
    }

    /// For a page that says that something cannot be had: it asks for nothing. Its aisles are those of a
    /// moment ago.
    pub(crate) async fn known(visit: &Visit) -> Self {
        let catalog = &visit.services().catalog;
        Self {
            categories: catalog.known_categories(visit.language()).await,
            ..Self::default()
        }
    }

    /// With a description of its own.
    pub(crate) fn described(self, description: String) -> Self {
        Self {
            description: Some(description),
            ..self
        }
    }

    /// In a category: its aisle is marked.
    pub(crate) fn in_category(self, slug: &str) -> Self {
        Self {
            place: Some(slug.to_owned()),
            ..self
        }
    }

    /// With what was looked for in the search box.
    pub(crate) fn with_words(self, words: &str) -> Self {
        Self {
            words: words.to_owned(),
            ..self
        }
    }

    /// The whole hall, for pages that show it.
    pub(crate) fn aisles(&self) -> &[Category] {
        &self.categories
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
        ok(self.around(visit, title, content))
    }

    /// The same, for a status of its own.
    pub(crate) fn around(&self, visit: &Visit, title: &str, content: Markup) -> Markup {
        whole(visit, self, title, content)
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

/// A page that asks for nothing.
pub(crate) fn bare(visit: &Visit, title: &str, content: Markup) -> Markup {
    whole(visit, &Frame::default(), title, content)
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
    let described = frame.description.as_deref();
    html! {
        (DOCTYPE)
        html lang=(visit.language().tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) @if visit.here() != "/" { " · Comptoir" } }
                meta name="description"
                    content=(described.map_or_else(|| visit.t("shop-description"), str::to_owned));
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#fbf8f1" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#131a16" media="(prefers-color-scheme: dark)";
                meta name="htmx-config" content=(HTMX);
                link rel="stylesheet" href=(assets::url("comptoir.css"));
                link rel="icon" type="image/svg+xml" href=(assets::url("comptoir.svg"));
                script src=(assets::url("htmx.min.js")) defer {}
                script src=(assets::url("comptoir.js")) defer {}
            }
            body {
                a.skip href="#content" { (visit.t("skip-to-content")) }
                (head(visit, frame))
                (notices(visit))
                main #content tabindex="-1" { (content) }
                (foot(visit))
            }
        }
    }
}

fn head(visit: &Visit, frame: &Frame) -> Markup {
    let memory = visit.memory();
    let staff = memory.member.as_ref().is_some_and(|it| it.staff);
    html! {
        header.top {
            div.top-row {
                a.sign href="/" { "Comptoir" }
                (ui::search_box(visit, &frame.words))
                nav.mine.member[memory.member.is_some()] aria-label=(visit.t("nav-mine")) {
                    div.mine-links {
                        @if staff { (nav_link(visit, "/admin", &visit.t("nav-admin"))) }
                        @match &memory.member {
                            Some(member) => {
                                (nav_link(visit, "/orders", &visit.t("nav-orders")))
                                a.who href="/account" aria-current=[is_here(visit, "/account")] { span { (member.name) } }
                            }
                            None => (nav_link(visit, "/sign-in", &visit.t("nav-sign-in")))
                        }
                    }
                    (cart_link(visit, frame.units))
                }
            }
            @if !frame.categories.is_empty() {
                nav.aisles aria-label=(visit.t("nav-categories")) {
                    ul {
                        @for category in frame.categories.iter() {
                            @let href = format!("/categories/{}", category.slug);
                            @let within = frame.place.as_deref().is_some_and(|it| category.holds(it));
                            li {
                                a href=(href) aria-current=[is_here(visit, &href).or(within.then_some("true"))] {
                                    (category.name)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn nav_link(visit: &Visit, href: &str, text: &str) -> Markup {
    html! { a href=(href) aria-current=[is_here(visit, href)] { (text) } }
}

fn foot(visit: &Visit) -> Markup {
    html! {
        footer.bottom {
            div.bottom-row {
                div {
                    a.sign href="/" { "Comptoir" }
                    p { (visit.t("foot-motto")) }
                }
                nav aria-labelledby="foot-shop" {
                    h2 #foot-shop { (visit.t("foot-shop")) }
                    ul {
                        li { a href="/search" { (visit.t("foot-everything")) } }
                        li { a href="/orders" { (visit.t("foot-orders")) } }
                        li { a href="/account" { (visit.t("foot-account")) } }
                    }
                }
                nav aria-labelledby="foot-links" {
                    h2 #foot-links { (visit.t("foot-links")) }
                    ul {
                        li { a href="/api/docs" { (visit.t("foot-api")) } }
                        li { a href="/styleguide" { (visit.t("foot-styleguide")) } }
                    }
                }
                div {
                    h2 { (visit.t("foot-language")) }
                    (language_switch(visit))
                }
            }
            div.bottom-end { p { (visit.t("foot-about")) } }
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
        a #cart-link href="/cart" aria-current=[is_here(visit, "/cart")] { (cart_text(visit, units)) }
    }
}

fn cart_text(visit: &Visit, units: Option<i64>) -> Markup {
    html! {
        (visit.t("nav-cart"))
        @if let Some(units) = units.filter(|it| *it > 0) {
            " "
            span.count aria-hidden="true" { (units) }
            span.unseen { (visit.tx("nav-cart-units", [("units", units.into())])) }
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
        a #cart-link href="/cart" hx-swap-oob="true" { (cart_text(visit, Some(units))) }
        div #notices hx-swap-oob="innerHTML" {
            @if let Some(notice) = visit.take_notice() {
                p.notice.slip { (notice) " " a href="/cart" { (visit.t("notice-to-cart")) } }
            }
        }
    }))
}
