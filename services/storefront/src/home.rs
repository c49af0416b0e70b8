//! The page at `/`, in English and French.

use actix_web::{HttpResponse, http::header, web};
use language::Language;
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

async fn home(language: Language) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .insert_header((header::VARY, "Accept-Language"))
        .insert_header(CACHED)
        .body(language.pick(ENGLISH, FRENCH))
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
