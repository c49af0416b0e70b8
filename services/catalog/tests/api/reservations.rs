use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Shop, open_with_category, thing};

pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

pub(crate) fn path(id: &str) -> String {
    format!("/internal/reservations/{id}")
}

pub(crate) fn lines(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<_> = lines
        .iter()
        .map(|(id, quantity)| json!({ "product_id": id, "quantity": quantity }))
        .collect();
    json!({ "lines": lines })
}

impl Shop {
    pub(crate) async fn commit(&self, id: &str) -> testkit::Answer {
        self.order
            .post(&format!("{}/commit", path(id)), json!({}))
            .await
    }

    pub(crate) async fn release(&self, id: &str) -> testkit::Answer {
        self.order
            .post(&format!("{}/release", path(id)), json!({}))
            .await
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_reservation_takes_units_at_the_price_of_the_moment(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 1999, 5)).await;
    let kettle = shop.add(thing("kettle", 500, 5)).await;
    let spoon = shop.add(thing("spoon", 100, 5)).await;
    let id = new_id();
    // The order of the request is kept, whatever the ids.
    let first = shop
        .order
        .put(&path(&id), lines(&[(&kettle, 2), (&teapot, 1)]))
        .await
        .expect(200);
    let line = |id: &str, name: &str, quantity: i64, price: i64| {
        json!({
            "product_id": id, "name": name, "name_fr": format!("{name} fr"), "quantity": quantity,
            "unit_price": { "amount": price, "currency": "EUR" },
        })
    };
    assert_eq!(first.body["id"], json!(id));
    assert_eq!(first.body["state"], "reserved");
    assert_eq!(
        first.body["lines"],
        json!([
            line(&kettle, "kettle", 2, 500),
            line(&teapot, "teapot", 1, 1999)
        ])
    );
    let expires: chrono::DateTime<chrono::Utc> = first.text("/expires_at").parse().unwrap();
    let left = (expires - chrono::Utc::now()).num_seconds();
    assert!((800..=900).contains(&left), "{left}");

    // The same call again, whatever it says now, gets what was promised.
    let dearer = json!({ "price": { "amount": 9999, "currency": "EUR" }, "name": "Pot" });
    shop.staff
        .patch(&format!("/api/catalog/admin/products/{teapot}"), dearer)
        .await
        .expect(200);
    let again = shop
        .order
        .put(&path(&id), lines(&[(&spoon, 5)]))
        .await
        .expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!(shop.level(&teapot).await, [4, 1, 0]);
    assert_eq!(shop.level(&kettle).await, [3, 2, 0]);
    assert_eq!(shop.level(&spoon).await, [5, 0, 0]);

