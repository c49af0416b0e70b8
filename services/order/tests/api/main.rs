//! Orders, over HTTP, against a database of its own per test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

mod access;
mod audits;
mod checkout;
mod fake;
mod fulfilment;
mod history;
mod measures;
mod openapi;
mod outbox;
mod recovery;
mod returns;
mod summary;

use std::time::{Duration, Instant};

use chassis::{Http, Running};
use order::Service;
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Authority, Client, User};
use uuid::Uuid;

use crate::fake::{Card, Fake, Product};

/// A shop with one service that is real.
pub(crate) struct Shop {
    pub(crate) running: Running,
    pub(crate) pool: PgPool,
    pub(crate) fake: Fake,
    pub(crate) authority: Authority,
    pub(crate) client: Client,
}

/// A customer with a card that is approved.
pub(crate) struct Buyer {
    pub(crate) user: User,
    pub(crate) client: Client,
    pub(crate) method: Uuid,
}

pub(crate) async fn open(pool: PgPool) -> Shop {
    let fake = Fake::open().await;
    let authority = Authority::over("order");
    let service = Service {
        http: Http::loopback(),
        database: chassis::Database::new("unused".into(), 1),
        credentials: upstream::Credentials {
            auth_url: fake.url(),
            service_secret: "a secret".into(),
        },
        catalog_url: fake.url(),
        cart_url: fake.url(),
        payment_url: fake.url(),
    };
    let running = order::serve(&service, pool.clone(), authority.identity()).unwrap();
    let client = Client::new(running.url());
    Shop {
        running,
        pool,
        fake,
        authority,
        client,
    }
}

impl Shop {
    pub(crate) fn buyer(&self) -> Buyer {
        let user = self.authority.customer();
        let method = self.card(Card::Approved);
        Buyer {
            client: self.client.bearer(&user.token),
            user,
            method,
        }
    }

    pub(crate) async fn metrics(&self) -> String {
        let management = Client::new(self.running.management_url());
        match management.get("/metrics").await.expect(200).body {
            Value::String(text) => text,
            other => panic!("{other}"),
        }
    }

    pub(crate) fn staff(&self) -> Client {
        self.client.bearer(&self.authority.staff().token)
    }

    pub(crate) fn card(&self, card: Card) -> Uuid {
        let method = Uuid::now_v7();
        self.fake.state().methods.insert(method, card);
        method
    }

    pub(crate) fn product(&self, price: i64, available: i64) -> Uuid {
        let id = Uuid::now_v7();
        let product = Product {
            name: format!("Thing at {price}"),
            price,
            available,
            sold: 0,
        };
        self.fake.state().products.insert(id, product);
        id
    }

    pub(crate) fn fill_cart(&self, buyer: &Buyer, items: &[(Uuid, i64)]) {
        let mut state = self.fake.state();
        state.carts.insert(buyer.user.id, items.to_vec());
    }

    /// A buyer with two of a product at 10.00 and one at 5.50 in the cart; the two products.
    pub(crate) fn shopper(&self) -> (Buyer, Uuid, Uuid) {
        let buyer = self.buyer();
        let (ten, five) = (self.product(1000, 50), self.product(550, 50));
        self.fill_cart(&buyer, &[(ten, 2), (five, 1)]);
        (buyer, ten, five)
    }

    /// Waits until everything that other services must be told of an order is told.
    pub(crate) async fn settled(&self, order: Uuid) {
        self.eventually("select count(*) = 0 from outbox where order_id = $1", order)
            .await;
    }

    /// Waits until a statement that takes an order's id answers true.
    pub(crate) async fn eventually(&self, question: &'static str, order: Uuid) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.holds(question, order).await {
            assert!(Instant::now() < deadline, "not within 20 s: {question}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn holds(&self, question: &'static str, order: Uuid) -> bool {
        sqlx::query_scalar(question)
            .bind(order)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// Makes a pending order due, as if its lease had ended.
    pub(crate) async fn lease_ends(&self, order: Uuid) {
        self.run(
            "update orders set held_until = null, attend_at = now() where id = $1",
            order,
        )
        .await;
    }

    pub(crate) async fn run(&self, statement: &'static str, order: Uuid) {
        sqlx::query(statement)
            .bind(order)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    pub(crate) async fn order_of(&self, buyer: &Buyer) -> Uuid {
        sqlx::query_scalar("select id from orders where user_id = $1")
            .bind(buyer.user.id)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// A paid order of which everybody has been told.
    pub(crate) async fn bought(&self, buyer: &Buyer) -> Uuid {
        let order = id(&buyer.check_out("bought").await.expect(201));
        self.settled(order).await;
        order
    }

    /// An order that has arrived.
    pub(crate) async fn delivered(&self, buyer: &Buyer) -> Uuid {
        let order = self.bought(buyer).await;
        let staff = self.staff();
        let path = format!("/api/orders/admin/{order}");
        staff
            .post(&format!("{path}/pack"), json!({}))
            .await
            .expect(200);
        let parcel = json!({ "tracking_number": "6A123", "carrier": "La Poste" });
        staff
            .post(&format!("{path}/ship"), parcel)
            .await
            .expect(200);
        staff
            .post(&format!("{path}/deliver"), json!({}))
            .await
            .expect(200);
        order
    }
}

impl Buyer {
    pub(crate) fn body(&self) -> Value {
        body(self.method)
    }

    pub(crate) async fn check_out(&self, key: &str) -> Answer {
        self.check_out_with(key, self.body()).await
    }

    pub(crate) async fn check_out_with(&self, key: &str, body: Value) -> Answer {
        let client = self.client.with("idempotency-key", key);
        client.post("/api/orders", body).await
    }

    pub(crate) async fn order(&self, order: Uuid) -> Value {
        self.client
            .get(&format!("/api/orders/{order}"))
            .await
            .expect(200)
            .body
    }
}

pub(crate) fn body(method: Uuid) -> Value {
    json!({
        "payment_method_id": method,
        "shipping_address": {
            "name": "Ada Lovelace", "line1": "1 rue de la Paix", "city": "Paris",
            "postal_code": "75002", "country": "FR",
        },
    })
}

pub(crate) fn id(answer: &Answer) -> Uuid {
    answer.text("/id").parse().unwrap()
}

/// The kinds of the events in a timeline.
pub(crate) fn kinds(order: &Value) -> Vec<&str> {
    let timeline = order["timeline"].as_array().unwrap().iter();
    timeline.map(|it| it["kind"].as_str().unwrap()).collect()
}
