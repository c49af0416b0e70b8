use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{open_with_category, thing};

fn lines(reason: &str, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<_> = lines
        .iter()
        .map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity }))
        .collect();
    json!({ "reason": reason, "lines": lines })
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_restock_counts_once(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let kettle = shop.add(thing("kettle", 100, 0)).await;
    let other = shop.add(thing("spoon", 100, 1)).await;
    let id = Uuid::now_v7().to_string();
    let path = format!("/internal/restocks/{id}");
    let body = lines("return", &[(&teapot, 2), (&kettle, 1)]);
    for _ in 0..3 {
        let answer = shop.order.put(&path, body.clone()).await.expect(200);
        assert_eq!(answer.body, json!({ "id": id }));
    }
    let mut twins = JoinSet::new();
    for _ in 0..10 {
        let (order, path, body) = (shop.order.clone(), path.clone(), body.clone());
        twins.spawn(async move { order.put(&path, body).await });
    }
    while let Some(answer) = twins.join_next().await {
        answer.unwrap().expect(200);
    }
    assert_eq!(shop.level(&teapot).await, [7, 0, 0]);
    assert_eq!(shop.level(&kettle).await, [1, 0, 0]);
    assert_eq!(shop.level(&other).await, [1, 0, 0]);
    shop.assert_i4().await;

    let path = format!("/api/catalog/admin/products/{kettle}/stock/movements");
    let movement = &shop.staff.get(&path).await.expect(200).body["items"][0];
    assert_eq!(
        (&movement["reason"], &movement["source_id"], &movement["by"]),
        (&json!("return"), &json!(id), &json!(null))
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_restock_of_nothing_known_is_refused_as_a_whole(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let path = format!("/internal/restocks/{}", Uuid::now_v7());
    let unknown = Uuid::now_v7().to_string();
    let body = lines("cancellation", &[(&teapot, 2), (&unknown, 1)]);
    shop.order
        .put(&path, body)
        .await
        .expect_problem(422, "unknown-product");
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    // It was not remembered either.
    shop.order
        .put(&path, lines("cancellation", &[(&teapot, 2)]))
        .await
        .expect(200);
    assert_eq!(shop.level(&teapot).await, [7, 0, 0]);
    for body in [
        lines("return", &[]),
        lines("return", &[(&teapot, 0)]),
        lines("return", &[(&teapot, 1001)]),
        lines("return", &[(&teapot, 1), (&teapot, 1)]),
    ] {
        shop.order
            .put(&path, body)
            .await
            .expect_problem(422, "invalid");
    }
    shop.order
        .put(&path, lines("initial", &[(&teapot, 1)]))
        .await
        .expect_problem(400, "malformed");
}
