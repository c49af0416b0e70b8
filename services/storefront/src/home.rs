//! The page at `/`, in English and French.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::header::{self, AcceptLanguage},
    web,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::CACHED;

/// No script, nothing inline, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

const ENGLISH: &str = include_str!("../pages/home.en.html");
const FRENCH: &str = include_str!("../pages/home.fr.html");
const STYLE: &str = include_str!("../assets/comptoir.css");
const ICON: &str = include_str!("../assets/comptoir.svg");

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.route("/", web::get().to(home))
        .route("/assets/comptoir.css", web::get().to(style))
        .route("/assets/comptoir.svg", web::get().to(icon));
}

async fn home(request: HttpRequest) -> HttpResponse {
    let (language, page) = if prefers_french(&request) {
        ("fr", FRENCH)
    } else {
        ("en", ENGLISH)
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CONTENT_LANGUAGE, language))
        .insert_header((header::VARY, "Accept-Language"))
        .insert_header(CACHED)
        .body(page)
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(CACHED)
        .body(STYLE)
}

async fn icon() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(CACHED)
        .body(ICON)
}

/// Whether the reader likes French better than English, which is what everybody else gets.
fn prefers_french(request: &HttpRequest) -> bool {
    let Some(header) = request.get_header::<AcceptLanguage>() else {
        return false;
    };
    header
        .ranked()
        .iter()
        .filter_map(|it| it.item())
        .map(|it| it.primary_language())
        .find(|it| matches!(*it, "en" | "fr"))
        == Some("fr")
}
