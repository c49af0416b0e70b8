//! Every component, on one page.

mod buying;
mod made_up;
mod office;

use actix_web::{HttpResponse, web};
use maud::{Markup, html};
use uuid::Uuid;

use self::made_up::eur;
use crate::{
    components::{self as ui, Field},
    frame::Frame,
    pages::browse::{facets, selection::Selection},
    services::{
        catalog::{Item, Step},
        order::{ReturnState, Status},
    },
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/styleguide", web::get().to(show));
}

/// The colours of `tokens.css`; `browse.css` shows each.
const COLOURS: [&str; 14] = [
    "paper",
    "surface",
    "sunk",
    "rule",
    "strong-rule",
    "ink",
    "quiet",
    "green",
    "green-wash",
    "red",
    "red-wash",
    "amber",
    "amber-wash",
    "action",
];
/// The sizes of type of `tokens.css`.
const SIZES: [&str; 8] = [
    "display", "h1", "h2", "h3", "large", "body", "small", "tiny",
];
/// The steps of the scale of space.
const SPACES: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

async fn show(visit: Visit) -> HttpResponse {
    let visit = &visit;
    let frame = Frame::load(visit).await;
    let title = visit.t("guide-title");
    let content = html! {
        h1 { (title) }
        p.lead.guide-lead { (visit.t("guide-lead")) }
        (section(visit, "colours", colours(visit)))
        (section(visit, "type", sizes(visit)))
        (section(visit, "space", spaces()))
        (section(visit, "buttons", buttons(visit)))
        (section(visit, "fields", fields(visit)))
        (section(visit, "said", said(visit)))
        (section(visit, "badges", badges(visit)))
        (section(visit, "products", products(visit)))
        (section(visit, "ways", ways(visit)))
        (section(visit, "tables", table(visit)))
        // What only some pages are made of.
        (section(visit, "cart", buying::cart(visit)))
        (section(visit, "checkout", buying::checkout(visit)))
        (section(visit, "written", buying::written(visit)))
        (section(visit, "orders", buying::orders(visit)))
        (section(visit, "office", office::office(visit)))
    };
    frame.page(visit, &title, content)
}

fn section(visit: &Visit, name: &str, content: Markup) -> Markup {
    html! {
        section.guide aria-labelledby={ "guide-" (name) } {
            h2 id={ "guide-" (name) } { (visit.t(&format!("guide-{name}"))) }
            (content)
        }
    }
}

/// A part of a section.
fn heading(text: &str) -> Markup {
    html! { h3.guide-part { (text) } }
}

fn colours(visit: &Visit) -> Markup {
    html! {
        ul.swatches {
            @for colour in COLOURS {
                li {
                    span class={ "swatch swatch-" (colour) } {}
                    code { "--" (colour) }
                    span.swatch-use { (visit.t(&format!("guide-colour-{colour}"))) }
                }
            }
        }
    }
}

fn sizes(visit: &Visit) -> Markup {
    html! {
        ul.sizes {
            @for size in SIZES {
                li {
                    code { "--t-" (size) }
                    span class={ "size-" (size) } { (visit.t("home-title")) }
                }
            }
        }
    }
}

fn spaces() -> Markup {
    html! {
        ul.spaces {
            @for space in SPACES {
                li { code { "--" (space) } span class={ "space space-" (space) } {} }
            }
        }
    }
}

fn buttons(visit: &Visit) -> Markup {
    html! {
        p.actions {
            button.button type="button" { (visit.t("product-add")) }
            button.button.large type="button" { (visit.t("product-add")) }
            button.button.quiet type="button" { (visit.t("guide-button-quiet")) }
            button.button.danger type="button" { (visit.t("guide-button-danger")) }
            button.button type="button" disabled { (visit.t("guide-button-disabled")) }
            button.link type="button" { (visit.t("guide-button-link")) }
        }
        form aria-busy="true" {
            p.actions {
                button.button type="button" { (visit.t("guide-button-busy")) }
                a.button.quiet href="#guide-buttons" { (visit.t("guide-button-anchor")) }
            }
        }
    }
}

