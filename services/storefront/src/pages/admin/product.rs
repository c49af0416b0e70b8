//! One product: what it is called, what it costs, whether it is sold; and a new one.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use money::{Currency, Money};
use serde::Deserialize;
use uuid::Uuid;

use super::{Wrong, page, price, products, stock};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::{Frame, go},
    services::catalog::{Category, ProductChange, Record},
    visit::Visit,
};

/// What the shop sells in; the catalog takes no other.
const CURRENCY: Currency = Currency::Eur;

/// A product as it stands in the form.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Draft {
    /// Of a new one.
    #[serde(default)]
    slug: String,
    name: String,
    name_fr: String,
    description: String,
    description_fr: String,
    category: String,
    price: String,
    /// Of a new one.
    #[serde(default)]
    available: String,
    featured: Option<String>,
    retired: Option<String>,
}

impl Draft {
    fn of(visit: &Visit, record: &Record) -> Self {
        let yes = |it: bool| it.then(|| "yes".to_owned());
        Self {
            slug: record.slug.clone(),
            name: record.name.clone(),
            name_fr: record.name_fr.clone(),
            description: record.description.clone(),
            description_fr: record.description_fr.clone(),
            category: record.category.clone(),
            price: price::write(visit.language(), record.price.amount),
            available: String::new(),
            featured: yes(record.featured),
            retired: yes(record.retired_at.is_some()),
        }
    }

    fn price(&self) -> Option<Money> {
        let amount = price::read(&self.price)?;
        Some(Money {
            amount,
            currency: CURRENCY,
        })
    }

    fn as_change(&self, price: Money) -> ProductChange {
        ProductChange {
            category: self.category.clone(),
            name: self.name.trim().to_owned(),
            name_fr: self.name_fr.trim().to_owned(),
            description: prose(&self.description),
            description_fr: prose(&self.description_fr),
            price: Some(price),
            featured: self.featured.is_some(),
            retired: self.retired.is_some(),
        }
    }

    fn as_new(&self, price: Money, available: i64) -> serde_json::Value {
        serde_json::json!({
            "slug": self.slug.trim(),
            "category": self.category,
            "name": self.name.trim(),
            "name_fr": self.name_fr.trim(),
            "description": prose(&self.description),
            "description_fr": prose(&self.description_fr),
            "price": price,
            "available": available,
            "featured": self.featured.is_some(),
        })
    }
}

