//! The routes of the cart service and their handlers.

use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, post, put, web};
use garde::Validate;
use identity::{Caller, Peer, Scope};
use language::Language;
use problem::{Details, Problem, Valid};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    cart::{Cart, Contents, QUANTITY_LIMIT},
    catalog::{Catalog, Listings},
    change,
    merge::merge,
    metrics::CartMetrics,
    shopper::{CART_TOKEN, Shopper, TokenHash},
};

pub(crate) fn routes(app: &mut ServiceConfig<'_>) {
    app.service(show)
        .service(put_item)
        .service(remove_item)
        .service(empty)
        .service(merge_guest)
        .service(internal_show)
        .service(internal_clear);
}

/// How many units are to be in the cart.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Quantity {
    #[garde(range(min = 1, max = QUANTITY_LIMIT))]
    #[schema(minimum = 1, maximum = 99)]
    quantity: i32,
}

/// Shows the cart of the member who is signed in, or of the guest with this token.
#[utoipa::path(
    tag = "public",
    params(("X-Cart-Token" = Option<String>, Header, description = "A guest's token; without it and without a bearer token the cart is empty.")),
    responses(
        (status = OK, body = Cart),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/cart")]
async fn show(
    shopper: Shopper,
    language: Language,
    db: web::Data<PgPool>,
    catalog: web::Data<Catalog>,
    metrics: web::Data<CartMetrics>,
) -> Result<HttpResponse, Problem> {
    let contents = change::read(&db, &shopper).await?;
    answer(language, &catalog, &metrics, contents).await
}

/// Sets how many units of a product are in the cart.
///
/// A guest without a cart gets one, and its token in the answer's `X-Cart-Token`.
#[utoipa::path(
    tag = "public",
    params(
        ("product_id" = Uuid, Path),
        ("X-Cart-Token" = Option<String>, Header, description = "A guest's token; a bearer token goes before it."),
    ),
    request_body = Quantity,
    responses(
        (status = OK, body = Cart, headers(("X-Cart-Token" = String, description = "A new guest's token."))),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json"),
    ),
)]
#[put("/api/cart/items/{product_id}")]
async fn put_item(
    shopper: Shopper,
    language: Language,
    db: web::Data<PgPool>,
    catalog: web::Data<Catalog>,
    metrics: web::Data<CartMetrics>,
    product_id: web::Path<Uuid>,
    body: Valid<Quantity>,
) -> Result<HttpResponse, Problem> {
    let put = change::put(&db, &catalog, &shopper, *product_id, body.quantity).await?;
    let mut response = present(language, &metrics, put.contents, &put.listings)?;
    if let Some(token) = put.token {
        let token = header::HeaderValue::from_str(&token.reveal()).map_err(Problem::internal)?;
        let name = header::HeaderName::from_static(CART_TOKEN);
        response.headers_mut().insert(name, token);
    }
    Ok(response)
}

