//! Sending things back.

use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Client};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{fake::Trouble, kinds, open};

fn wanted(lines: &[(Uuid, i64)]) -> Value {
    let lines: Vec<_> = lines
        .iter()
        .map(|(product, quantity)| json!({ "product_id": product, "quantity": quantity }))
        .collect();
    json!({ "lines": lines, "reason": "too blue" })
}

async fn send_back(buyer: &Client, order: Uuid, lines: &[(Uuid, i64)]) -> Answer {
    buyer
        .post(&format!("/api/orders/{order}/returns"), wanted(lines))
        .await
}

async fn step(staff: &Client, id: &str, step: &str) -> Answer {
    let body = if step == "refuse" {
        json!({ "reason": "worn" })
    } else {
        json!({})
    };
    staff
        .post(&format!("/api/orders/admin/returns/{id}/{step}"), body)
        .await
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn what_comes_back_is_paid_back_by_line_and_restocked(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, five) = shop.shopper();
    let order = shop.delivered(&buyer).await;
    let asked = send_back(&buyer.client, order, &[(ten, 1), (five, 1)])
        .await
        .expect(201);
    assert_eq!(asked.body["state"], "requested");
    assert_eq!(
        asked.body["refund"],
        json!({ "amount": 1550, "currency": "EUR" })
    );
    assert_eq!(asked.body["lines"][0]["name"], "Thing at 1000");
    let id = asked.text("/id");

    let staff = shop.staff();
    let listed = staff
        .get("/api/orders/admin/returns?state=requested")
        .await
        .expect(200);
    assert_eq!(listed.text("/items/0/id"), id);
    assert_eq!(listed.body["items"][0]["user_id"], json!(buyer.user.id));
    assert_eq!(
        step(&staff, &id, "approve").await.expect(200).body["state"],
        "approved"
    );
    // On a busy machine the money may be back before the answer is.
    let received = step(&staff, &id, "receive")
        .await
        .expect(200)
        .text("/state");
    assert!(["received", "refunded"].contains(&received.as_str()));
    shop.settled(order).await;

    let seen = buyer.order(order).await;
    assert_eq!(seen["returns"][0]["state"], "refunded");
    assert_eq!(seen["refunded"]["amount"], 1550);
    assert_eq!(
        kinds(&seen)[5..],
        [
            "return_requested",
            "return_approved",
            "return_received",
            "return_refunded"
        ]
    );
    {
        let state = shop.fake.state();
        assert_eq!(state.payments[&order].refunded(), 1550);
        assert_eq!(
            (state.products[&ten].available, state.products[&ten].sold),
            (49, 1)
        );
        assert_eq!(
            (state.products[&five].available, state.products[&five].sold),
            (50, 0)
        );
    }
    let path = format!("/api/orders/{order}/returns");
    let listed = buyer.client.get(&path).await.expect(200);
    assert_eq!(listed.body["items"], seen["returns"]);
    let none = staff
        .get("/api/orders/admin/returns?state=requested")
        .await
        .expect(200);
    assert_eq!(none.body["items"], json!([]));
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn staff_see_the_returns_of_one_order(pool: PgPool) {
    let shop = open(pool).await;
    let (one, ten, five) = shop.shopper();
    let (two, other, _) = shop.shopper();
    let (order, others) = (shop.delivered(&one).await, shop.delivered(&two).await);
    let mut asked = Vec::new();
    for product in [ten, five] {
        let answer = send_back(&one.client, order, &[(product, 1)]).await;
        asked.push(answer.expect(201).text("/id"));
    }
    send_back(&two.client, others, &[(other, 1)])
        .await
        .expect(201);
    let staff = shop.staff();
    step(&staff, &asked[0], "approve").await.expect(200);

    let found = async |query: String| {
        let page = staff
            .get(&format!("/api/orders/admin/returns?{query}"))
            .await
            .expect(200)
            .body;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    let newest_first = [json!(asked[1]), json!(asked[0])];
    assert_eq!(found(format!("order={order}")).await, newest_first);
    assert_eq!(found(format!("order={others}")).await.len(), 1);
    assert_eq!(found(String::new()).await.len(), 3);
    let approved = found(format!("order={order}&state=approved")).await;
    assert_eq!(approved, newest_first[1..]);
    let first = found(format!("order={order}&limit=1")).await;
    assert_eq!(first, newest_first[..1]);
    let rest = found(format!("order={order}&limit=1&cursor={}", asked[1])).await;
    assert_eq!(rest, newest_first[1..]);
    assert_eq!(found(format!("order={}", Uuid::now_v7())).await, [""; 0]);
    let wrong = staff.get("/api/orders/admin/returns?order=x").await;
    wrong.expect_problem(400, "malformed");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn no_more_can_come_back_than_was_bought(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, five) = shop.shopper();
    let order = shop.delivered(&buyer).await;
    let back = |lines| {
        let client = buyer.client.clone();
        async move { send_back(&client, order, lines).await }
    };
    let exceeds = "return-exceeds-purchase";
    send_back(&buyer.client, order, &[(ten, 3)])
        .await
        .expect_problem(409, exceeds);
    let first = send_back(&buyer.client, order, &[(ten, 1)])
        .await
        .expect(201);
    send_back(&buyer.client, order, &[(five, 1), (ten, 2)])
        .await
        .expect_problem(409, exceeds);

    // What is refused can be asked for again.
    let staff = shop.staff();
    let refused = step(&staff, &first.text("/id"), "refuse").await.expect(200);
    assert_eq!(refused.body["state"], "refused");
    assert_eq!(refused.body["refusal"], "worn");
    send_back(&buyer.client, order, &[(ten, 2)])
        .await
        .expect(201);
    send_back(&buyer.client, order, &[(ten, 1)])
        .await
        .expect_problem(409, exceeds);

    let stranger = [(Uuid::now_v7(), 1)];
    send_back(&buyer.client, order, &stranger)
        .await
        .expect_problem(422, "invalid");
    let twice = [(five, 1), (five, 1)];
    send_back(&buyer.client, order, &twice)
        .await
        .expect_problem(422, "invalid");
    for quantity in [0, -1] {
        let lines = [(five, quantity)];
        send_back(&buyer.client, order, &lines)
            .await
            .expect_problem(422, "invalid");
    }
    back(&[]).await.expect_problem(422, "invalid");
    assert!(
        shop.holds(
            "select sum(quantity) = 3 from return_lines where order_id = $1",
            order
        )
        .await
    );
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn racing_returns_share_what_was_bought(pool: PgPool) {
    let shop = open(pool).await;
    let buyer = shop.buyer();
    let product = shop.product(700, 100);
    shop.fill_cart(&buyer, &[(product, 5)]);
    let order = shop.delivered(&buyer).await;
    let mut racing = JoinSet::new();
    for _ in 0..12 {
        let client = buyer.client.clone();
        racing.spawn(async move { send_back(&client, order, &[(product, 2)]).await.status });
    }
    let mut statuses = racing.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[..2], [201, 201]);
    assert!(statuses[2..].iter().all(|it| *it == 409), "{statuses:?}");
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn a_return_is_received_and_paid_once(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let order = shop.delivered(&buyer).await;
    let id = send_back(&buyer.client, order, &[(ten, 2)])
        .await
        .expect(201)
        .text("/id");
    let staff = shop.staff();
    step(&staff, &id, "receive")
        .await
        .expect_problem(409, "not-allowed-now");
    step(&staff, &id, "approve").await.expect(200);
    step(&staff, &id, "approve")
        .await
        .expect_problem(409, "not-allowed-now");
    step(&staff, &id, "refuse")
        .await
        .expect_problem(409, "not-allowed-now");

    shop.fake.trouble("refund", Trouble::AnswerLost);
    shop.fake.trouble("restock", Trouble::AnswerLost);
    let mut racing = JoinSet::new();
    for _ in 0..8 {
        let (staff, id) = (staff.clone(), id.clone());
        racing.spawn(async move { step(&staff, &id, "receive").await.status });
    }
    let statuses = racing.join_all().await;
    assert_eq!(
        statuses.iter().filter(|it| **it == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|it| **it == 409).count(),
        7,
        "{statuses:?}"
    );
    shop.eventually(
        "select count(*) = 2 and bool_and(attempts >= 2) from outbox where order_id = $1",
        order,
    )
    .await;
    assert_eq!(buyer.order(order).await["refunded"]["amount"], 0);
    shop.fake.well("refund");
    shop.fake.well("restock");
    shop.settled(order).await;
    assert_eq!(buyer.order(order).await["refunded"]["amount"], 2000);
    let state = shop.fake.state();
    assert_eq!(state.payments[&order].refunded(), 2000);
    assert_eq!(state.products[&ten].available, 50);
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn only_what_was_delivered_comes_back(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ten, _) = shop.shopper();
    let order = shop.bought(&buyer).await;
    send_back(&buyer.client, order, &[(ten, 1)])
        .await
        .expect_problem(409, "not-returnable");
    let nobody = Uuid::now_v7();
    send_back(&buyer.client, nobody, &[(ten, 1)])
        .await
        .expect_problem(404, "not-found");
    for name in ["approve", "refuse", "receive"] {
        step(&shop.staff(), &nobody.to_string(), name)
            .await
            .expect_problem(404, "not-found");
    }
}

#[sqlx::test(migrator = "order::MIGRATIONS")]
async fn the_database_itself_keeps_refunds_below_the_total(pool: PgPool) {
    let shop = open(pool).await;
    let (buyer, ..) = shop.shopper();
    let order = shop.bought(&buyer).await;
    let beyond = sqlx::query("update orders set refunded_amount = total_amount + 1 where id = $1")
        .bind(order)
        .execute(&shop.pool)
        .await;
    let beyond = beyond.unwrap_err();
    assert!(chassis::violates(&beyond, "orders_refunded_at_most_total"));
}
