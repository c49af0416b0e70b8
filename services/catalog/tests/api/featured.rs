use std::collections::HashSet;

use serde_json::json;
use sqlx::PgPool;

use crate::{Shop, open_seeded, open_with_category, slugs, thing};

const PRODUCTS: &str = "/api/catalog/admin/products";

async fn featured(shop: &Shop) -> Vec<String> {
    let body = shop
        .visitor
        .get("/api/catalog/products?featured=true")
        .await
        .expect(200)
        .body;
    let featured: Vec<String> = slugs(&body).into_iter().map(str::to_owned).collect();
    assert_eq!(body["total"], featured.len());
    featured
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_seed_features_things_of_many_kinds_that_can_be_bought(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let list = async |query: &str| {
        let path = format!("/api/catalog/products?limit=100&{query}");
        shop.visitor.get(&path).await.expect(200).body
    };
    let body = list("featured=true").await;
    let items = body["items"].as_array().unwrap();
    assert!((8..=12).contains(&items.len()));
    assert!(items.iter().all(|it| it["available"].as_i64().unwrap() > 5));
    let kinds: HashSet<&str> = items
        .iter()
        .map(|it| it["category"].as_str().unwrap())
        .collect();
    assert!(kinds.len() >= 8, "{kinds:?}");

    assert_eq!(list("featured=false").await, list("").await);
    let narrow = list("featured=true&category=dairy").await;
    assert_eq!(slugs(&narrow), ["aged-comte"]);
    let found = list("featured=true&q=honey").await;
    assert_eq!(slugs(&found)[0], "lavender-honey");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn staff_choose_what_is_featured(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let plain = shop.add(thing("plain", 100, 1)).await;
    let mut chosen = thing("chosen", 100, 1);
    chosen["featured"] = json!(true);
    let chosen = shop.add(chosen).await;
    assert_eq!(featured(&shop).await, ["chosen"]);

    let plain = format!("{PRODUCTS}/{plain}");
    let chosen = format!("{PRODUCTS}/{chosen}");
    let record = shop.staff.get(&plain).await.expect(200).body;
    assert_eq!(record["featured"], false);
    let change = json!({ "featured": true });
    let record = shop.staff.patch(&plain, change).await.expect(200).body;
    assert_eq!(record["featured"], true);
    let rename = json!({ "name": "Fancy" });
    let record = shop.staff.patch(&plain, rename).await.expect(200).body;
    assert_eq!(record["featured"], true);
    let change = json!({ "featured": false });
    let record = shop.staff.patch(&chosen, change).await.expect(200).body;
    assert_eq!(record["featured"], false);
    assert_eq!(featured(&shop).await, ["plain"]);

    shop.staff.delete(&plain).await.expect(204);
    assert!(featured(&shop).await.is_empty());

    for value in [json!(null), json!("yes")] {
        let mut new = thing("odd", 100, 1);
        new["featured"] = value.clone();
        let created = shop.staff.post(PRODUCTS, new).await;
        created.expect_problem(400, "malformed");
        let change = json!({ "featured": value });
        let changed = shop.staff.patch(&chosen, change).await;
        changed.expect_problem(400, "malformed");
    }
}

/// The migration and the seed each have a list of slugs; they are the same.
#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_shop_that_was_filled_before_has_the_same_home_page(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let expected = featured(&shop).await;
    let mut own = thing("own", 100, 1);
    own["category"] = json!("books");
    shop.add(own).await;
    let latest = "select max(updated_at)::text from products";
    let before: String = sqlx::query_scalar(latest)
        .fetch_one(&shop.pool)
        .await
        .unwrap();

    // As the shop was before the migration.
    sqlx::raw_sql(
        "alter table products drop column featured;
         delete from _sqlx_migrations where version >= 3",
    )
    .execute(&shop.pool)
    .await
    .unwrap();
    catalog::MIGRATIONS.run(&shop.pool).await.unwrap();

    assert_eq!(featured(&shop).await, expected);
    let after: String = sqlx::query_scalar(latest)
        .fetch_one(&shop.pool)
        .await
        .unwrap();
    assert_eq!(after, before);
}