/// Takes a product out of the cart; one that is not in it changes nothing.
#[utoipa::path(
    tag = "public",
    params(
        ("product_id" = Uuid, Path),
        ("X-Cart-Token" = Option<String>, Header, description = "A guest's token; a bearer token goes before it."),
    ),
    responses(
        (status = OK, body = Cart),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/cart/items/{product_id}")]
async fn remove_item(
    shopper: Shopper,
    language: Language,
    db: web::Data<PgPool>,
    catalog: web::Data<Catalog>,
    metrics: web::Data<CartMetrics>,
    product_id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let contents = change::remove(&db, &shopper, *product_id).await?;
    answer(language, &catalog, &metrics, contents).await
}

/// Empties the cart.
#[utoipa::path(
    tag = "public",
    params(("X-Cart-Token" = Option<String>, Header, description = "A guest's token; a bearer token goes before it.")),
    responses(
        (status = OK, body = Cart),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/cart")]
async fn empty(
    shopper: Shopper,
    language: Language,
    db: web::Data<PgPool>,
    catalog: web::Data<Catalog>,
    metrics: web::Data<CartMetrics>,
) -> Result<HttpResponse, Problem> {
    let contents = change::empty(&db, &shopper).await?;
    answer(language, &catalog, &metrics, contents).await
}

/// Merges a guest's cart into that of the member who has just signed in.
///
/// Quantities add up to what is available and to the limits; what no longer fits into the cart is left
/// out. The guest's cart is gone afterwards, and merging it again does nothing.
#[utoipa::path(
    tag = "public",
    params(("X-Cart-Token" = Option<String>, Header, description = "The guest's token.")),
    responses(
        (status = OK, body = Cart),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/cart/merge")]
async fn merge_guest(
    caller: Caller,
    request: HttpRequest,
    language: Language,
    db: web::Data<PgPool>,
    catalog: web::Data<Catalog>,
    metrics: web::Data<CartMetrics>,
) -> Result<HttpResponse, Problem> {
    let token = TokenHash::of_request(&request);
    let merged = merge(&db, &catalog, caller.user, token).await?;
    metrics.merge(merged.merged);
    present(language, &metrics, merged.contents, &merged.listings)
}

/// A member's cart, for checkout.
#[derive(Debug, Serialize, ToSchema)]
struct InternalCart {
    version: i64,
    items: Vec<InternalItem>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct InternalItem {
    #[garde(skip)]
    product_id: Uuid,
    #[garde(range(min = 1))]
    quantity: i32,
}

/// What is in a member's cart. For services with the scope `carts`.
#[utoipa::path(
    tag = "internal",
    params(("user_id" = Uuid, Path)),
    responses(
        (status = OK, body = InternalCart),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/internal/carts/{user_id}")]
async fn internal_show(
    peer: Peer,
    db: web::Data<PgPool>,
    user_id: web::Path<Uuid>,
) -> Result<web::Json<InternalCart>, Problem> {
    peer.require(Scope::Carts)?;
    let contents = change::read(&db, &Shopper::Member(*user_id)).await?;
    let items = contents
        .lines
        .iter()
        .map(|it| InternalItem {
            product_id: it.product_id,
            quantity: it.quantity,
        })
        .collect();
    Ok(web::Json(InternalCart {
        version: contents.version,
        items,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Clear {
    /// The order that bought the items.
    order: Uuid,
}

/// What an order bought.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Bought {
    #[garde(length(max = 100), dive)]
    #[schema(max_items = 100)]
    items: Vec<InternalItem>,
}

/// Done.
#[derive(Debug, Serialize, ToSchema)]
struct Done {}

/// Takes what an order bought out of a member's cart and leaves what was added since; once for each
/// order. For services with the scope `carts`.
#[utoipa::path(
    tag = "internal",
    params(("user_id" = Uuid, Path), Clear),
    request_body = Bought,
    responses(
        (status = OK, body = Done),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/internal/carts/{user_id}/clear")]
async fn internal_clear(
    peer: Peer,
    db: web::Data<PgPool>,
    user_id: web::Path<Uuid>,
    clear: web::Query<Clear>,
    body: Valid<Bought>,
) -> Result<web::Json<Done>, Problem> {
    peer.require(Scope::Carts)?;
    let bought: Vec<_> = body
        .items
        .iter()
        .map(|it| (it.product_id, it.quantity))
        .collect();
    change::clear(&db, *user_id, clear.order, &bought).await?;
    Ok(web::Json(Done {}))
}

/// The cart at today's prices, asked of the catalog in one call.
async fn answer(
    language: Language,
    catalog: &Catalog,
    metrics: &CartMetrics,
    contents: Contents,
) -> Result<HttpResponse, Problem> {
    let listings = catalog.listings_if_up(&contents.product_ids()).await;
    present(language, metrics, contents, &listings)
}

fn present(
    language: Language,
    metrics: &CartMetrics,
    contents: Contents,
    listings: &Listings,
) -> Result<HttpResponse, Problem> {
    let cart = Cart::show(contents, listings, language)?;
    if cart.is_stale() {
        metrics.stale();
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(cart))
}
