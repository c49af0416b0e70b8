//! The API document.

use sqlx::PgPool;

use crate::start;

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn the_committed_openapi_document_is_the_one_served(pool: PgPool) {
    let shop = start(&pool).await;
    let document = shop.client.get("/api/auth/openapi.json").await.expect(200);
    testkit::assert_committed(
        concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"),
        &document.body,
    );
}
