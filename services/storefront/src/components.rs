//! What pages are made of. Every component is shown on `/styleguide`.

use maud::{Markup, html};
use money::Money;

use crate::{
    services::{
        catalog::{Item, Step},
        order::{ReturnState, Status},
    },
    visit::Visit,
};

/// The hidden field that every form begins with.
pub(crate) fn proof(visit: &Visit) -> Markup {
    html! {
        // Where there is none, the form is refused, and says so.
        input type="hidden" name="csrf" value=(visit.proof().unwrap_or_default());
    }
}

/// A line of text that is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field<'a> {
    /// As in the form that is sent.
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) value: &'a str,
    /// `text` where it is empty.
    pub(crate) kind: &'a str,
    /// As HTML has it, for browsers that fill in forms.
    pub(crate) autocomplete: &'a str,
    pub(crate) hint: Option<&'a str>,
    /// What is wrong with what was typed.
    pub(crate) error: Option<&'a str>,
    pub(crate) optional: bool,
    /// The most characters.
    pub(crate) most: Option<u16>,
    /// `numeric` brings up the digits on a telephone.
    pub(crate) inputmode: Option<&'a str>,
}

/// A labelled field, with its hint and its error where a screen reader finds them.
pub(crate) fn field(visit: &Visit, field: &Field<'_>) -> Markup {
    let Field {
        name,
        label,
        value,
        kind,
        autocomplete,
        hint,
        error,
        optional,
        most,
        inputmode,
    } = *field;
    let described = described_by(name, hint, error);
    html! {
        div.field.wrong[error.is_some()] {
            label for={ "field-" (name) } {
                (label)
                @if optional { " " span.optional { (visit.t("field-optional")) } }
            }
            @if let Some(hint) = hint { p.hint id={ "hint-" (name) } { (hint) } }
            input id={ "field-" (name) } name=(name) value=[(kind != "password").then_some(value)]
                type=(if kind.is_empty() { "text" } else { kind })
                autocomplete=[(!autocomplete.is_empty()).then_some(autocomplete)]
                maxlength=[most] inputmode=[inputmode] required[!optional]
                aria-invalid=[error.map(|_| "true")] aria-describedby=[described];
            @if let Some(error) = error { p.error id={ "error-" (name) } { (error) } }
        }
    }
}

fn described_by(name: &str, hint: Option<&str>, error: Option<&str>) -> Option<String> {
    match (hint, error) {
        (None, None) => None,
        (Some(_), None) => Some(format!("hint-{name}")),
        (None, Some(_)) => Some(format!("error-{name}")),
        (Some(_), Some(_)) => Some(format!("error-{name} hint-{name}")),
    }
}

/// A choice from a list of values and what each is called.
pub(crate) fn select<'a>(
    name: &str,
    label: &str,
    options: impl IntoIterator<Item = (&'a str, String)>,
    chosen: &str,
) -> Markup {
    html! {
        div.field {
            label for={ "field-" (name) } { (label) }
            select id={ "field-" (name) } name=(name) {
                @for (value, text) in options {
                    option value=(value) selected[value == chosen] { (text) }
                }
            }
        }
    }
}

/// Some lines of text.
pub(crate) fn text_area(
    name: &str,
    label: &str,
    value: &str,
    most: u16,
    error: Option<&str>,
) -> Markup {
    html! {
        div.field.wrong[error.is_some()] {
            label for={ "field-" (name) } { (label) }
            textarea id={ "field-" (name) } name=(name) rows="4" maxlength=(most) required
                aria-invalid=[error.map(|_| "true")]
                aria-describedby=[described_by(name, None, error)] { (value) }
            @if let Some(error) = error { p.error id={ "error-" (name) } { (error) } }
        }
    }
}

/// Where visitors say what they look for; suggestions come as they type.
pub(crate) fn search_box(visit: &Visit, q: &str) -> Markup {
    html! {
        form.search role="search" action="/search" {
            label.unseen for="q" { (visit.t("search-label")) }
            input #q type="search" name="q" value=(q) maxlength="100" autocomplete="off"
                placeholder=(visit.t("search-placeholder"))
                hx-get="/suggestions" hx-trigger="input changed delay:200ms" hx-target="#suggestions"
                hx-sync="this:replace";
            div #suggestions {}
            button.button { (visit.t("search-button")) }
        }
    }
}

/// What is offered under the search box while somebody types.
pub(crate) fn suggestions(visit: &Visit, words: &str, items: &[Item], total: i64) -> Markup {
    let query = serde_urlencoded::to_string([("q", words)]).unwrap_or_default();
    html! {
        div.suggestions {
            @if items.is_empty() {
                p.none role="status" { (visit.tx("suggestions-none", [("words", words.into())])) }
            } @else {
                p.unseen role="status" { (visit.tx("results-count", [("count", total.into())])) }
                ul {
                    @for item in items {
                        li {
                            a href={ "/products/" (item.slug) } {
                                img src=(item.image_url) alt="" width="44" height="44";
                                span { (item.name) }
                                (price(visit, item.price))
                            }
                        }
                    }
                }
                a.all href={ "/search?" (query) } { (visit.tx("suggestions-all", [("count", total.into())])) }
            }
        }
    }
}

