use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sqlx::PgPool;

use crate::{open, open_seeded};

async fn contents(pool: &PgPool) -> Vec<(String, i64, i64)> {
    sqlx::query_as(
        "select p.id::text, s.available, (select count(*) from stock_movements m where m.product_id = p.id)
         from products p join stock s on s.product_id = p.id order by p.id",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_seed_is_a_whole_shop_in_two_languages(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let english = shop
        .visitor
        .get("/api/catalog/categories")
        .await
        .expect(200)
        .body;
    let french = shop
        .visitor
        .get("/api/catalog/categories?lang=fr")
        .await
        .expect(200)
        .body;
    assert!(english.as_array().unwrap().len() >= 8);
    assert_ne!(english, french);
    for top in english.as_array().unwrap() {
        assert!(!top["children"].as_array().unwrap().is_empty());
        let path = format!(
            "/api/catalog/products?limit=1&category={}",
            top["slug"].as_str().unwrap()
        );
        let total = shop.visitor.get(&path).await.expect(200).body["total"]
            .as_i64()
            .unwrap();
        assert!(total >= 12, "{} has {total}", top["slug"]);
    }

    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "select name, name_fr, description, description_fr, price, s.available
         from products p join stock s on s.product_id = p.id",
    )
    .fetch_all(&shop.pool)
    .await
    .unwrap();
    assert!(rows.len() >= 96);
    for (name, name_fr, description, description_fr, price, available) in &rows {
        assert!(!name.is_empty() && !name_fr.is_empty());
        assert!(
            description.len() > 20 && description_fr.len() > 20 && description != description_fr
        );
        assert!(
            (100..100_000).contains(price) && (0..=200).contains(available),
            "{name}"
        );
    }
    assert!(rows.iter().any(|it| it.5 == 0));
    assert!(rows.iter().any(|it| (1..=3).contains(&it.5)));
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn seeding_twice_changes_nothing(pool: PgPool) {
    assert!(catalog::seed(&pool).await.unwrap());
    let first = contents(&pool).await;
    assert!(!catalog::seed(&pool).await.unwrap());
    assert_eq!(contents(&pool).await, first);
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn two_processes_that_start_at_once_seed_once(pool: PgPool) {
    let (first, second) = tokio::join!(catalog::seed(&pool), catalog::seed(&pool));
    assert_eq!(
        [first.unwrap(), second.unwrap()]
            .iter()
            .filter(|it| **it)
            .count(),
        1
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_seeded_product_has_the_same_id_in_every_shop(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let answer = shop
        .visitor
        .get("/api/catalog/products/cast-iron-teapot")
        .await
        .expect(200);
    assert_eq!(answer.text("/id"), "d400c3d2-3e74-541b-9c8a-fd8dad973f0d");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn every_product_has_a_picture_of_its_own(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let page = |cursor: Option<String>| {
        let cursor = cursor.map(|it| format!("&cursor={it}")).unwrap_or_default();
        format!("/api/catalog/products?limit=100{cursor}")
    };
    let mut cursor = None;
    let mut drawings: HashMap<String, String> = HashMap::new();
    loop {
        let body = shop.visitor.get(&page(cursor)).await.expect(200).body;
        for item in body["items"].as_array().unwrap() {
            let answer = shop
                .visitor
                .get(item["image_url"].as_str().unwrap())
                .await
                .expect(200);
            assert_eq!(answer.headers["content-type"], "image/svg+xml");
            let Value::String(svg) = answer.body else {
                panic!("not a picture")
            };
            assert_well_formed(&svg);
            let (head, drawing) = svg.split_once("</title>").unwrap();
            assert!(
                head.starts_with(
                    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400""#
                )
            );
            // Without the title, which is distinct anyway.
            let twin = drawings.insert(drawing.to_owned(), item["slug"].to_string());
            assert_eq!(twin, None, "{} looks like another", item["slug"]);
        }
        match body["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert!(drawings.len() >= 96);
}

/// Every element is closed, in order, and no attribute or text holds a stray `<` or `&`.
#[track_caller]
pub(crate) fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "stray > in {text}");
        for entity in text.split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;"]
                    .iter()
                    .any(|it| entity.starts_with(it)),
                "stray & in {text}"
            );
        }
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        assert!(
            !tag.contains('<') && !tag.contains('&') && tag.matches('"').count().is_multiple_of(2),
            "{tag}"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} {rest}");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn an_empty_shop_can_be_visited(pool: PgPool) {
    let shop = open(pool);
    assert_eq!(
        shop.visitor
            .get("/api/catalog/categories")
            .await
            .expect(200)
            .body,
        serde_json::json!([])
    );
    let body = shop
        .visitor
        .get("/api/catalog/products")
        .await
        .expect(200)
        .body;
    assert_eq!(body["total"], 0);
    assert_eq!(body["facets"]["categories"], serde_json::json!([]));
    let slugs: HashSet<_> = crate::slugs(&body).into_iter().collect();
    assert!(slugs.is_empty());
}
