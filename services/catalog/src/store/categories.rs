//! The tree of categories.

use sqlx::PgExecutor;

use crate::{category::Category, error::CatalogError};

pub(crate) async fn all(db: impl PgExecutor<'_>) -> Result<Vec<Category>, CatalogError> {
    let categories = sqlx::query_as!(
        Category,
        "select slug, parent, name, name_fr from categories order by position",
    )
    .fetch_all(db)
    .await?;
    Ok(categories)
}
