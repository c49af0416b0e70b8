//! Styles, scripts and the icon: compiled in, and named by what is in them, so that a browser may keep them
//! for a year and still never shows yesterday's. And what robots are told.

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

use actix_web::{HttpResponse, http::header, middleware::Compress, web};
use aws_lc_rs::digest::{SHA256, digest};
use problem::Problem;

/// A file that pages load.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    body: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $media_type:literal) => {
        Asset {
            name: $name,
            media_type: $media_type,
            body: include_bytes!(concat!("../assets/", $name)),
        }
    };
}

/// One file for browsers, several for those who write them.
const STYLES: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/components.css"),
    include_str!("../assets/css/browse.css"),
    include_str!("../assets/css/cart.css"),
    include_str!("../assets/css/account.css"),
    include_str!("../assets/css/admin.css"),
);

/// `htmx.min.js` is the file of that name in the npm package `htmx.org`, version 4.0.1 (0BSD).
const ASSETS: [Asset; 4] = [
    Asset {
        name: "comptoir.css",
        media_type: "text/css; charset=utf-8",
        body: STYLES.as_bytes(),
    },
    asset!("comptoir.svg", "image/svg+xml"),
    asset!("htmx.min.js", "text/javascript; charset=utf-8"),
    asset!("comptoir.js", "text/javascript; charset=utf-8"),
];

/// Constants, worked out once: each asset's URL by its name.
static URLS: LazyLock<HashMap<&str, String>> = LazyLock::new(|| {
    let url = |it: &Asset| format!("/assets/{}/{}", fingerprint(it.body), it.name);
    ASSETS.iter().map(|it| (it.name, url(it))).collect()
});

/// Where a browser finds an asset.
pub(crate) fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("/assets/none", String::as_str)
}

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/assets/{fingerprint}/{name}")
            .wrap(Compress::default())
            .route(web::get().to(asset))
            .route(web::head().to(asset)),
    )
    // Browsers ask for it by themselves; so do API documents.
    .route("/favicon.ico", web::get().to(icon))
    .route("/favicon.ico", web::head().to(icon))
    .route("/robots.txt", web::get().to(robots))
    .route("/robots.txt", web::head().to(robots))
    .route("/assets/comptoir.svg", web::get().to(icon));
}

async fn asset(path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (fingerprint, name) = path.into_inner();
    let asset = ASSETS
        .iter()
        .find(|it| it.name == name)
        .ok_or_else(Problem::not_found)?;
    // One of another release is this one's under a name that must not be kept.
    let kept = if url(asset.name) == format!("/assets/{fingerprint}/{name}") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, kept))
        .body(asset.body))
}

/// Pages of one visitor, and lists without end.
const ROBOTS: &str = "User-agent: *
Disallow: /account
Disallow: /admin
Disallow: /cart
Disallow: /checkout
Disallow: /orders
Disallow: /search
Disallow: /sign-in
Disallow: /sign-up
Disallow: /suggestions
";

async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(ROBOTS)
}

async fn icon() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, url("comptoir.svg")))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .finish()
}

fn fingerprint(body: &[u8]) -> String {
    let digest = digest(&SHA256, body);
    digest
        .as_ref()
        .iter()
        .take(6)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
