//! The API documents of all services, shown by Swagger UI from this server alone.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{self, ContentEncoding},
    web,
};
use problem::Problem;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, Url};

/// How long a browser may keep what changes with a release only.
const CACHED: (&str, &str) = ("Cache-Control", "public, max-age=3600");

/// The page's scripts are files. Swagger UI's own styles hold images as `data:` URLs, and it fetches the
/// documents and tries calls out at the origin that serves it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("../assets/docs.html");

/// What the page loads; the rest of the distribution is not served.
const FILES: [&str; 5] = [
    "index.css",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.app_data(web::Data::new(config()))
        .route("/api/docs", web::get().to(page))
        .route("/api/docs/", web::get().to(page))
        .route("/api/docs/{file}", web::get().to(file));
}

/// One document for each service, at its place in the public URL space.
fn config() -> Config<'static> {
    Config::new([
        Url::with_primary("catalog", "/api/catalog/openapi.json", true),
        Url::new("auth", "/api/auth/openapi.json"),
        Url::new("cart", "/api/cart/openapi.json"),
        Url::new("payment", "/api/payment/openapi.json"),
        Url::new("order", "/api/order/openapi.json"),
    ])
    // Its default sends the documents to a service on the internet.
    .validator_url("none")
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(CACHED)
        .body(PAGE)
}

async fn file(
    name: web::Path<String>,
    config: web::Data<Config<'static>>,
) -> Result<HttpResponse, Problem> {
    if !FILES.contains(&name.as_str()) {
        return Err(Problem::not_found());
    }
    let config: Arc<_> = config.into_inner();
    let file = utoipa_swagger_ui::serve(&name, config)
        .map_err(|error| Problem::internal(error.to_string()))?
        .ok_or_else(Problem::not_found)?;
    let mut answer = HttpResponse::Ok();
    if file.gzpipped {
        // As they are in the program; every browser takes them like this.
        answer.insert_header(ContentEncoding::Gzip);
    }
    Ok(answer
        .content_type(file.content_type)
        .insert_header(CACHED)
        .body(file.bytes.into_owned()))
}
