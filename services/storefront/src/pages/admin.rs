//! The back office, for staff.
//!
//! Every page asks who is signed in first; what its visitor may see and do, the services say again.

mod chart;
pub(super) mod dashboard;
mod deeds;
mod operations;
mod order;
mod orders;
mod price;
mod product;
mod products;
mod returns;
mod stock;
mod trace;
mod traffic;

use actix_web::{HttpResponse, web};
use maud::{Markup, html};

use crate::{failure::Failure, frame::Frame, visit::Visit};

pub(super) fn routes(app: &mut web::ServiceConfig) {
    let get = web::get;
    let post = web::post;
    app.route("/admin", get().to(dashboard::show))
        .route("/admin/operations", get().to(operations::show))
        .route(trace::PATH, get().to(trace::show))
        .route("/admin/orders", get().to(orders::list))
        .route("/admin/orders/{id}", get().to(order::show))
        .route("/admin/orders/{id}/pack", post().to(deeds::pack))
        .route("/admin/orders/{id}/ship", post().to(deeds::ship))
        .route("/admin/orders/{id}/deliver", post().to(deeds::deliver))
        .route(
            "/admin/orders/{id}/returns/{return}/approve",
            post().to(deeds::approve),
        )
        .route(
            "/admin/orders/{id}/returns/{return}/refuse",
            post().to(deeds::refuse),
        )
        .route(
            "/admin/orders/{id}/returns/{return}/receive",
            post().to(deeds::receive),
        )
        // Where the page of a failed deed leads to, and a reload after it.
        .route("/admin/orders/{id}/{deed:.+}", get().to(order::back))
        .route("/admin/returns", get().to(returns::list))
        .route("/admin/products", get().to(products::list))
        .route("/admin/products", post().to(product::create))
        .route("/admin/products/new", get().to(product::begin))
        .route("/admin/products/{id}", get().to(product::show))
        .route("/admin/products/{id}", post().to(product::change))
        .route("/admin/products/{id}/stock", get().to(stock::back))
        .route("/admin/products/{id}/stock", post().to(stock::change));
}

/// The rooms of the back office, and what each is called.
const ROOMS: [(&str, &str); 5] = [
    ("/admin", "admin-nav-dashboard"),
    ("/admin/orders", "admin-nav-orders"),
    ("/admin/returns", "admin-nav-returns"),
    ("/admin/products", "admin-nav-products"),
    ("/admin/operations", "admin-nav-operations"),
];

/// A page of the back office; `beside` stands by its title.
fn page(
    visit: &Visit,
    frame: &Frame,
    title: &str,
    beside: Markup,
    content: Markup,
) -> HttpResponse {
    let body = html! {
        div.admin {
            header.admin-head {
                p.admin-sign { (visit.t("admin-sign")) }
                div.admin-title { h1 { (title) } (beside) }
            }
            nav.admin-rooms aria-label=(visit.t("admin-nav")) {
                ul {
                    @for (href, name) in ROOMS {
                        li { a href=(href) aria-current=[current(visit, href)] { (visit.t(name)) } }
                    }
                }
            }
            (content)
        }
    };
    let whole_title = format!("{title} · {}", visit.t("admin-sign"));
    frame.page(visit, &whole_title, body)
}

/// For the room that is shown, or something in it.
fn current(visit: &Visit, href: &str) -> Option<&'static str> {
    let path = visit.here().split('?').next().unwrap_or_default();
    match path.strip_prefix(href)? {
        "" => Some("page"),
        rest if rest.starts_with('/') && href != "/admin" => Some("true"),
        _ => None,
    }
}

/// A choice among lists, as links; `chosen` is the value of the one that is shown.
fn filters<'a>(
    label: &str,
    chosen: &str,
    choices: impl IntoIterator<Item = (&'a str, String, String)>,
) -> Markup {
    html! {
        nav.views aria-label=(label) {
            ul {
                @for (value, href, name) in choices {
                    li { a href=(href) aria-current=[(value == chosen).then_some("page")] { (name) } }
                }
            }
        }
    }
}

/// A path with a query, without what is empty.
fn href(path: &str, query: &[(&str, &str)]) -> String {
    let query: Vec<_> = query.iter().filter(|(_, it)| !it.is_empty()).collect();
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// What a service says, or nothing where it does not answer: the rest of a page is worth showing.
fn if_it_answers<T>(said: Result<T, upstream::Error>) -> Result<Option<T>, Failure> {
    match said.map_err(Failure::from) {
        Ok(said) => Ok(Some(said)),
        Err(failure @ Failure::Down(_)) => {
            tracing::warn!(%failure, "a page of the back office lacks a part");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// For lists, whose query somebody may have changed by hand: no failure of ours.
fn list_failure(error: upstream::Error) -> Failure {
    match error.refusal().map(|it| it.status) {
        Some(400 | 422) => Failure::BadForm,
        _ => error.into(),
    }
}

/// The fields of a form that are not accepted, by their names in the API.
#[derive(Debug, Default)]
struct Wrong(Vec<String>);

impl Wrong {
    /// This field alone.
    fn field(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// What a service does not accept, if that is why it refused.
    fn of(error: &upstream::Error) -> Option<Self> {
        let details = error.refusal().filter(|_| error.is("invalid"))?;
        let fields = details.errors.iter().map(|it| it.field.clone());
        Some(Self(fields.collect()))
    }

    /// What is wrong with this field, in the shop's words.
    fn text(&self, visit: &Visit, field: &str) -> Option<String> {
        let is_wrong = self.0.iter().any(|it| it == field);
        is_wrong.then(|| visit.t(&format!("admin-error-{field}")))
    }
}
