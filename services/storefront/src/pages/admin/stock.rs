//! What is on the shelf of one product, and what came and went.

use actix_web::{HttpResponse, web};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Wrong,
    product::{self, Left},
};
use crate::{
    components::{self as ui, Field},
    failure::Failure,
    form::Form,
    frame::go,
    services::catalog::{Movement, Record, StockChange},
    visit::Visit,
};

/// The reasons that staff may give, and what each is called.
const REASONS: [(&str, &str); 3] = [
    ("restock", "admin-movement-restock"),
    ("adjustment", "admin-movement-adjustment"),
    ("return", "admin-movement-return"),
];

/// A change of the stock as it stands in the form.
#[derive(Deserialize)]
pub(super) struct Draft {
    delta: String,
    reason: String,
    #[serde(default)]
    note: String,
}

/// From the address of the form to the product.
pub(super) async fn back(visit: Visit, id: web::Path<Uuid>) -> Result<HttpResponse, Failure> {
    visit.staff_token()?;
    Ok(go(&format!("/admin/products/{id}")))
}

pub(super) async fn change(
    visit: Visit,
    id: web::Path<Uuid>,
    form: Form<Draft>,
) -> Result<HttpResponse, Failure> {
    let token = visit.staff_token()?;
    let Form(draft) = form;
    if !REASONS.iter().any(|(reason, _)| *reason == draft.reason) {
        return Err(Failure::BadForm);
    }
    let wrong = match read_units(&draft.delta).filter(|it| *it != 0) {
        None => Wrong::field("delta"),
        Some(delta) => {
            let note = Some(draft.note.trim()).filter(|it| !it.is_empty());
            let change = StockChange {
                delta,
                reason: draft.reason.clone(),
                note: note.map(ToOwned::to_owned),
            };
            let catalog = &visit.services().catalog;
            match catalog.change_stock(&token, *id, &change).await {
                Ok(()) => {
                    visit.notify("admin-stock-changed");
                    return Ok(go(&format!("/admin/products/{id}")));
                }
                Err(error) if error.is("insufficient-stock") => Wrong::field("delta-insufficient"),
                Err(error) => match Wrong::of(&error) {
                    Some(wrong) => wrong,
                    None => return Err(error.into()),
                },
            }
        }
    };
    let left = Left {
        stock: Some((draft, wrong)),
        ..Left::default()
    };
    product::once_more(&visit, &token, *id, &left).await
}

/// A number of units, with or without a sign, as people type it.
pub(super) fn read_units(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    plain.replace('−', "-").parse().ok()
}

/// Figures, the form, and the movements.
pub(super) fn section(
    visit: &Visit,
    record: &Record,
    movements: &[Movement],
    left: Option<&(Draft, Wrong)>,
) -> Markup {
    html! {
        section {
            h2 { (visit.t("admin-stock")) }
            dl.facts.wide {
                div { dt { (visit.t("admin-available")) } dd { (visit.number(record.available)) } }
                div { dt { (visit.t("admin-reserved")) } dd { (visit.number(record.reserved)) } }
                div { dt { (visit.t("admin-sold")) } dd { (visit.number(record.sold)) } }
            }
            (form(visit, record.id, left))
        }
        section {
            h2 { (visit.t("admin-movements")) }
            @if movements.is_empty() {
                p.admin-none { (visit.t("admin-movements-none")) }
            } @else {
                ol.happened {
                    @for movement in movements {
                        li {
                            strong {
                                span.num { (signed(visit, movement.delta)) }
                                " " (reason(visit, &movement.reason))
                            }
                            span.admin-when { (visit.moment(movement.at)) }
                            @if let Some(note) = &movement.note { span.happened-note { (note) } }
                        }
                    }
                }
            }
        }
    }
}

fn form(visit: &Visit, id: Uuid, left: Option<&(Draft, Wrong)>) -> Markup {
    let typed = |of: fn(&Draft) -> &str| left.map_or("", |(draft, _)| of(draft));
    let error = |field| left.and_then(|(_, wrong)| wrong.text(visit, field));
    let delta_error = error("delta").or_else(|| error("delta-insufficient"));
    let reasons = REASONS.map(|(value, name)| (value, visit.t(name)));
    html! {
        form method="post" action={ "/admin/products/" (id) "/stock" } data-once {
            (ui::proof(visit))
            (ui::field(visit, &Field {
                name: "delta",
                label: &visit.t("admin-stock-delta"),
                value: typed(|it| &it.delta),
                autocomplete: "off",
                hint: Some(&visit.t("admin-stock-delta-hint")),
                error: delta_error.as_deref(),
                most: Some(8),
                ..Field::default()
            }))
            (ui::select("reason", &visit.t("admin-stock-reason"), reasons, typed(|it| &it.reason)))
            (ui::field(visit, &Field {
                name: "note",
                label: &visit.t("admin-stock-note"),
                value: typed(|it| &it.note),
                autocomplete: "off",
                error: error("note").as_deref(),
                optional: true,
                most: Some(500),
                ..Field::default()
            }))
            button.button.quiet data-test="change-stock" { (visit.t("admin-stock-change")) }
        }
    }
}

fn signed(visit: &Visit, delta: i64) -> String {
    let number = visit.number(delta);
    if delta > 0 {
        format!("+{number}")
    } else {
        number.replace('-', "−")
    }
}

/// What this release of the catalog may say; of another one, its own word.
fn reason(visit: &Visit, reason: &str) -> String {
    match reason {
        "initial" | "restock" | "adjustment" | "return" | "cancellation" => {
            visit.t(&format!("admin-movement-{reason}"))
        }
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_as_people_write_them() {
        for (text, units) in [
            ("12", Some(12)),
            ("+3", Some(3)),
            (" -4 ", Some(-4)),
            ("−5", Some(-5)),
            ("1 000", Some(1000)),
            ("1\u{202f}000", Some(1000)),
            ("", None),
            ("a dozen", None),
            ("1.5", None),
            ("1,5", None),
            ("--1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(read_units(text), units, "{text:?}");
        }
    }
}
