use sqlx::PgPool;

use crate::open;

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_openapi_document_is_committed(pool: PgPool) {
    let shop = open(pool);
    let answer = shop
        .visitor
        .get("/api/catalog/openapi.json")
        .await
        .expect(200);
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    testkit::assert_committed(committed, &answer.body);
}
