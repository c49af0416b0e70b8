//! Those who want the same thing at the same moment.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use testkit::{Answer, Client};
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

use crate::{
    checkout::{insist, is_problem},
    harness::{House, Name},
    ledger::Books,
    people::{Card, Person},
    random::Random,
    stock::{self, Product},
};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_get_the_twenty_units_that_there_are() {
    const BUYERS: usize = 200;
    const UNITS: i64 = 20;
    let house = House::open("rush").await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 1500, UNITS).await;
    let mut queue = JoinSet::new();
    for buyer in Person::crowd(&house.front(), BUYERS).await {
        let product = product.id;
        queue.spawn(async move {
            buyer.put(product, 1).await;
            let method = buyer.method(Card::Approved).await;
            (buyer, method)
        });
    }
    let ready = queue.join_all().await;

    let mut rush = JoinSet::new();
    for (buyer, method) in ready {
        rush.spawn(async move { insist(&buyer, "the-last-ones", method).await });
    }
    let answers = rush.join_all().await;

    let sold = answers.iter().filter(|it| it.answer.status == 201).count();
    let too_late = answers
        .iter()
        .filter(|it| it.answer.status == 409 && is_problem(&it.answer, "out-of-stock"))
        .count();
    assert_eq!((sold, too_late), (20, BUYERS - 20));
    house.audit().await;
    let books = Books::open(&house).await;
    books
        .expect_stock(&[(product.id, UNITS)].into(), &[(product.id, UNITS)].into())
        .await;
    // Whoever was too late was not charged, not even for a moment.
    let charges = books.charges().await;
    assert_eq!(charges.len(), 20);
    assert!(
        charges
            .values()
            .all(|it| it.captured == 1500 && it.refunded == 0)
    );
    assert_eq!(books.orders().await.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_sent_twenty_times_at_once_makes_one_order() {
    let house = House::open_with("twins", &[(Name::Acquirer, "SLOW_MS", "600")]).await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 2500, 1000).await;
    let books = Books::open(&house).await;
    let mut sold = 0;
    for card in Card::ALL {
        let buyer = Person::sign_up(&house.front()).await;
        let method = buyer.method(card).await;
        buyer.put(product.id, 2).await;

        let mut twins = JoinSet::new();
        for _ in 0..20 {
            let buyer = buyer.clone();
            twins.spawn(async move {
                let first = buyer
                    .try_check_out("twins", method)
                    .await
                    .expect("an answer");
                (first, insist(&buyer, "twins", method).await.answer)
            });
        }
        let twins = twins.join_all().await;

        let [order] = &books.orders_of(buyer.id).await[..] else {
            panic!("{card:?} has {:?}", books.orders_of(buyer.id).await);
        };
        for (first, last) in &twins {
            if card.is_good() {
                assert_eq!(last.status, 201, "{card:?}: {:#}", last.body);
                assert_eq!(last.text("/id"), order.id.to_string());
            } else {
                last.clone().expect_problem(402, "payment-declined");
            }
            // An early answer is the same answer, or none.
            let is_open =
                is_problem(first, "checkout-in-progress") || is_problem(first, "outcome-unknown");
            assert!(is_open || first.status == last.status, "{:#}", first.body);
            assert!(
                is_open || first.body["id"] == last.body["id"],
                "{:#}",
                first.body
            );
        }
        books.settled(SOON).await;
        let charges = books.charges().await;
        let charge = &charges[&order.id.to_string()];
        let expected = if card.is_good() {
            (5000, 0, 1)
        } else {
            (0, 0, 0)
        };
        assert_eq!(
            (charge.captured, charge.refunded, charge.captures),
            expected,
            "{card:?}"
        );
        sold += if card.is_good() { 2 } else { 0 };
    }
    house.audit().await;
    books
        .expect_stock(&[(product.id, sold)].into(), &[(product.id, 1000)].into())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_with_two_bodies_at_once_is_one_of_them() {
    let house = House::open("bodies").await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 2500, 1000).await;
    let books = Books::open(&house).await;
    for round in 0..5 {
        let buyer = Person::sign_up(&house.front()).await;
        let methods = [
            buyer.method(Card::Approved).await,
            buyer.method(Card::Approved).await,
        ];
        buyer.put(product.id, 1).await;

        let mut both = JoinSet::new();
        for method in methods.repeat(4) {
            let buyer = buyer.clone();
            both.spawn(async move { (method, insist(&buyer, "one", method).await.answer) });
        }
        let answers = both.join_all().await;

        assert_eq!(books.orders_of(buyer.id).await.len(), 1, "round {round}");
        let winners: std::collections::BTreeSet<_> = answers
            .iter()
            .filter(|(_, answer)| answer.status == 201)
            .map(|(method, _)| *method)
            .collect();
        assert_eq!(winners.len(), 1, "round {round}");
        for (method, answer) in answers {
            if !winners.contains(&method) {
                answer.expect_problem(422, "idempotency-key-reused");
            }
        }
    }
    house.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returns_that_race_give_no_more_back_than_was_bought() {
    let house = House::open("returns").await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 1999, 100).await;
    let books = Books::open(&house).await;
    let mut kept = 0;
    for round in 0..5 {
        let buyer = Person::sign_up(&house.front()).await;
        let order = delivered(&buyer, &staff, &product, 5).await;

        // Eight want to send two of five back: two of them can.
        let path = format!("/api/orders/{order}/returns");
        let body = json!({
            "lines": [{ "product_id": product.id, "quantity": 2 }], "reason": "Too many",
        });
        let requests = at_once(8, |_| {
            let (front, path, body) = (buyer.front.clone(), path.clone(), body.clone());
            async move { front.post(&path, body).await }
        });
        let returns = winners(requests.await, 201, "return-exceeds-purchase");
        assert_eq!(returns.len(), 2, "round {round}");
        let ids: Vec<_> = returns.iter().map(|it| it.text("/id")).collect();

        for (step, allowed) in [("approve", 2), ("receive", 2)] {
            let steps = at_once(8, |it| {
                let path = format!("/api/orders/admin/returns/{}/{step}", ids[it % 2]);
                let front = staff.front.clone();
                async move { front.post(&path, json!({})).await }
            });
            let won = winners(steps.await, 200, "not-allowed-now");
            assert_eq!(won.len(), allowed, "{step} in round {round}");
        }

        books.settled(SOON).await;
        let charge = &books.charges().await[&order.to_string()];
        assert_eq!((charge.captured, charge.refunded), (5 * 1999, 4 * 1999));
        let detail = buyer
            .front
            .get(&format!("/api/orders/{order}"))
            .await
            .expect(200);
        for returned in detail.body["returns"].as_array().expect("returns") {
            assert_eq!(returned["state"], "refunded");
        }
        kept += 1;
        house.audit().await;
    }
    books
        .expect_stock(&[(product.id, kept)].into(), &[(product.id, 100)].into())
        .await;
}

