//! All products, sold or not.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};
use serde::Deserialize;

use super::{filters, href, list_failure, page};
use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::catalog::{Category, Record, RecordSearch},
    visit::Visit,
};

const PATH: &str = "/admin/products";
/// No search is longer.
const WORDS: usize = 100;
/// What can be shown, and what each choice is called.
const SHOWN: [(&str, &str); 5] = [
    ("", "admin-filter-all"),
    ("sold", "admin-show-sold"),
    ("out", "admin-show-out"),
    ("low", "admin-show-low"),
    ("retired", "admin-show-retired"),
];

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    cursor: Option<String>,
}

pub(super) async fn list(visit: Visit, asked: web::Query<Asked>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let words = asked.q.trim().chars().filter(|it| !it.is_control());
    let q: String = words.take(WORDS).collect();
    let show = asked.show.as_str();
    let search = RecordSearch {
        q: Some(q.clone()).filter(|it| !it.is_empty()),
        retired: match show {
            "sold" => Some(false),
            "retired" => Some(true),
            _ => None,
        },
        stock: matches!(show, "out" | "low").then(|| show.to_owned()),
        cursor: asked.cursor.clone(),
    };
    let catalog = &visit.services().catalog;
    let (frame, found, categories) = join!(
        Frame::load(&visit),
        catalog.records(&token, &search),
        catalog.categories(visit.language()),
    );
    let found = found.map_err(list_failure)?;
    let categories = categories.unwrap_or_default();

    let next = found.next_cursor.as_deref();
    let next = next.map(|it| href(PATH, &[("q", &q), ("show", show), ("cursor", it)]));
    let choices = SHOWN.map(|(value, name)| {
        let href = href(PATH, &[("q", &q), ("show", value)]);
        (value, href, visit.t(name))
    });
    let title = visit.t("admin-products-title");
    let beside = html! {
        a.button.quiet href="/admin/products/new" { (visit.t("admin-product-add")) }
    };
    let content = html! {
        div.admin-tools {
            (filters(&visit.t("admin-filter"), show, choices))
            form.admin-find action=(PATH) {
                label for="find-product" { (visit.t("admin-product-words")) }
                input #find-product type="search" name="q" value=(q) maxlength=(WORDS) autocomplete="off";
                @if !show.is_empty() { input type="hidden" name="show" value=(show); }
                button.button.quiet { (visit.t("admin-find")) }
            }
        }
        @if found.items.is_empty() {
            p.admin-none { (visit.t("admin-products-none")) }
        } @else {
            (table(&visit, &title, &found.items, &categories))
        }
        (ui::next_page(&visit, next.as_deref()))
    };
    Ok(page(&visit, &frame, &title, beside, content))
}

fn table(visit: &Visit, title: &str, records: &[Record], categories: &[Category]) -> Markup {
    let [product, category, price, available, reserved, sold, shown] = [
        "admin-product",
        "admin-category",
        "admin-price",
        "admin-available",
        "admin-reserved",
        "admin-sold",
        "admin-shown",
    ]
    .map(|id| visit.t(id));
    html! {
        table.dense.stacked {
            caption.unseen { (title) }
            thead { tr {
                th scope="col" { (product) }
                th scope="col" { (category) }
                th.num scope="col" { (price) }
                th.num scope="col" { (available) }
                th.num scope="col" { (reserved) }
                th.num scope="col" { (sold) }
                th scope="col" { (shown) }
            } }
            tbody {
                @for record in records {
                    tr {
                        th scope="row" {
                            a.with-drawing href={ (PATH) "/" (record.id) } {
                                img src=(record.image_url) alt="" width="48" height="48" loading="lazy";
                                span { (name(visit, record)) }
                            }
                        }
                        td data-label=(category) { (category_name(categories, &record.category)) }
                        td.num data-label=(price) { (visit.money(record.price)) }
                        td.num data-label=(available) {
                            span class=(left_class(record.available)) { (visit.number(record.available)) }
                        }
                        td.num data-label=(reserved) { (visit.number(record.reserved)) }
                        td.num data-label=(sold) { (visit.number(record.sold)) }
                        td data-label=(shown) { (shown_how(visit, record)) }
                    }
                }
            }
        }
    }
}

/// Whether a product is sold, and whether the home page shows it.
pub(super) fn shown_how(visit: &Visit, record: &Record) -> Markup {
    html! {
        @if record.retired_at.is_some() {
            span.badge.refused { (visit.t("admin-retired")) }
        } @else if record.featured {
            span.badge { (visit.t("admin-featured")) }
        } @else {
            span.admin-when { (visit.t("admin-on-sale")) }
        }
    }
}

pub(super) fn name<'a>(visit: &Visit, record: &'a Record) -> &'a str {
    let Record { name, name_fr, .. } = record;
    visit.language().pick(name.as_str(), name_fr.as_str())
}

fn left_class(available: i64) -> &'static str {
    match available {
        ..=0 => "left out",
        1..=5 => "left low",
        _ => "left",
    }
}

/// What a category is called; its slug where the tree cannot be had.
fn category_name<'a>(categories: &'a [Category], slug: &'a str) -> &'a str {
    fn find<'a>(categories: &'a [Category], slug: &str) -> Option<&'a str> {
        categories.iter().find_map(|it| {
            if it.slug == slug {
                Some(it.name.as_str())
            } else {
                find(&it.children, slug)
            }
        })
    }
    find(categories, slug).unwrap_or(slug)
}