/// A price, in the form of the visitor's language.
pub(crate) fn price(visit: &Visit, money: Money) -> Markup {
    html! { span.price { (visit.money(money)) } }
}

/// Whether something can be bought, in words.
pub(crate) fn availability(visit: &Visit, available: i64) -> Markup {
    let (class, text) = match available {
        ..=0 => ("stock out", visit.t("stock-out")),
        1..=5 => (
            "stock low",
            visit.tx("stock-low", [("units", available.into())]),
        ),
        _ => ("stock", visit.t("stock-in")),
    };
    html! { span class=(class) { (text) } }
}

/// The picture of a product, without its margins. Its name stands beside it, so that it needs none itself.
pub(crate) fn drawing(url: &str, size: u16, eager: bool) -> Markup {
    html! {
        span.drawing {
            img src=(url) alt="" width=(size) height=(size)
                loading=(if eager { "eager" } else { "lazy" });
        }
    }
}

/// A product in a grid. The first ones of a page are loaded at once, the rest when they come into sight.
pub(crate) fn product_card(visit: &Visit, item: &Item, eager: bool) -> Markup {
    html! {
        li.card.sold-out[item.available < 1] {
            a href={ "/products/" (item.slug) } {
                (drawing(&item.image_url, 320, eager))
                span.card-name { (item.name) }
            }
            div.card-foot {
                p.card-facts {
                    (price(visit, item.price))
                    @if item.available <= 5 { (availability(visit, item.available)) }
                }
                @if item.available > 0 { (card_add(visit, item)) }
            }
        }
    }
}

/// One more unit of a product, from where it is seen.
fn card_add(visit: &Visit, item: &Item) -> Markup {
    let to_cart = format!("/cart/items/{}", item.id);
    html! {
        form.card-add method="post" action=(to_cart) hx-post=(to_cart) hx-swap="none" data-once {
            (proof(visit))
            input type="hidden" name="quantity" value="1";
            input type="hidden" name="add" value="1";
            input type="hidden" name="to" value=(visit.here());
            button aria-label=(visit.tx("card-add", [("name", item.name.as_str().into())])) {}
        }
    }
}

/// Products in a grid.
pub(crate) fn product_grid(visit: &Visit, items: &[Item]) -> Markup {
    html! {
        ul.grid {
            @for (place, item) in items.iter().enumerate() { (product_card(visit, item, place < 4)) }
        }
    }
}

/// The way from the home page to this one.
pub(crate) fn breadcrumb(visit: &Visit, steps: &[Step]) -> Markup {
    html! {
        nav.breadcrumb aria-label=(visit.t("breadcrumb")) {
            ol {
                li { a href="/" { (visit.t("breadcrumb-home")) } }
                @for step in steps {
                    li { a href={ "/categories/" (step.slug) } { (step.name) } }
                }
            }
        }
    }
}

/// Where an order is in its life, in a word.
pub(crate) fn status(visit: &Visit, status: Status) -> Markup {
    html! {
        span class={ "badge " (status.as_str()) } {
            (visit.t(&format!("status-{}", status.as_str())))
        }
    }
}

/// Where a return is in its life, in a word.
pub(crate) fn return_state(visit: &Visit, state: ReturnState) -> Markup {
    html! {
        span class={ "badge " (state.as_str()) } {
            (visit.t(&format!("return-state-{}", state.as_str())))
        }
    }
}

/// A page that has nothing else to show.
pub(crate) fn notice_panel(title: &str, text: Markup, actions: Markup) -> Markup {
    panel(html! { h1 { (title) } }, text, actions)
}

/// An empty shelf, and what to do now: where there is nothing else to show.
pub(crate) fn panel(heading: Markup, text: Markup, actions: Markup) -> Markup {
    html! {
        div.panel {
            (heading)
            div.panel-text { (text) }
            p.actions { (actions) }
        }
    }
}

/// What went wrong with a form as a whole, above it.
pub(crate) fn alert(text: &str) -> Markup {
    html! { p.alert role="alert" { (text) } }
}

/// What a visitor should know before going on.
pub(crate) fn hint(text: &str) -> Markup {
    html! { p.info { (text) } }
}

/// The way to the next page of a list.
pub(crate) fn next_page(visit: &Visit, href: Option<&str>) -> Markup {
    html! {
        @if let Some(href) = href {
            p.pager { a.button.quiet href=(href) rel="next" { (visit.t("next-page")) } }
        }
    }
}