/// Straight at the payment service, which must not rely on the order service to ask in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_that_race_never_exceed_the_capture() {
    let house = House::open("refunds").await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 10_000, 100).await;
    let books = Books::open(&house).await;
    let payments = as_order_service(&house, "payment", "payments").await;
    for round in 0..5 {
        let buyer = Person::sign_up(&house.front()).await;
        let order = bought(&buyer, &product, 1).await;
        let refund = |id: Uuid, amount: i64| {
            let path = format!("/internal/payments/{order}/refunds/{id}");
            let amount = json!({ "amount": amount, "currency": "EUR" });
            let body = json!({ "amount": amount, "reason": "return" });
            let payments = payments.clone();
            async move { payments.put(&path, body).await }
        };

        // There is enough for one of eight.
        let different = at_once(8, |_| refund(Uuid::now_v7(), 6000)).await;
        let won = winners(different, 200, "refund-exceeds-capture");
        assert_eq!(won.len(), 1, "round {round}");
        // The same one, eight times.
        let id = Uuid::now_v7();
        for answer in at_once(8, |_| refund(id, 3000)).await {
            answer.expect(200);
        }
        let charge = books.charges().await[&order.to_string()].clone();
        assert_eq!(
            (charge.captured, charge.refunded),
            (10_000, 9000),
            "round {round}"
        );

        // The rest is wanted by cancellations and refunds.
        let cancel = format!("/internal/payments/{order}/cancel");
        let rest = at_once(8, |it| {
            let refund = refund(Uuid::now_v7(), 1000);
            let (payments, cancel) = (payments.clone(), cancel.clone());
            async move {
                if it % 2 == 0 {
                    payments.post(&cancel, json!({})).await
                } else {
                    refund.await
                }
            }
        });
        for (index, answer) in rest.await.into_iter().enumerate() {
            if index % 2 == 0 {
                assert_eq!(answer.expect(200).body["status"], "cancelled");
            } else if answer.status != 200 {
                answer.expect_problem(409, "refund-exceeds-capture");
            }
        }
        let charge = books.charges().await[&order.to_string()].clone();
        assert_eq!(
            (charge.captured, charge.refunded),
            (10_000, 10_000),
            "round {round}"
        );
    }
    books.expect_payments_as_the_acquirer_has_them().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_cancelled_or_packed_and_never_both() {
    const ROUNDS: usize = 30;
    let house = House::open("packing").await;
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 700, 1000).await;
    let books = Books::open(&house).await;
    let buyer = Person::sign_up(&house.front()).await;
    let mut random = Random::new(1183, 0);
    let mut ends: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for round in 0..ROUNDS {
        let order = bought(&buyer, &product, 1).await;
        if round % 3 != 0 {
            books.settled(SOON).await;
        }
        // Each goes first once, so that both ends are seen; then chance decides.
        let [before_cancel, before_pack] = match round {
            1 => [0, 100],
            2 => [100, 0],
            _ => [random.below(10), random.below(10)],
        };
        let wait = |ms: usize| sleep(Duration::from_millis(u64::try_from(ms).expect("small")));
        let cancel = async {
            wait(before_cancel).await;
            let path = format!("/api/orders/{order}/cancel");
            buyer.front.post(&path, json!({})).await
        };
        let pack = async {
            wait(before_pack).await;
            let path = format!("/api/orders/admin/{order}/pack");
            staff.front.post(&path, json!({})).await
        };
        let (cancel, pack) = tokio::join!(cancel, pack);

        let end = match (cancel.status, pack.status) {
            (200, 409) => {
                pack.expect_problem(409, "not-allowed-now");
                "cancelled"
            }
            (409, 200) => {
                cancel.expect_problem(409, "not-cancellable");
                "packed"
            }
            _ => panic!("round {round}: {:#} {:#}", cancel.body, pack.body),
        };
        let detail = buyer
            .front
            .get(&format!("/api/orders/{order}"))
            .await
            .expect(200);
        assert_eq!(detail.body["status"], end);
        ends.entry(end.to_owned()).or_default().push(order);
    }
    house.audit().await;
    println!(
        "cancelled {}, packed {}",
        ends["cancelled"].len(),
        ends["packed"].len()
    );

    let charges = books.charges().await;
    for (end, refunded) in [("cancelled", 700), ("packed", 0)] {
        for order in &ends[end] {
            let charge = &charges[&order.to_string()];
            assert_eq!(
                (charge.captured, charge.refunded),
                (700, refunded),
                "{order} is {end}"
            );
        }
    }
    let packed = i64::try_from(ends["packed"].len()).expect("a count");
    books
        .expect_stock(&[(product.id, packed)].into(), &[(product.id, 1000)].into())
        .await;
}

