use std::collections::HashSet;

use serde_json::json;
use sqlx::PgPool;

use crate::{open_with_category, slugs, thing};

const PRODUCTS: &str = "/api/catalog/admin/products";

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_new_product_can_be_read_back_and_bought(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let created = shop
        .staff
        .post(PRODUCTS, thing("teapot", 1999, 3))
        .await
        .expect(201);
    let location = created.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(
        shop.staff.get(&location).await.expect(200).body,
        created.body
    );
    assert_eq!(
        created.body["price"],
        json!({ "amount": 1999, "currency": "EUR" })
    );
    assert_eq!(created.body["retired_at"], json!(null));
    let shown = shop
        .visitor
        .get("/api/catalog/products/teapot")
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&shown["id"], &shown["available"]),
        (&created.body["id"], &json!(3))
    );
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_slug_is_taken_once_and_a_category_must_exist(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 1999, 3)).await;
    shop.staff
        .post(PRODUCTS, thing("teapot", 1, 0))
        .await
        .expect_problem(409, "slug-taken");
    let mut lost = thing("kettle", 1, 0);
    lost["category"] = json!("nowhere");
    shop.staff
        .post(PRODUCTS, lost)
        .await
        .expect_problem(422, "unknown-category");
    let change = json!({ "category": "nowhere" });
    shop.staff
        .patch(&format!("{PRODUCTS}/{id}"), change)
        .await
        .expect_problem(422, "unknown-category");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn every_invalid_field_is_named(pool: PgPool) {
    let shop = open_with_category(pool).await;
    for (field, value) in [
        ("slug", json!("Not A Slug")),
        ("slug", json!("a".repeat(81))),
        ("slug", json!("-a")),
        ("name", json!(" ")),
        ("name", json!("a".repeat(201))),
        ("name_fr", json!("")),
        ("description", json!("a".repeat(4001))),
        ("price", json!({ "amount": 0, "currency": "EUR" })),
        ("price", json!({ "amount": 100_000_001, "currency": "EUR" })),
        ("price", json!({ "amount": 100, "currency": "USD" })),
        ("available", json!(-1)),
        ("available", json!(100_001)),
    ] {
        let mut new = thing("teapot", 1999, 3);
        new[field] = value.clone();
        let answer = shop
            .staff
            .post(PRODUCTS, new)
            .await
            .expect_problem(422, "invalid");
        assert_eq!(answer.text("/errors/0/field"), field, "{value}");
    }
    let mut odd = thing("teapot", 1999, 3);
    odd["colour"] = json!("red");
    shop.staff
        .post(PRODUCTS, odd)
        .await
        .expect_problem(400, "malformed");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_change_touches_what_it_names_and_nothing_else(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 1999, 3)).await;
    let other = shop.add(thing("kettle", 500, 4)).await;
    let path = format!("{PRODUCTS}/{id}");
    let other_before = shop
        .staff
        .get(&format!("{PRODUCTS}/{other}"))
        .await
        .expect(200)
        .body;
    let mut expected = shop.staff.get(&path).await.expect(200).body;

    let change = json!({ "name": "Pot", "price": { "amount": 2500, "currency": "EUR" } });
    let changed = shop.staff.patch(&path, change).await.expect(200).body;
    expected["name"] = json!("Pot");
    expected["price"]["amount"] = json!(2500);
    assert_ne!(changed["updated_at"], expected["updated_at"]);
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
    let other_after = shop
        .staff
        .get(&format!("{PRODUCTS}/{other}"))
        .await
        .expect(200)
        .body;
    assert_eq!(other_after, other_before);

    for field in ["name", "price", "category", "description", "retired"] {
        let answer = shop.staff.patch(&path, json!({ field: null })).await;
        answer.expect_problem(400, "malformed");
    }
    let blank = json!({ "name_fr": " " });
    shop.staff
        .patch(&path, blank)
        .await
        .expect_problem(422, "invalid");
    let free = json!({ "price": { "amount": 0, "currency": "EUR" } });
    shop.staff
        .patch(&path, free)
        .await
        .expect_problem(422, "invalid");
    let nobody = format!("{PRODUCTS}/{}", uuid());
    shop.staff
        .patch(&nobody, json!({ "name": "x" }))
        .await
        .expect_problem(404, "not-found");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_retired_product_is_kept_and_can_come_back(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 1999, 3)).await;
    let path = format!("{PRODUCTS}/{id}");
    shop.staff.delete(&path).await.expect(204);
    let first = shop.staff.get(&path).await.expect(200).text("/retired_at");
    shop.staff.delete(&path).await.expect(204);
    assert_eq!(
        shop.staff.get(&path).await.expect(200).text("/retired_at"),
        first
    );
    let quote = shop
        .cart
        .get(&format!("/internal/products?ids={id}"))
        .await
        .expect(200)
        .body;
    assert_eq!(quote["items"][0]["active"], false);

    shop.staff
        .patch(&path, json!({ "retired": false }))
        .await
        .expect(200);
    shop.visitor
        .get("/api/catalog/products/teapot")
        .await
        .expect(200);
    shop.staff
        .delete(&format!("{PRODUCTS}/{}", uuid()))
        .await
        .expect_problem(404, "not-found");
    shop.staff
        .get(&format!("{PRODUCTS}/{}", uuid()))
        .await
        .expect_problem(404, "not-found");
    shop.staff
        .get(&format!("{PRODUCTS}/not-an-id"))
        .await
        .expect_problem(404, "not-found");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn staff_list_everything_page_by_page(pool: PgPool) {
    let shop = open_with_category(pool).await;
    for index in 0..7 {
        let id = shop.add(thing(&format!("thing-{index}"), 100, 1)).await;
        if index % 2 == 0 {
            shop.staff
                .delete(&format!("{PRODUCTS}/{id}"))
                .await
                .expect(204);
        }
    }
    let mut seen = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let body = shop
            .staff
            .get(&format!("{PRODUCTS}?{query}"))
            .await
            .expect(200)
            .body;
        seen.extend(slugs(&body).into_iter().map(str::to_owned));
        match body["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen[0], "thing-6");
    assert_eq!(
        (seen.len(), seen.iter().collect::<HashSet<_>>().len()),
        (7, 7)
    );
    let count = async |query: &str| {
        let body = shop
            .staff
            .get(&format!("{PRODUCTS}?{query}"))
            .await
            .expect(200)
            .body;
        body["items"].as_array().unwrap().len()
    };
    assert_eq!(count("retired=true").await, 4);
    assert_eq!(count("retired=false").await, 3);
    assert_eq!(count("q=thing-3").await, 1);
    assert_eq!(count("q=xyz").await, 0);
    shop.staff
        .get(&format!("{PRODUCTS}?q="))
        .await
        .expect_problem(422, "invalid");
    shop.staff
        .get(&format!("{PRODUCTS}?limit=0"))
        .await
        .expect_problem(422, "invalid");
    shop.staff
        .get(&format!("{PRODUCTS}?cursor=no"))
        .await
        .expect_problem(400, "bad-cursor");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn other_services_get_quotes(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 1999, 3)).await;
    let kettle = shop.add(thing("kettle", 500, 0)).await;
    let path = format!("/internal/products?ids={teapot},{},{kettle}", uuid());
    let body = shop.cart.get(&path).await.expect(200).body;
    let quote = |id: &str, slug: &str, price: i64, available: i64| {
        json!({
            "id": id, "slug": slug, "name": slug, "name_fr": format!("{slug} fr"),
            "price": { "amount": price, "currency": "EUR" }, "available": available,
            "image_url": format!("/api/catalog/images/{slug}.svg?v=1"), "active": true,
        })
    };
    assert_eq!(
        body["items"],
        json!([
            quote(&teapot, "teapot", 1999, 3),
            quote(&kettle, "kettle", 500, 0)
        ])
    );
    assert_eq!(
        shop.cart
            .get("/internal/products?ids=")
            .await
            .expect(200)
            .body["items"],
        json!([])
    );
    shop.cart
        .get("/internal/products?ids=one")
        .await
        .expect_problem(422, "invalid");
    let many = vec![teapot.as_str(); 101].join(",");
    shop.cart
        .get(&format!("/internal/products?ids={many}"))
        .await
        .expect_problem(422, "invalid");
    shop.cart
        .get("/internal/products")
        .await
        .expect_problem(400, "malformed");
}

fn uuid() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