/// Browsers end lines with two characters, and the catalog keeps one.
fn prose(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// Which of its fields, or what else, keeps the catalog from taking a product.
fn wrong(error: &upstream::Error) -> Option<Wrong> {
    if error.is("unknown-category") {
        Some(Wrong::field("category"))
    } else if error.is("slug-taken") {
        Some(Wrong::field("slug-taken"))
    } else {
        Wrong::of(error)
    }
}

/// Forms that were not accepted.
#[derive(Default)]
pub(super) struct Left {
    pub(super) product: Option<(Draft, Wrong)>,
    pub(super) stock: Option<(stock::Draft, Wrong)>,
}

pub(super) async fn show(visit: Visit, id: web::Path<Uuid>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    whole(&visit, &token, *id, &Left::default()).await
}

pub(super) async fn change(
    visit: Visit,
    id: web::Path<Uuid>,
    form: Form<Draft>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let Form(draft) = form;
    let wrong = match draft.price() {
        None => Wrong::field("price"),
        Some(price) => {
            let catalog = &visit.services().catalog;
            match catalog.change(&token, *id, &draft.as_change(price)).await {
                Ok(_) => {
                    visit.notify("admin-product-saved");
                    return Ok(go(&format!("/admin/products/{id}")));
                }
                Err(error) => match wrong(&error) {
                    Some(wrong) => wrong,
                    None => return Err(error.into()),
                },
            }
        }
    };
    let left = Left {
        product: Some((draft, wrong)),
        ..Left::default()
    };
    once_more(&visit, &token, *id, &left).await
}

/// The page with what was typed, to be put right.
pub(super) async fn once_more(
    visit: &Visit,
    token: &str,
    id: Uuid,
    left: &Left,
) -> Result<HttpResponse, Failure> {
    let mut response = whole(visit, token, id, left).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn whole(visit: &Visit, token: &str, id: Uuid, left: &Left) -> Result<HttpResponse, Failure> {
    let catalog = &visit.services().catalog;
    let (frame, record, movements, categories) = join!(
        Frame::load(visit),
        catalog.record(token, id),
        catalog.movements(token, id),
        catalog.categories(visit.language()),
    );
    let (record, movements) = (record?, movements?);
    let categories = categories.unwrap_or_default();
    let fresh;
    let (draft, wrong) = match &left.product {
        Some((draft, wrong)) => (draft, wrong),
        None => {
            fresh = (Draft::of(visit, &record), Wrong::default());
            (&fresh.0, &fresh.1)
        }
    };
    let beside = html! {
        (products::shown_how(visit, &record))
        @if record.retired_at.is_none() {
            a href={ "/products/" (record.slug) } { (visit.t("admin-product-in-shop")) }
        }
    };
    let content = html! {
        @if left.product.is_some() || left.stock.is_some() {
            (ui::alert(&visit.t("admin-form-again")))
        }
        div.admin-product {
            section {
                h2 { (visit.t("admin-product-about")) }
                form method="post" action={ "/admin/products/" (id) } data-once {
                    (ui::proof(visit))
                    (fields(visit, draft, wrong, &categories))
                    (check("retired", &visit.t("admin-product-retired"), draft.retired.is_some()))
                    button.button data-test="save-product" { (visit.t("admin-save")) }
                }
            }
            aside {
                img.record-drawing src=(record.image_url) alt="" width="320" height="320";
                (stock::section(visit, &record, &movements, left.stock.as_ref()))
            }
        }
    };
    let title = products::name(visit, &record);
    Ok(page(visit, &frame, title, beside, content))
}

pub(super) async fn begin(visit: Visit) -> Result<HttpResponse, Failure> {
    visit.staff_token()?;
    let draft = Draft {
        available: "0".to_owned(),
        ..Draft::default()
    };
    let (frame, content) = new_form(&visit, &draft, None).await;
    let title = visit.t("admin-product-new-title");
    Ok(page(&visit, &frame, &title, html! {}, content))
}

pub(super) async fn create(visit: Visit, form: Form<Draft>) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let Form(draft) = form;
    let available = stock::read_units(&draft.available);
    let wrong = match (draft.price(), available) {
        (Some(price), Some(available)) => {
            let catalog = &visit.services().catalog;
            match catalog
                .create(&token, &draft.as_new(price, available))
                .await
            {
                Ok(record) => {
                    visit.notify("admin-product-added");
                    return Ok(go(&format!("/admin/products/{}", record.id)));
                }
                Err(error) => match wrong(&error) {
                    Some(wrong) => wrong,
                    None => return Err(error.into()),
                },
            }
        }
        (price, available) => {
            let mut wrong = Wrong::default();
            if price.is_none() {
                wrong.0.push("price".to_owned());
            }
            if available.is_none() {
                wrong.0.push("available".to_owned());
            }
            wrong
        }
    };
    let (frame, content) = new_form(&visit, &draft, Some(&wrong)).await;
    let title = visit.t("admin-product-new-title");
    let mut response = page(&visit, &frame, &title, html! {}, content);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn new_form(visit: &Visit, draft: &Draft, wrong: Option<&Wrong>) -> (Frame, Markup) {
    let catalog = &visit.services().catalog;
    let (frame, categories) = join!(Frame::load(visit), catalog.categories(visit.language()));
    let categories: Arc<Vec<Category>> = categories.unwrap_or_default();
    let nothing = Wrong::default();
    let about = wrong.unwrap_or(&nothing);
    let slug_error = about
        .text(visit, "slug")
        .or_else(|| about.text(visit, "slug-taken"));
    let content = html! {
        @if wrong.is_some() { (ui::alert(&visit.t("admin-form-again"))) }
        form.admin-new method="post" action="/admin/products" data-once {
            (ui::proof(visit))
            (ui::field(visit, &Field {
                name: "slug",
                label: &visit.t("admin-product-slug"),
                value: &draft.slug,
                autocomplete: "off",
                hint: Some(&visit.t("admin-product-slug-hint")),
                error: slug_error.as_deref(),
                most: Some(80),
                ..Field::default()
            }))
            (fields(visit, draft, about, &categories))
            (ui::field(visit, &Field {
                name: "available",
                label: &visit.t("admin-product-begin-with"),
                value: &draft.available,
                autocomplete: "off",
                error: about.text(visit, "available").as_deref(),
                most: Some(7),
                inputmode: Some("numeric"),
                ..Field::default()
            }))
            button.button data-test="add-product" { (visit.t("admin-product-add")) }
        }
    };
    (frame, content)
}

/// What old and new products have in common.
fn fields(visit: &Visit, draft: &Draft, wrong: &Wrong, categories: &[Category]) -> Markup {
    let error = |field| wrong.text(visit, field);
    let name = |field, label: &str, value: &str| {
        ui::field(
            visit,
            &Field {
                name: field,
                label,
                value,
                autocomplete: "off",
                error: error(field).as_deref(),
                most: Some(200),
                ..Field::default()
            },
        )
    };
    let known = options(categories);
    let is_known = known.iter().any(|(slug, _)| *slug == draft.category);
    let own = (!is_known).then(|| match draft.category.as_str() {
        "" => ("", visit.t("admin-category-choose")),
        other => (other, other.to_owned()),
    });
    html! {
        div.record-pair {
            (name("name", &visit.t("admin-product-name-en"), &draft.name))
            (name("name_fr", &visit.t("admin-product-name-fr"), &draft.name_fr))
        }
        div.record-pair {
            (description("description", "en", &visit.t("admin-product-description-en"),
                &draft.description, error("description").as_deref()))
            (description("description_fr", "fr", &visit.t("admin-product-description-fr"),
                &draft.description_fr, error("description_fr").as_deref()))
        }
        div.record-pair {
            div {
                (ui::select("category", &visit.t("admin-category"), own.into_iter().chain(known), &draft.category))
                @if let Some(error) = error("category") { p.error.field-error { (error) } }
            }
            (ui::field(visit, &Field {
                name: "price",
                label: &visit.t("admin-product-price"),
                value: &draft.price,
                autocomplete: "off",
                hint: Some(&visit.t("admin-product-price-hint")),
                error: error("price").as_deref(),
                most: Some(20),
                inputmode: Some("decimal"),
                ..Field::default()
            }))
        }
        (check("featured", &visit.t("admin-product-featured"), draft.featured.is_some()))
    }
}

/// May be empty, unlike other texts.
fn description(name: &str, lang: &str, label: &str, value: &str, error: Option<&str>) -> Markup {
    let id = format!("error-{name}");
    html! {
        div.field.wrong[error.is_some()] {
            label for={ "field-" (name) } { (label) }
            textarea id={ "field-" (name) } name=(name) rows="6" maxlength="4000" lang=(lang)
                aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| &id)] {
                // Browsers leave out the first line break of what is in a text area.
                "\n" (value)
            }
            @if let Some(error) = error { p.error id=(id) { (error) } }
        }
    }
}

fn check(name: &str, label: &str, checked: bool) -> Markup {
    html! {
        div.check {
            input type="checkbox" id={ "field-" (name) } name=(name) value="yes" checked[checked];
            label for={ "field-" (name) } { (label) }
        }
    }
}

/// The tree of categories as a list: each with the names of those it is in.
fn options(categories: &[Category]) -> Vec<(&str, String)> {
    fn add<'a>(into: &mut Vec<(&'a str, String)>, above: &str, categories: &'a [Category]) {
        for category in categories {
            let name = if above.is_empty() {
                category.name.clone()
            } else {
                format!("{above} › {}", category.name)
            };
            into.push((&category.slug, name.clone()));
            add(into, &name, &category.children);
        }
    }
    let mut all = Vec::new();
    add(&mut all, "", categories);
    all
}
