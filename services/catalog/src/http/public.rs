//! What everybody may see.

use actix_web::{HttpResponse, get, web};
use money::Money;
use problem::{Details, Problem};
use sqlx::PgPool;

use crate::{
    category::{Node, Tree},
    language::{Accepted, LanguageQuery},
    product::{Detail, image_url},
    search::{self, Found, Search, SearchQuery},
    store,
};

/// The tree of categories.
#[utoipa::path(
    tag = "public",
    params(LanguageQuery),
    responses(
        (status = OK, body = [Node]),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/categories")]
pub(super) async fn categories(
    db: web::Data<PgPool>,
    accepted: Accepted,
    query: web::Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let language = query.lang.unwrap_or(accepted.0);
    let tree = Tree(store::categories::all(db.get_ref()).await?);
    Ok(language.answer(&tree.nodes(language)))
}

/// Products that match, page by page, with facets.
#[utoipa::path(
    tag = "public",
    params(SearchQuery),
    responses(
        (status = OK, body = Found),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/products")]
pub(super) async fn find(
    db: web::Data<PgPool>,
    accepted: Accepted,
    query: web::Query<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let language = query.lang.unwrap_or(accepted.0);
    let search = Search::new(query, language)?;
    Ok(language.answer(&search::run(&db, &search).await?))
}

/// One product.
#[utoipa::path(
    tag = "public",
    params(("slug" = String, Path), LanguageQuery),
    responses(
        (status = OK, body = Detail),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/products/{slug}")]
pub(super) async fn show(
    db: web::Data<PgPool>,
    accepted: Accepted,
    slug: web::Path<String>,
    query: web::Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let language = query.lang.unwrap_or(accepted.0);
    let shown = store::products::show(db.get_ref(), &slug, language).await?;
    let tree = Tree(store::categories::all(db.get_ref()).await?);
    Ok(language.answer(&Detail {
        id: shown.id,
        image_url: image_url(&shown.slug),
        slug: shown.slug,
        name: shown.name,
        description: shown.description,
        price: Money {
            amount: shown.price,
            currency: shown.currency,
        },
        available: shown.available,
        category_path: tree.path(&shown.category, language),
        category: shown.category,
        created_at: shown.created_at,
        updated_at: shown.updated_at,
    }))
}
