//! The ways through the shop, end to end.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Answer;
use tokio::time::{Instant, sleep};

use crate::{
    harness::House,
    ledger::Books,
    people::{Card, PASSWORD, Person},
    stock,
};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_buys_gets_it_and_sends_some_of_it_back() {
    let mut house = House::open("journey").await;
    let front = house.front();
    let books = Books::open(&house).await;
    let staff = Person::staff(&house).await;
    let cake = stock::named(&staff, "Gâteau aux noix", 1890, 10).await;
    let tin = stock::product(&staff, 650, 10).await;

    // A guest finds it by a misspelt name without its accent, and puts it into a cart.
    let found = front
        .get("/api/catalog/products?q=gateau%20nois&in_stock=true")
        .await
        .expect(200);
    assert_eq!(found.text("/items/0/slug"), cake.slug, "{:#}", found.body);
    let page = front
        .get(&format!("/api/catalog/products/{}", cake.slug))
        .await
        .expect(200);
    assert_eq!(
        page.body["price"],
        json!({ "amount": 1890, "currency": "EUR" })
    );
    let path = format!("/api/cart/items/{}", cake.id);
    let cart = front.put(&path, json!({ "quantity": 1 })).await.expect(200);
    let cart_token = cart.headers["x-cart-token"]
        .to_str()
        .expect("a token")
        .to_owned();
    let guest = front.with("x-cart-token", &cart_token);
    guest
        .put(
            &format!("/api/cart/items/{}", tin.id),
            json!({ "quantity": 2 }),
        )
        .await
        .expect(200);

    // Signed up, with one cake more in the cart of another device; at login the two carts add up.
    let visitor = Person::sign_up(&front).await;
    visitor.put(cake.id, 1).await;
    let visitor = Person::sign_in(&front, &visitor.email, PASSWORD).await;
    let merging = visitor.front.with("x-cart-token", &cart_token);
    let merged = merging.post("/api/cart/merge", json!({})).await.expect(200);
    assert_eq!(
        merged.body["total"]["amount"],
        2 * 1890 + 2 * 650,
        "{:#}",
        merged.body
    );
    let left = guest.get("/api/cart").await.expect(200);
    assert_eq!(left.body["items"], json!([]), "the guest's cart is gone");

    // A card that is refused buys nothing, and the key is spent.
    let empty_card = visitor.method(Card::InsufficientFunds).await;
    for _ in 0..2 {
        let refused = visitor
            .try_check_out("try", empty_card)
            .await
            .expect("an answer");
        refused.expect_problem(402, "payment-declined");
    }

    // A good one buys it all.
    let method = visitor.method(Card::Approved).await;
    let order = visitor
        .try_check_out("buy", method)
        .await
        .expect("an answer")
        .expect(201);
    assert_eq!(order.body["status"], "confirmed");
    assert_eq!(order.body["total"]["amount"], 2 * 1890 + 2 * 650);
    let again = visitor
        .try_check_out("buy", method)
        .await
        .expect("an answer")
        .expect(201);
    assert_eq!(again.body["id"], order.body["id"]);
    let id = order.text("/id");
    until_empty(&visitor).await;

    let history = visitor.front.get("/api/orders").await.expect(200);
    let statuses: Vec<_> = items(&history)
        .iter()
        .map(|it| it["status"].clone())
        .collect();
    assert_eq!(statuses, ["confirmed", "payment_failed"]);
    assert_eq!(history.body["items"][0]["id"], id.as_str());

    // It is packed, shipped and delivered, and nothing of that happens twice.
    let admin = format!("/api/orders/admin/{id}");
    let steps = [
        ("pack", json!({}), "packed"),
        (
            "ship",
            json!({ "tracking_number": "FR-42", "carrier": "La Poste" }),
            "shipped",
        ),
        ("deliver", json!({}), "delivered"),
    ];
    for (step, body, status) in steps {
        let path = format!("{admin}/{step}");
        let moved = staff.front.post(&path, body.clone()).await.expect(200);
        assert_eq!(moved.body["status"], status);
        staff
            .front
            .post(&path, body)
            .await
            .expect_problem(409, "not-allowed-now");
        let cancel = format!("/api/orders/{id}/cancel");
        let late = visitor.front.post(&cancel, json!({})).await;
        late.expect_problem(409, "not-cancellable");
    }

    // One of the two cakes comes back.
    let returns = format!("/api/orders/{id}/returns");
    let body = json!({
        "lines": [{ "product_id": cake.id, "quantity": 1 }], "reason": "One was enough",
    });
    let returned = visitor
        .front
        .post(&returns, body)
        .await
        .expect(201)
        .text("/id");
    for step in ["approve", "receive"] {
        let path = format!("/api/orders/admin/returns/{returned}/{step}");
        staff.front.post(&path, json!({})).await.expect(200);
    }
    books.settled(SOON).await;
    let detail = visitor
        .front
        .get(&format!("/api/orders/{id}"))
        .await
        .expect(200);
    assert_eq!(
        detail.body["returns"][0]["state"], "refunded",
        "{:#}",
        detail.body
    );
    assert_eq!(detail.body["refunded"]["amount"], 1890);
    let timeline: Vec<_> = detail.body["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .map(|it| it["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(
        timeline,
        [
            "placed",
            "confirmed",
            "packed",
            "shipped",
            "delivered",
            "return_requested",
            "return_approved",
            "return_received",
            "return_refunded",
        ]
    );
    let charge = &books.charges().await[&id];
    assert_eq!(
        (charge.captured, charge.refunded),
        (2 * 1890 + 2 * 650, 1890)
    );

    // Another order is called off before it is packed.
    visitor.put(tin.id, 3).await;
    let order = visitor
        .try_check_out("regret", method)
        .await
        .expect("an answer")
        .expect(201);
    let id = order.text("/id");
    let path = format!("/api/orders/{id}/cancel");
    let cancelled = visitor.front.post(&path, json!({})).await.expect(200);
    assert_eq!(cancelled.body["status"], "cancelled");
    books.settled(SOON).await;
    let detail = visitor
        .front
        .get(&format!("/api/orders/{id}"))
        .await
        .expect(200);
    assert_eq!(detail.body["refunded"], detail.body["total"]);
    let charge = &books.charges().await[&id];
    assert_eq!((charge.captured, charge.refunded), (1950, 1950));

    let report = house.audit().await;
    assert_eq!(
        report["invariants"].as_array().map(Vec::len),
        Some(5),
        "{report:#}"
    );
    books
        .expect_stock(
            &[(cake.id, 1), (tin.id, 2)].into(),
            &[(cake.id, 10), (tin.id, 10)].into(),
        )
        .await;

    // Asked to stop, every process finishes and says so.
    for (name, status) in house.stop().await {
        assert!(status.success(), "{name:?} ended with {status}");
    }
}

async fn until_empty(person: &Person) {
    let until = Instant::now() + SOON;
    loop {
        let cart = person.front.get("/api/cart").await.expect(200);
        if items(&cart).is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{:#}", cart.body);
        sleep(Duration::from_millis(20)).await;
    }
}

fn items(answer: &Answer) -> &[Value] {
    answer.body["items"].as_array().expect("items")
}
