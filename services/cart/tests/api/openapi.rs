use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_committed_document_is_what_the_code_says(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let answer = shop.anybody().get("/api/cart/openapi.json").await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    testkit::assert_committed(file, &answer.expect(200).body);
}
