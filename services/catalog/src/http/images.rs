//! The pictures.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, EntityTag, Header as _, IfNoneMatch,
    },
    web,
};
use problem::{Details, Problem};
use sqlx::PgPool;

use crate::{drawing, seed, store};

/// The drawing of a product.
#[utoipa::path(
    tag = "public",
    params(("slug" = String, Path)),
    responses(
        (status = OK, content_type = "image/svg+xml"),
        (status = NOT_MODIFIED),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/images/{slug}.svg")]
pub(super) async fn image(
    request: HttpRequest,
    db: web::Data<PgPool>,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let svg = match seed::product(&slug) {
        Some(product) => drawing::known(&slug, &product.name, product.drawing),
        None => drawing::neutral(&slug, &store::products::name(db.get_ref(), &slug).await?),
    };
    let tag = EntityTag::new_strong(drawing::tag(&svg));
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        // A picture that is opened as a page of its own runs nothing.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'"));
    if known {
        return Ok(response.finish());
    }
    Ok(response.content_type("image/svg+xml").body(svg))
}
