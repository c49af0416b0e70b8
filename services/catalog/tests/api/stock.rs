use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{open_with_category, thing};

fn path(id: &str) -> String {
    format!("/api/catalog/admin/products/{id}/stock")
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn staff_change_the_stock_and_leave_a_trace(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let clerk = shop.authority.staff();
    let client = shop.visitor.bearer(&clerk.token);
    let id = shop.add(thing("teapot", 100, 5)).await;
    let other = shop.add(thing("kettle", 100, 7)).await;
    let add = json!({ "delta": 10, "reason": "restock", "note": "Tuesday's van" });
    let level = client.post(&path(&id), add).await.expect(200).body;
    assert_eq!(
        level,
        json!({ "product_id": id, "available": 15, "reserved": 0, "sold": 0 })
    );
    client
        .post(&path(&id), json!({ "delta": -15, "reason": "adjustment" }))
        .await
        .expect(200);
    client
        .post(&path(&id), json!({ "delta": -1, "reason": "adjustment" }))
        .await
        .expect_problem(409, "insufficient-stock");
    assert_eq!(shop.level(&id).await, [0, 0, 0]);
    assert_eq!(shop.level(&other).await, [7, 0, 0]);

    let body = client
        .get(&format!("{}/movements", path(&id)))
        .await
        .expect(200)
        .body;
    let seen: Vec<_> = body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["delta"].as_i64().unwrap(),
                it["reason"].as_str().unwrap(),
                it["note"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (-15, "adjustment", None),
            (10, "restock", Some("Tuesday's van")),
            (5, "initial", None)
        ]
    );
    assert_eq!(body["items"][0]["by"], clerk.id.to_string());
    shop.assert_i4().await;

    let page = client
        .get(&format!("{}/movements?limit=2", path(&id)))
        .await
        .expect(200)
        .body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = client
        .get(&format!("{}/movements?limit=2&cursor={cursor}", path(&id)))
        .await
        .expect(200)
        .body;
    assert_eq!(rest["items"][0]["reason"], "initial");
    assert_eq!(rest["next_cursor"], json!(null));
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_makes_no_sense_is_refused(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 100, 5)).await;
    for (body, status, slug) in [
        (json!({ "delta": 0, "reason": "restock" }), 422, "invalid"),
        (
            json!({ "delta": 100_001, "reason": "restock" }),
            422,
            "invalid",
        ),
        (
            json!({ "delta": 1, "reason": "restock", "note": "a".repeat(501) }),
            422,
            "invalid",
        ),
        (json!({ "delta": 1, "reason": "initial" }), 400, "malformed"),
        (
            json!({ "delta": 1, "reason": "cancellation" }),
            400,
            "malformed",
        ),
        (json!({ "delta": 1 }), 400, "malformed"),
        (
            json!({ "delta": 1, "reason": "restock", "by": "me" }),
            400,
            "malformed",
        ),
    ] {
        shop.staff
            .post(&path(&id), body)
            .await
            .expect_problem(status, slug);
    }
    let nobody = path(&Uuid::now_v7().to_string());
    let one = json!({ "delta": 1, "reason": "restock" });
    shop.staff
        .post(&nobody, one)
        .await
        .expect_problem(404, "not-found");
    shop.staff
        .get(&format!("{nobody}/movements"))
        .await
        .expect_problem(404, "not-found");
    let movements = format!("{}/movements", path(&id));
    shop.staff
        .get(&format!("{movements}?limit=0"))
        .await
        .expect_problem(422, "invalid");
    shop.staff
        .get(&format!("{movements}?cursor=no"))
        .await
        .expect_problem(400, "bad-cursor");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn staff_cannot_take_what_a_checkout_holds(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("teapot", 100, 5)).await;
    let reservation = format!("/internal/reservations/{}", Uuid::now_v7());
    let lines = json!({ "lines": [{ "product_id": id, "quantity": 4 }] });
    shop.order.put(&reservation, lines).await.expect(200);
    let take = json!({ "delta": -2, "reason": "adjustment" });
    shop.staff
        .post(&path(&id), take)
        .await
        .expect_problem(409, "insufficient-stock");
    assert_eq!(shop.level(&id).await, [1, 4, 0]);
}