fn fields(visit: &Visit) -> Markup {
    let label = |name: &str| visit.t(&format!("guide-field-{name}"));
    let (plain, hinted, optional, wrong) = (
        label("plain"),
        label("hinted"),
        label("optional"),
        label("wrong"),
    );
    let (hint, error) = (label("hint"), label("error"));
    let field = Field::default();
    html! {
        div.guide-columns {
            div {
                (ui::field(visit, &Field { name: "plain", label: &plain, value: "Ada", ..field }))
                (ui::field(visit, &Field { name: "hinted", label: &hinted, hint: Some(&hint), ..field }))
                (ui::field(visit, &Field { name: "optional", label: &optional, optional: true, ..field }))
            }
            div {
                (ui::field(visit, &Field { name: "wrong", label: &wrong, value: "ada@", error: Some(&error), ..field }))
                (ui::select("choice", &label("choice"),
                    SORTED.map(|it| (it, visit.t(&format!("sort-{it}")))), "name"))
                (ui::text_area("words", &label("words"), "", 500, Some(&label("missing"))))
            }
        }
    }
}

const SORTED: [&str; 3] = ["name", "price_asc", "newest"];

fn said(visit: &Visit) -> Markup {
    html! {
        (ui::alert(&visit.t("guide-alert")))
        (ui::hint(&visit.t("guide-hint")))
        p.notice { (visit.t("guide-notice")) " " a href="/cart" { (visit.t("notice-to-cart")) } }
        // On a page of its own, it is the heading of the page.
        (ui::panel(
            html! { h3.panel-title { (visit.t("failure-down")) } },
            html! { p { (visit.t("failure-down-catalog")) } },
            html! {
                a.button href="#guide-said" { (visit.t("failure-try-again")) }
                a.button.quiet href="/" { (visit.t("failure-to-the-shop")) }
            },
        ))
    }
}

fn badges(visit: &Visit) -> Markup {
    html! {
        p.actions { @for status in Status::ALL { (ui::status(visit, status)) } }
        p.actions { @for state in ReturnState::ALL { (ui::return_state(visit, state)) } }
        p.actions { @for units in [40, 3, 1, 0] { (ui::availability(visit, units)) } }
        p.actions {
            @for amount in [140, 123_456, -590] {
                (ui::price(visit, eur(amount)))
            }
            span.count { "3" }
        }
    }
}

fn products(visit: &Visit) -> Markup {
    let item = |slug: &str, price, available| Item {
        id: Uuid::nil(),
        slug: slug.to_owned(),
        name: visit.t(&format!("guide-product-{slug}")),
        price: eur(price),
        available,
        image_url: format!("/api/catalog/images/{slug}.svg"),
        category: String::new(),
    };
    let items = [
        item("aged-comte", 1290, 40),
        item("menton-lemons", 560, 3),
        item("earl-grey", 1250, 1),
        item("butter-croissant", 150, 0),
    ];
    html! {
        // Only to be looked at: what is sold here is nobody's product.
        div inert {
            (ui::product_grid(visit, &items))
            div.guide-suggestions { (ui::suggestions(visit, "c", &items, 12)) }
        }
        div.guide-suggestions { (ui::suggestions(visit, "xyz", &[], 0)) }
    }
}

fn ways(visit: &Visit) -> Markup {
    let step = |slug: &str, name: String| Step {
        slug: slug.to_owned(),
        name,
    };
    let chosen = Selection::default().with_stock(true);
    let found = made_up::found(visit);
    html! {
        (ui::breadcrumb(visit, &[
            step("dairy", visit.t("guide-step-first")),
            step("hard-cheese", visit.t("guide-step-second")),
        ]))
        div inert {
            (facets::chosen(visit, &chosen, &found))
            (facets::show(visit, &chosen, &found))
        }
        (ui::next_page(visit, Some("#guide-ways")))
    }
}

fn table(visit: &Visit) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="group" aria-labelledby="guide-tables" {
            table.table {
                caption { (visit.t("guide-table-caption")) }
                thead {
                    tr {
                        th scope="col" { (visit.t("guide-table-order")) }
                        th scope="col" { (visit.t("guide-table-state")) }
                        th.number scope="col" { (visit.t("guide-table-total")) }
                    }
                }
                tbody {
                    @for (number, status, total) in [
                        ("C-2026-000123", Status::Shipped, 4380),
                        ("C-2026-000124", Status::Confirmed, 18_900),
                        ("C-2026-000125", Status::Cancelled, 1290),
                    ] {
                        tr {
                            th scope="row" { (number) }
                            td { (ui::status(visit, status)) }
                            td.number { (ui::price(visit, eur(total))) }
                        }
                    }
                }
            }
        }
    }
}