    for _ in 0..2 {
        let committed = shop.commit(&id).await.expect(200);
        assert_eq!(committed.body["state"], "committed");
        assert_eq!(committed.body["lines"], first.body["lines"]);
    }
    assert_eq!(shop.level(&teapot).await, [4, 0, 1]);
    assert_eq!(shop.level(&kettle).await, [3, 0, 2]);
    let late = shop
        .order
        .put(&path(&id), lines(&[(&spoon, 5)]))
        .await
        .expect(200);
    assert_eq!(
        (&late.body["state"], &late.body["lines"]),
        (&json!("committed"), &first.body["lines"])
    );
    shop.release(&id).await.expect_problem(409, "committed");
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn all_lines_or_none(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let kettle = shop.add(thing("kettle", 100, 1)).await;
    let spoon = shop.add(thing("spoon", 100, 0)).await;
    let id = new_id();
    let wanted = lines(&[(&kettle, 2), (&teapot, 1), (&spoon, 1)]);
    let answer = shop
        .order
        .put(&path(&id), wanted)
        .await
        .expect_problem(409, "out-of-stock");
    let fields: Vec<_> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["lines[0]", "lines[2]"]);
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    // Nothing was remembered: the same id may ask for less.
    shop.order
        .put(&path(&id), lines(&[(&kettle, 1)]))
        .await
        .expect(200);
    assert_eq!(shop.level(&kettle).await, [0, 1, 0]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_is_not_sold_cannot_be_reserved(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let retired = shop.add(thing("kettle", 100, 5)).await;
    shop.staff
        .delete(&format!("/api/catalog/admin/products/{retired}"))
        .await
        .expect(204);
    for bad in [retired, new_id()] {
        let wanted = lines(&[(&teapot, 1), (&bad, 1)]);
        let answer = shop
            .order
            .put(&path(&new_id()), wanted)
            .await
            .expect_problem(422, "unknown-product");
        assert_eq!(answer.text("/errors/0/field"), "lines[1]");
    }
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    let many: Vec<_> = (0..101).map(|_| (new_id(), 1)).collect();
    let many: Vec<_> = many
        .iter()
        .map(|(id, quantity)| (id.as_str(), *quantity))
        .collect();
    for wanted in [
        lines(&[]),
        lines(&[(&teapot, 0)]),
        lines(&[(&teapot, 1001)]),
        lines(&[(&teapot, 1), (&teapot, 1)]),
        lines(&many),
    ] {
        shop.order
            .put(&path(&new_id()), wanted)
            .await
            .expect_problem(422, "invalid");
    }
    shop.order
        .put(&path("not-an-id"), lines(&[(&teapot, 1)]))
        .await
        .expect_problem(404, "not-found");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_release_gives_back_and_is_final(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let id = new_id();
    shop.order
        .put(&path(&id), lines(&[(&teapot, 3)]))
        .await
        .expect(200);
    for _ in 0..2 {
        let released = shop.release(&id).await.expect(200);
        assert_eq!(released.body["state"], "released");
    }
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    shop.commit(&id).await.expect_problem(409, "released");
    shop.order
        .put(&path(&id), lines(&[(&teapot, 1)]))
        .await
        .expect_problem(409, "released");
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_release_before_the_reserve_is_remembered(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let id = new_id();
    let released = shop.release(&id).await.expect(200);
    assert_eq!(
        (&released.body["state"], &released.body["lines"]),
        (&json!("released"), &json!([]))
    );
    shop.order
        .put(&path(&id), lines(&[(&teapot, 1)]))
        .await
        .expect_problem(409, "released");
    assert_eq!(shop.level(&teapot).await, [5, 0, 0]);
    shop.commit(&new_id())
        .await
        .expect_problem(404, "not-found");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_runs_out_goes_back_on_the_shelf(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 5)).await;
    let [over, alive, sold] = [new_id(), new_id(), new_id()];
    for id in [&over, &alive, &sold] {
        shop.order
            .put(&path(id), lines(&[(&teapot, 1)]))
            .await
            .expect(200);
    }
    shop.commit(&sold).await.expect(200);
    shop.run_out(&over).await;
    shop.run_out(&sold).await;
    assert_eq!(catalog::expire(&shop.pool).await.unwrap(), 1);
    assert_eq!(catalog::expire(&shop.pool).await.unwrap(), 0);
    assert_eq!(shop.level(&teapot).await, [3, 1, 1]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn one_sweep_may_hold_many_lines_of_one_product(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 150)).await;
    for _ in 0..120 {
        let id = new_id();
        shop.order
            .put(&path(&id), lines(&[(&teapot, 1)]))
            .await
            .expect(200);
        shop.run_out(&id).await;
    }
    assert_eq!(shop.level(&teapot).await, [30, 120, 0]);
    assert_eq!(catalog::expire(&shop.pool).await.unwrap(), 100);
    assert_eq!(catalog::expire(&shop.pool).await.unwrap(), 20);
    assert_eq!(shop.level(&teapot).await, [150, 0, 0]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_commit_after_expiry_takes_the_units_again_or_is_refused(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 3)).await;
    let kettle = shop.add(thing("kettle", 100, 3)).await;

    let lucky = new_id();
    shop.order
        .put(&path(&lucky), lines(&[(&teapot, 1)]))
        .await
        .expect(200);
    shop.run_out(&lucky).await;
    catalog::expire(&shop.pool).await.unwrap();
    assert_eq!(shop.level(&teapot).await, [3, 0, 0]);
    assert_eq!(
        shop.commit(&lucky).await.expect(200).body["state"],
        "committed"
    );
    assert_eq!(shop.level(&teapot).await, [2, 0, 1]);

    let unlucky = new_id();
    shop.order
        .put(&path(&unlucky), lines(&[(&kettle, 1), (&teapot, 2)]))
        .await
        .expect(200);
    shop.run_out(&unlucky).await;
    catalog::expire(&shop.pool).await.unwrap();
    shop.order
        .put(&path(&new_id()), lines(&[(&teapot, 1)]))
        .await
        .expect(200);
    let refused = shop
        .commit(&unlucky)
        .await
        .expect_problem(409, "out-of-stock");
    assert_eq!(refused.text("/errors/0/field"), "lines[1]");
    assert_eq!(shop.level(&kettle).await, [3, 0, 0]);
    assert_eq!(
        shop.release(&unlucky).await.expect(200).body["state"],
        "released"
    );
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_is_over_but_not_swept_counts_as_over(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 3)).await;
    let kettle = shop.add(thing("kettle", 200, 3)).await;
    let id = new_id();

    // Reserved anew, with the lines of the body: its own units count as free.
    shop.order
        .put(&path(&id), lines(&[(&teapot, 3)]))
        .await
        .expect(200);
    shop.run_out(&id).await;
    let anew = shop
        .order
        .put(&path(&id), lines(&[(&teapot, 2), (&kettle, 1)]))
        .await
        .expect(200);
    assert_eq!(anew.body["lines"].as_array().unwrap().len(), 2);
    assert_eq!(shop.level(&teapot).await, [1, 2, 0]);
    shop.assert_i4().await;

    // Refused anew: as if it had just expired, and it may be asked for again.
    shop.run_out(&id).await;
    shop.order
        .put(&path(&id), lines(&[(&teapot, 4)]))
        .await
        .expect_problem(409, "out-of-stock");
    shop.assert_i4().await;
    catalog::expire(&shop.pool).await.unwrap();
    assert_eq!(shop.level(&teapot).await, [3, 0, 0]);
    shop.order
        .put(&path(&id), lines(&[(&kettle, 2)]))
        .await
        .expect(200);
    assert_eq!(shop.level(&kettle).await, [1, 2, 0]);

    // Committed and released while over.
    shop.run_out(&id).await;
    assert_eq!(
        shop.commit(&id).await.expect(200).body["state"],
        "committed"
    );
    let other = new_id();
    shop.order
        .put(&path(&other), lines(&[(&teapot, 1)]))
        .await
        .expect(200);
    shop.run_out(&other).await;
    shop.release(&other).await.expect(200);
    assert_eq!(shop.level(&teapot).await, [3, 0, 0]);
    assert_eq!(shop.level(&kettle).await, [1, 0, 2]);
    shop.assert_i4().await;
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn outcomes_are_counted(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let teapot = shop.add(thing("teapot", 100, 1)).await;
    let id = new_id();
    shop.order
        .put(&path(&id), lines(&[(&teapot, 1)]))
        .await
        .expect(200);
    shop.order
        .put(&path(&new_id()), lines(&[(&teapot, 1)]))
        .await
        .expect(409);
    shop.commit(&id).await.expect(200);
    shop.release(&id).await.expect(409);
    let metrics = testkit::Client::new(shop.running.management_url())
        .get("/metrics")
        .await
        .expect(200);
    let Value::String(metrics) = metrics.body else {
        panic!("not text")
    };
    for line in [
        r#"reservations_total{outcome="reserved",service="catalog"} 1"#,
        r#"reservations_total{outcome="out_of_stock",service="catalog"} 1"#,
        r#"reservations_total{outcome="committed",service="catalog"} 1"#,
        r#"reservations_total{outcome="refused",service="catalog"} 1"#,
        r#"stock_outs_total{service="catalog"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}
