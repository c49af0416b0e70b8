//! The API document is generated from the code and committed.

use sqlx::PgPool;

use crate::open;

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_committed_document_is_what_the_code_says(pool: PgPool) {
    let shop = open(pool).await;
    let answer = shop.client.get("/api/order/openapi.json").await.expect(200);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    testkit::assert_committed(file, &answer.body);
}
