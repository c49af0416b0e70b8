//! The payment service and its sandbox acquirer, over HTTP, against a database of its own per test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod acquirer;
mod authorisation;
mod cancels;
mod fake_stripe;
mod methods;
mod operation;
mod payments;
mod refunds;
mod stripe;
mod webhooks;

use std::time::Duration;

use chassis::{Http, Running};
use identity::Scope;
use payment::{Acquirer, SandboxGateway, sandbox};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Answer, Authority, Client, User};
use url::Url;
use uuid::Uuid;

pub(crate) const APPROVED: &str = "4242 4242 4242 4242";
pub(crate) const MASTERCARD: &str = "5555 5555 5555 4444";
pub(crate) const AMEX: &str = "3782 822463 10005";
pub(crate) const DECLINED: &str = "4000 0000 0000 0002";
pub(crate) const INSUFFICIENT_FUNDS: &str = "4000 0000 0000 9995";
pub(crate) const SLOW: &str = "4000 0000 0000 4087";
pub(crate) const ANSWER_LOST: &str = "4000 0000 0000 5027";
pub(crate) const UNAVAILABLE: &str = "4000 0000 0000 5035";

const GATEWAY_KEY: &str = "sk_test_comptoir";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test_new";
pub(crate) const PREVIOUS_WEBHOOK_SECRET: &str = "whsec_test_previous";

/// The service under test, its acquirer, and who may call it.
pub(crate) struct Desk {
    pub(crate) payment: Running,
    /// None where the test plays the acquirer itself.
    pub(crate) acquirer: Option<Running>,
    pub(crate) authority: Authority,
    pub(crate) pool: PgPool,
}

/// Somebody with a card.
pub(crate) struct Buyer {
    pub(crate) user: User,
    pub(crate) method: String,
}

impl Desk {
    pub(crate) fn open(pool: PgPool) -> Self {
        Self::with(pool, 50, Duration::from_secs(8))
    }

    pub(crate) fn with(pool: PgPool, slow_ms: u64, deadline: Duration) -> Self {
        let options = sandbox::Options {
            slow_ms,
            ..sandbox::Options::loopback()
        };
        let acquirer = sandbox::serve(pool.clone(), &options, GATEWAY_KEY.into()).unwrap();
        let url = acquirer.url().clone();
        Self {
            acquirer: Some(acquirer),
            ..Self::at(pool, url, deadline)
        }
    }

    pub(crate) fn at(pool: PgPool, gateway: Url, deadline: Duration) -> Self {
        let gateway = SandboxGateway::new(gateway, GATEWAY_KEY.into(), deadline).unwrap();
        Self::of(pool, Acquirer::Sandbox(gateway))
    }

    pub(crate) fn of(pool: PgPool, gateway: Acquirer) -> Self {
        let authority = Authority::over("payment");
        let payment = payment::serve(
            pool.clone(),
            authority.identity(),
            &Http::loopback(),
            gateway,
            vec![WEBHOOK_SECRET.into(), PREVIOUS_WEBHOOK_SECRET.into()],
        )
        .unwrap();
        Self {
            payment,
            acquirer: None,
            authority,
            pool,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.payment.url())
    }

    /// The order service.
    pub(crate) fn order(&self) -> Client {
        let token = self.authority.service("order", "payment", Scope::Payments);
        self.client().bearer(&token)
    }

    /// The acquirer's API, as a shop calls it.
    pub(crate) fn third_party(&self) -> Client {
        Client::new(self.acquirer.as_ref().unwrap().url()).bearer(GATEWAY_KEY)
    }

    pub(crate) async fn buyer(&self, number: &str) -> Buyer {
        let user = self.authority.customer();
        let added = self
            .client()
            .bearer(&user.token)
            .post("/api/payments/methods", card(number))
            .await
            .expect(201);
        Buyer {
            user,
            method: added.text("/id"),
        }
    }

    pub(crate) async fn pay(&self, order: Uuid, buyer: &Buyer, cents: i64) -> Answer {
        let path = format!("/internal/payments/{order}");
        self.order().put(&path, buyer.intent(cents)).await
    }

    /// Pays as the order service does: again until the outcome is known.
    pub(crate) async fn pay_until_known(&self, order: Uuid, buyer: &Buyer, cents: i64) -> Answer {
        for _ in 0..20 {
            let answer = self.pay(order, buyer, cents).await;
            if answer.status != 503 {
                return answer;
            }
            answer.expect_problem(503, "outcome-unknown");
        }
        panic!("the outcome stays unknown");
    }

    /// A new order that has been paid.
    pub(crate) async fn paid(&self, number: &str, cents: i64) -> Uuid {
        let order = Uuid::now_v7();
        let buyer = self.buyer(number).await;
        let paid = self.pay_until_known(order, &buyer, cents).await.expect(200);
        assert_eq!(paid.body["status"], "captured");
        order
    }

    pub(crate) async fn cancel(&self, order: Uuid) -> Answer {
        let path = format!("/internal/payments/{order}/cancel");
        self.order().post(&path, json!({})).await
    }

    pub(crate) async fn cancel_until_known(&self, order: Uuid) -> Answer {
        for _ in 0..20 {
            let answer = self.cancel(order).await;
            if answer.status != 503 {
                return answer;
            }
        }
        panic!("the outcome stays unknown");
    }

    pub(crate) async fn refund(&self, order: Uuid, refund: Uuid, cents: i64) -> Answer {
        let path = format!("/internal/payments/{order}/refunds/{refund}");
        let body = json!({ "amount": eur(cents), "reason": "changed my mind" });
        self.order().put(&path, body).await
    }

    /// How often the acquirer moved money for an order in this way, and how much in all.
    pub(crate) async fn moved(&self, order: Uuid, kind: &str) -> (i64, i64) {
        sqlx::query_as(
            "select count(*), coalesce(sum(entries.amount), 0)::bigint
             from acquirer.entries join acquirer.charges on charges.id = charge
             where reference = $1 and kind = $2",
        )
        .bind(order.to_string())
        .bind(kind)
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    /// Lets the worker take up at once what it would take up later.
    pub(crate) async fn hurry(&self) {
        for table in ["payments", "refunds", "webhook_events", "acquirer.events"] {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "update {table} set due_at = now()"
            )))
            .execute(&self.pool)
            .await
            .unwrap();
        }
    }

    /// Waits for the worker until `condition`, an SQL expression, holds.
    pub(crate) async fn eventually(&self, condition: &'static str) {
        for _ in 0..200 {
            self.hurry().await;
            let holds: bool =
                sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select {condition}")))
                    .fetch_one(&self.pool)
                    .await
                    .unwrap();
            if holds {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never came to: {condition}");
    }
}

impl Buyer {
    pub(crate) fn intent(&self, cents: i64) -> Value {
        json!({ "user_id": self.user.id, "payment_method_id": self.method, "amount": eur(cents) })
    }
}

pub(crate) fn card(number: &str) -> Value {
    let cvc = if number == AMEX { "1234" } else { "123" };
    json!({ "card": { "number": number, "exp_month": 12, "exp_year": 2040, "cvc": cvc } })
}

pub(crate) fn eur(cents: i64) -> Value {
    json!({ "amount": cents, "currency": "EUR" })
}
