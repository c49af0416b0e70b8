use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Shop, open, open_with_category, slugs, thing};

const PRODUCTS: &str = "/api/catalog/admin/products";
const SUMMARY: &str = "/api/catalog/admin/summary";

async fn list(shop: &Shop, query: &str) -> Value {
    let path = format!("{PRODUCTS}?{query}");
    shop.staff.get(&path).await.expect(200).body
}

/// Products named for what is on their shelves; two of them are retired.
async fn open_with_shelves(pool: PgPool) -> Shop {
    let shop = open_with_category(pool).await;
    for available in [0, 1, 5, 6] {
        shop.add(thing(&format!("has-{available}"), 100, available))
            .await;
    }
    for available in [0, 3] {
        let id = shop
            .add(thing(&format!("had-{available}"), 100, available))
            .await;
        let path = format!("{PRODUCTS}/{id}");
        shop.staff.delete(&path).await.expect(204);
    }
    shop
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn staff_find_what_runs_short(pool: PgPool) {
    let shop = open_with_shelves(pool).await;
    assert_eq!(slugs(&list(&shop, "stock=out").await), ["has-0"]);
    assert_eq!(slugs(&list(&shop, "stock=low").await), ["has-5", "has-1"]);
    assert_eq!(
        slugs(&list(&shop, "stock=low&retired=false").await),
        ["has-5", "has-1"]
    );
    assert_eq!(slugs(&list(&shop, "stock=low&q=has-1").await), ["has-1"]);
    for nothing in ["stock=out&retired=true", "stock=low&retired=true"] {
        assert!(slugs(&list(&shop, nothing).await).is_empty(), "{nothing}");
    }

    let first = list(&shop, "stock=low&limit=1").await;
    assert_eq!(slugs(&first), ["has-5"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&shop, &format!("stock=low&limit=1&cursor={cursor}")).await;
    assert_eq!(slugs(&second), ["has-1"]);
    assert_eq!(second["next_cursor"], json!(null));

    for query in ["stock=", "stock=high", "stock=Out"] {
        let answer = shop.staff.get(&format!("{PRODUCTS}?{query}")).await;
        answer.expect_problem(400, "malformed");
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_summary_counts_products_and_units(pool: PgPool) {
    let shop = open_with_shelves(pool).await;
    let six = list(&shop, "q=has-6").await["items"][0]["id"].clone();
    for (quantity, commit) in [(1, true), (2, false)] {
        let reservation = format!("/internal/reservations/{}", Uuid::now_v7());
        let lines = json!({ "lines": [{ "product_id": six, "quantity": quantity }] });
        shop.order.put(&reservation, lines).await.expect(200);
        if commit {
            let path = format!("{reservation}/commit");
            shop.order.post(&path, json!({})).await.expect(200);
        }
    }
    let answer = shop.staff.get(SUMMARY).await.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        answer.body,
        json!({
            "products": 4, "retired": 2, "out_of_stock": 1, "low_stock": 3,
            "units_available": 12, "units_reserved": 2, "units_sold": 1,
        })
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_summary_of_an_empty_shop_is_all_zeros(pool: PgPool) {
    let shop = open(pool);
    let body = shop.staff.get(SUMMARY).await.expect(200).body;
    let numbers = body.as_object().unwrap();
    assert_eq!(numbers.len(), 7);
    assert!(numbers.values().all(|it| *it == 0), "{body}");
}
