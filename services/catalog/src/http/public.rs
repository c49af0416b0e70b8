//! What everybody may see.

use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, VARY},
    web,
};
use language::Language;
use money::Money;
use problem::{Details, Problem};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};

use crate::{
    category::{Node, Tree},
    error::CatalogError,
    product::{Detail, Item, image_url},
    search::{self, Found, Search, SearchQuery},
    store,
};

/// In which language to answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LanguageQuery {
    /// The language of names and descriptions, whatever `Accept-Language` says.
    #[param(inline)]
    lang: Option<Language>,
}

/// How many related products to show, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RelatedQuery {
    /// How many items there are at most.
    #[param(minimum = 1, maximum = 12, default = 4)]
    limit: Option<u16>,
    /// The language of the names, whatever `Accept-Language` says.
    #[param(inline)]
    lang: Option<Language>,
}

/// Products to look at after one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Related {
    items: Vec<Item>,
}

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
    accepted: Language,
    query: web::Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let language = query.lang.unwrap_or(accepted);
    let tree = Tree(store::categories::all(db.get_ref()).await?);
    Ok(answer(language, &tree.nodes(language)))
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
    accepted: Language,
    query: web::Query<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let language = query.lang.unwrap_or(accepted);
    let search = Search::new(query, language)?;
    Ok(answer(language, &search::run(&db, &search).await?))
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
    accepted: Language,
    slug: web::Path<String>,
    query: web::Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let language = query.lang.unwrap_or(accepted);
    let shown = store::products::show(db.get_ref(), &slug, language).await?;
    let tree = Tree(store::categories::all(db.get_ref()).await?);
    Ok(answer(
        language,
        &Detail {
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
        },
    ))
}

/// Products to look at after this one: those of its category, then those of its neighbour categories.
#[utoipa::path(
    tag = "public",
    params(("slug" = String, Path), RelatedQuery),
    responses(
        (status = OK, body = Related),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/products/{slug}/related")]
pub(super) async fn related(
    db: web::Data<PgPool>,
    accepted: Language,
    slug: web::Path<String>,
    query: web::Query<RelatedQuery>,
) -> Result<HttpResponse, Problem> {
    let language = query.lang.unwrap_or(accepted);
    let limit = query.limit.unwrap_or(4);
    if !(1..=12).contains(&limit) {
        return Err(CatalogError::invalid("limit", "must be 1 to 12").into());
    }
    let items = store::products::related(db.get_ref(), &slug, language, limit).await?;
    Ok(answer(language, &Related { items }))
}

/// An answer in this language, which anybody may keep for a moment.
fn answer(language: Language, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_LANGUAGE, language.tag()))
        .insert_header((VARY, "Accept-Language"))
        .insert_header((CACHE_CONTROL, "public, max-age=10"))
        .json(body)
}