/// What `count` calls are answered that are made at the same time, in the order of the calls.
async fn at_once<F>(count: usize, call: impl Fn(usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut calls = JoinSet::new();
    for index in 0..count {
        let call = call(index);
        calls.spawn(async move { (index, call.await) });
    }
    let mut answers = calls.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The answers of those who got it; all others were told why not.
#[track_caller]
fn winners(answers: Vec<Answer>, status: u16, otherwise: &str) -> Vec<Answer> {
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it.status == status);
    for answer in lost {
        answer.expect_problem(409, otherwise);
    }
    won
}

/// A confirmed order of so many units; its id.
async fn bought(buyer: &Person, product: &Product, quantity: u32) -> Uuid {
    buyer.put(product.id, quantity).await;
    let method = buyer.method(Card::Approved).await;
    let told = insist(buyer, &Uuid::new_v4().to_string(), method).await;
    let order = told.answer.expect(201).text("/id").parse().expect("an id");
    // Its card is not needed again, and a person may keep twenty at most.
    let path = format!("/api/payments/methods/{method}");
    buyer.front.delete(&path).await.expect(204);
    // Until the cart is empty the next order would buy the same again.
    while buyer.front.get("/api/cart").await.expect(200).body["items"] != Value::Array(Vec::new()) {
        sleep(Duration::from_millis(20)).await;
    }
    order
}

/// An order of so many units that has arrived; its id.
async fn delivered(buyer: &Person, staff: &Person, product: &Product, quantity: u32) -> Uuid {
    let order = bought(buyer, product, quantity).await;
    for (step, body) in [
        ("pack", json!({})),
        ("ship", json!({ "tracking_number": "FR-42" })),
        ("deliver", json!({})),
    ] {
        let path = format!("/api/orders/admin/{order}/{step}");
        staff.front.post(&path, body).await.expect(200);
    }
    order
}

/// A service as the order service calls it.
async fn as_order_service(house: &House, audience: &str, scope: &str) -> Client {
    let body = json!({
        "client_id": "order", "client_secret": house.environment(Name::Order)["SERVICE_SECRET"],
        "audience": audience, "scope": scope,
    });
    let token = house
        .client(Name::Auth)
        .post("/internal/token", body)
        .await
        .expect(200);
    house
        .client(Name::Payment)
        .bearer(&token.text("/access_token"))
}
