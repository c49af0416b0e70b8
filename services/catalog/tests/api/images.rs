use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{open_with_category, seed::assert_well_formed, thing};

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_picture_is_kept_for_ever_and_known_by_its_tag(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let path = "/api/catalog/images/aged-comte.svg?v=1";
    let answer = shop.visitor.get(path).await.expect(200);
    assert_eq!(
        answer.headers["cache-control"],
        "public, max-age=31536000, immutable"
    );
    let tag = answer.headers["etag"].to_str().unwrap().to_owned();
    let again = shop
        .visitor
        .with("if-none-match", tag.clone())
        .get(path)
        .await
        .expect(304);
    assert_eq!(again.body, Value::Null);
    assert_eq!(again.headers["etag"], tag.as_str());
    shop.visitor
        .with("if-none-match", r#""another""#)
        .get(path)
        .await
        .expect(200);
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_product_of_the_staff_gets_a_drawing_too(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let mut new = thing("brand-new", 100, 1);
    new["name"] = json!("Salt & <pepper>");
    let id = shop.add(new).await;
    shop.add(thing("another", 100, 1)).await;
    let picture = async |slug: &str| {
        let answer = shop
            .visitor
            .get(&format!("/api/catalog/images/{slug}.svg"))
            .await
            .expect(200);
        match answer.body {
            Value::String(svg) => svg,
            other => panic!("{other}"),
        }
    };
    let svg = picture("brand-new").await;
    assert_well_formed(&svg);
    assert!(svg.contains("<title>Salt &amp; &lt;pepper&gt;</title>"));
    let drawing = |svg: &str| svg.split_once("</title>").unwrap().1.to_owned();
    assert_ne!(drawing(&svg), drawing(&picture("another").await));
    // Orders that name it still show it.
    shop.staff
        .delete(&format!("/api/catalog/admin/products/{id}"))
        .await
        .expect(204);
    assert_eq!(picture("brand-new").await, svg);
    shop.visitor
        .get("/api/catalog/images/nothing.svg")
        .await
        .expect_problem(404, "not-found");
}
