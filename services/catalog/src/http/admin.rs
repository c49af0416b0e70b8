//! What staff do.

use actix_web::{
    HttpResponse, delete, get,
    http::header::{CACHE_CONTROL, LOCATION},
    patch, post, web,
};
use chrono::{DateTime, Utc};
use identity::Staff;
use problem::{Details, Problem, Valid};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    error::CatalogError,
    page,
    product::{Change, NewProduct, Record},
    stock::{Level, Movement, Shortage, StockChange, Summary},
    store::{self, products::RecordFilter},
};

/// Which products to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// A part of a name, in either language, or of a slug.
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    /// True lists retired products only, false those that are sold only.
    retired: Option<bool>,
    /// Lists only what is sold and runs short: `out` has nothing on the shelf, `low` one to five units.
    #[param(inline)]
    stock: Option<Shortage>,
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 100, default = 24)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which page to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 100, default = 24)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Records {
    items: Vec<Record>,
    next_cursor: Option<String>,
}

/// A page of movements.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Movements {
    items: Vec<Movement>,
    next_cursor: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct RecordCursor {
    created_at: DateTime<Utc>,
    product: Uuid,
}

#[derive(Deserialize, Serialize)]
struct MovementCursor {
    movement: Uuid,
}

/// All products, the latest first, retired ones too.
#[utoipa::path(
    tag = "staff",
    params(ListQuery),
    responses(
        (status = OK, body = Records),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/admin/products")]
pub(super) async fn list(
    _: Staff,
    db: web::Data<PgPool>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    if let Some(q) = &query.q
        && (!(1..=100).contains(&q.chars().count()) || q.contains('\0'))
    {
        return Err(CatalogError::invalid("q", "must be 1 to 100 characters of text").into());
    }
    let limit = page::limit(query.limit)?;
    let after: Option<RecordCursor> = query.cursor.as_deref().map(page::decode).transpose()?;
    let filter = RecordFilter {
        id: None,
        q: query.q.as_deref(),
        retired: query.retired,
        shortage: query.stock,
        after: after.map(|it| (it.created_at, it.product)),
        limit: i64::from(limit) + 1,
    };
    let mut items = store::products::records(db.get_ref(), filter).await?;
    let next_cursor = page::cut(&mut items, limit, |it| {
        page::encode(&RecordCursor {
            created_at: it.created_at,
            product: it.id,
        })
    });
    Ok(fresh(&Records { items, next_cursor }))
}

/// Adds a product.
#[utoipa::path(
    tag = "staff",
    request_body = NewProduct,
    responses(
        (status = CREATED, body = Record),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/catalog/admin/products")]
pub(super) async fn create(
    Staff(caller): Staff,
    db: web::Data<PgPool>,
    new: Valid<NewProduct>,
) -> Result<HttpResponse, Problem> {
    let id = Uuid::now_v7();
    store::products::insert(db.get_ref(), id, &new, caller.user).await?;
    let record = store::products::record(db.get_ref(), id).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/catalog/admin/products/{id}")))
        .json(record))
}

/// One product, as staff keep it.
#[utoipa::path(
    operation_id = "show_record",
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Record),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/admin/products/{id}")]
pub(super) async fn show(
    _: Staff,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    Ok(fresh(&store::products::record(db.get_ref(), *id).await?))
}

/// Changes what is in the body and leaves the rest; `retired: false` puts a retired product back.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    request_body = Change,
    responses(
        (status = OK, body = Record),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[patch("/api/catalog/admin/products/{id}")]
pub(super) async fn update(
    _: Staff,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
    change: Valid<Change>,
) -> Result<HttpResponse, Problem> {
    store::products::update(db.get_ref(), *id, &change).await?;
    Ok(fresh(&store::products::record(db.get_ref(), *id).await?))
}

/// Takes a product out of the shop. It is kept, for orders that name it.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    responses(
        (status = NO_CONTENT),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[delete("/api/catalog/admin/products/{id}")]
pub(super) async fn retire(
    _: Staff,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let change = Change {
        retired: Some(true),
        ..Change::default()
    };
    store::products::update(db.get_ref(), *id, &change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Puts units on the shelf or takes them off it.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path)),
    request_body = StockChange,
    responses(
        (status = OK, body = Level),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[post("/api/catalog/admin/products/{id}/stock")]
pub(super) async fn change_stock(
    Staff(caller): Staff,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
    change: Valid<StockChange>,
) -> Result<HttpResponse, Problem> {
    match store::stock::change(db.get_ref(), *id, &change, caller.user).await? {
        Some(level) => Ok(fresh(&level)),
        None if store::stock::level(db.get_ref(), *id).await?.is_some() => {
            Err(CatalogError::InsufficientStock.into())
        }
        None => Err(CatalogError::NoSuchProduct.into()),
    }
}

/// What came and went other than by a sale, the latest first.
#[utoipa::path(
    tag = "staff",
    params(("id" = Uuid, Path), PageQuery),
    responses(
        (status = OK, body = Movements),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/admin/products/{id}/stock/movements")]
pub(super) async fn movements(
    _: Staff,
    db: web::Data<PgPool>,
    id: web::Path<Uuid>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = page::limit(query.limit)?;
    let before: Option<MovementCursor> = query.cursor.as_deref().map(page::decode).transpose()?;
    if store::stock::level(db.get_ref(), *id).await?.is_none() {
        return Err(CatalogError::NoSuchProduct.into());
    }
    let mut items = store::stock::movements(
        db.get_ref(),
        *id,
        before.map(|it| it.movement),
        i64::from(limit) + 1,
    )
    .await?;
    let next_cursor = page::cut(&mut items, limit, |it| {
        page::encode(&MovementCursor { movement: it.id })
    });
    Ok(fresh(&Movements { items, next_cursor }))
}

/// The shop in numbers.
#[utoipa::path(
    tag = "staff",
    responses(
        (status = OK, body = Summary),
        (status = "4XX", body = Details, content_type = "application/problem+json"),
    ),
)]
#[get("/api/catalog/admin/summary")]
pub(super) async fn summary(_: Staff, db: web::Data<PgPool>) -> Result<HttpResponse, Problem> {
    Ok(fresh(&store::stock::summary(db.get_ref()).await?))
}

/// An answer that nobody keeps.
fn fresh(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body)
}
