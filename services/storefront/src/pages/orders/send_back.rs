//! Asking to send something back.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, http::StatusCode, web};
use futures_util::join;
use maud::{Markup, html};
use uuid::Uuid;

use super::name;
use crate::{
    components as ui,
    failure::Failure,
    form::{Fields, Form},
    frame::{Frame, go},
    pages::mistakes::{Mistakes, answer},
    services::order::{Detail, Line, NewReturn, ReturnState, ReturnedItem, Status},
    visit::Visit,
};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/orders/{id}/return", web::get().to(show))
        .route("/orders/{id}/return", web::post().to(request));
}

/// The most characters of a reason.
const REASON: u16 = 500;

/// What is to come back, as it was typed.
#[derive(Default)]
struct Typed {
    /// By product.
    quantities: BTreeMap<Uuid, String>,
    reason: String,
}

impl Typed {
    fn read(fields: Fields) -> Self {
        let mut typed = Self::default();
        for (field, value) in fields {
            if field == "reason" {
                // A reason is one line to the order service.
                typed.reason = value.split_whitespace().collect::<Vec<_>>().join(" ");
            } else if let Some(id) = product(&field) {
                typed.quantities.insert(id, value);
            }
        }
        typed
    }

    /// What is to come back; none where something else than a number was typed.
    fn items(&self) -> Option<Vec<ReturnedItem>> {
        let mut items = Vec::new();
        for (product_id, typed) in &self.quantities {
            let quantity = match typed.trim() {
                "" => 0,
                typed => typed.parse::<u16>().ok()?,
            };
            if quantity > 0 {
                items.push(ReturnedItem {
                    product_id: *product_id,
                    quantity: quantity.into(),
                });
            }
        }
        Some(items)
    }
}

/// The product of a field such as `quantity[0199a000-0000-7000-8000-000000000001]`.
fn product(field: &str) -> Option<Uuid> {
    let id = field.strip_prefix("quantity[")?.strip_suffix(']')?;
    Uuid::parse_str(id).ok()
}

/// How many of a line can still be sent back: what was bought, less what comes or came back already.
fn left(detail: &Detail, line: &Line) -> i64 {
    let returns = detail.returns.iter();
    let returned: i64 = returns
        .filter(|it| it.state != ReturnState::Refused)
        .flat_map(|it| &it.lines)
        .filter(|it| it.product_id == line.product_id)
        .map(|it| it.quantity)
        .sum();
    line.quantity - returned
}

/// Whether something of the order can be sent back.
pub(super) fn anything_left(detail: &Detail) -> bool {
    detail.order.status == Status::Delivered
        && detail.order.lines.iter().any(|it| left(detail, it) > 0)
}

async fn show(visit: Visit, id: web::Path<Uuid>) -> Result<HttpResponse, Failure> {
    page(&visit, *id, &Typed::default(), &Mistakes::default()).await
}

async fn page(
    visit: &Visit,
    id: Uuid,
    typed: &Typed,
    mistakes: &Mistakes,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let order = &visit.services().order;
    let (frame, detail) = join!(Frame::load(visit), order.order(&token, id));
    let detail = detail?;
    if !anything_left(&detail) {
        return Ok(not_returnable(visit, id));
    }
    let title = visit.t("return-title");
    let number = detail.order.number.as_str();
    let content = html! {
        div.order-page {
            nav.breadcrumb aria-label=(visit.t("breadcrumb")) {
                ol {
                    li { a href="/orders" { (visit.t("orders-title")) } }
                    li { a href={ "/orders/" (id) } { (number) } }
                }
            }
            h1 { (title) }
            p.lead { (visit.t("return-text")) }
            (mistakes.alert())
            form method="post" action={ "/orders/" (id) "/return" } data-once {
                (ui::proof(visit))
                fieldset.returned {
                    legend { (visit.t("return-lines")) }
                    @for line in &detail.order.lines {
                        (quantity(visit, &detail, line, typed))
                    }
                }
                (ui::text_area("reason", &visit.t("return-reason"), &typed.reason, REASON, mistakes.of_field("reason")))
                p.quiet-text { (visit.t("return-refund")) }
                div.actions {
                    button.button data-test="request-return" { (visit.t("return-button")) }
                    a.button.quiet href={ "/orders/" (id) } { (visit.t("return-back")) }
                }
            }
        }
    };
    Ok(frame.page(visit, &title, content))
}

fn quantity(visit: &Visit, detail: &Detail, line: &Line, typed: &Typed) -> Markup {
    let left = left(detail, line);
    let id = line.product_id;
    let value = typed.quantities.get(&id).map_or("0", String::as_str);
    html! {
        div.returned-line {
            @if left > 0 {
                label for={ "quantity-" (id) } { (name(visit, line)) }
                p.hint id={ "left-" (id) } {
                    (visit.tx("return-left", [
                        ("left", left.into()), ("price", visit.money(line.unit_price).into()),
                    ]))
                }
                input id={ "quantity-" (id) } name={ "quantity[" (id) "]" } value=(value) type="number"
                    min="0" max=(left) step="1" inputmode="numeric" required aria-describedby={ "left-" (id) };
            } @else {
                p.gone { (name(visit, line)) }
                p.hint { (visit.t("return-none-left")) }
            }
        }
    }
}

fn not_returnable(visit: &Visit, id: Uuid) -> HttpResponse {
    visit.notify("notice-not-returnable");
    go(&format!("/orders/{id}"))
}

async fn request(
    visit: Visit,
    id: web::Path<Uuid>,
    form: Form<Fields>,
) -> Result<HttpResponse, Failure> {
    let token = visit.member_token()?;
    let typed = Typed::read(form.0);
    let mistakes = match typed.items() {
        None => Mistakes::whole(visit.t("return-not-a-number")),
        Some(lines) if lines.is_empty() => Mistakes::whole(visit.t("return-nothing")),
        Some(_) if !is_a_reason(&typed.reason) => Mistakes::at("reason", visit.t("mistake-reason")),
        Some(lines) => {
            let reason = typed.reason.clone();
            let new = NewReturn { lines, reason };
            let order = &visit.services().order;
            match order.request_return(&token, *id, &new).await {
                Ok(()) => {
                    visit.notify("notice-return-requested");
                    return Ok(go(&format!("/orders/{id}")));
                }
                Err(error) if error.is("not-returnable") => {
                    return Ok(not_returnable(&visit, *id));
                }
                Err(error) if error.is("return-exceeds-purchase") => {
                    Mistakes::whole(visit.t("return-too-many"))
                }
                Err(error) => Mistakes::of(&visit, &error, &["reason"]).ok_or(error)?,
            }
        }
    };
    let page = page(&visit, *id, &typed, &mistakes).await?;
    // Where nothing is left any more, the visitor is on the way back to the order.
    if page.status().is_redirection() {
        return Ok(page);
    }
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page))
}

fn is_a_reason(reason: &str) -> bool {
    (1..=usize::from(REASON)).contains(&reason.chars().count())
        && !reason.chars().any(char::is_control)
}
