//! What the services and the acquirer wrote down, read past the services.

use std::{collections::BTreeMap, time::Duration};

use sqlx::PgPool;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::harness::{House, Name};

/// The databases of those who keep books.
pub(crate) struct Books {
    pub(crate) catalog: PgPool,
    pub(crate) payment: PgPool,
    pub(crate) order: PgPool,
    pub(crate) acquirer: PgPool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    #[sqlx(rename = "idempotency_key")]
    pub(crate) key: String,
    pub(crate) status: String,
    pub(crate) failure: Option<String>,
    #[sqlx(rename = "total_amount")]
    pub(crate) total: i64,
    #[sqlx(rename = "refunded_amount")]
    pub(crate) refunded: i64,
}

/// All that the acquirer did under one reference.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub(crate) struct Charge {
    pub(crate) reference: String,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) captures: i64,
}

impl Books {
    pub(crate) async fn open(house: &House) -> Self {
        Self {
            catalog: house.database(Name::Catalog).await,
            payment: house.database(Name::Payment).await,
            order: house.database(Name::Order).await,
            acquirer: house.database(Name::Acquirer).await,
        }
    }

    /// Waits until the order service has nothing left to do.
    pub(crate) async fn settled(&self, patience: Duration) {
        let until = Instant::now() + patience;
        loop {
            let (pending, messages): (i64, i64) = sqlx::query_as(
                "select (select count(*) from orders where status = 'pending'), (select count(*) from outbox)",
            )
            .fetch_one(&self.order)
            .await
            .expect("a count");
            if pending == 0 && messages == 0 {
                return;
            }
            assert!(
                Instant::now() < until,
                "after {patience:?} {pending} orders are pending and {messages} messages undelivered"
            );
            sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn orders(&self) -> Vec<Order> {
        sqlx::query_as(
            "select id, user_id, idempotency_key, status, failure, total_amount, refunded_amount
             from orders order by id",
        )
        .fetch_all(&self.order)
        .await
        .expect("orders")
    }

    pub(crate) async fn orders_of(&self, user: Uuid) -> Vec<Order> {
        let mut orders = self.orders().await;
        orders.retain(|it| it.user_id == user);
        orders
    }

    /// By reference, which is the id of an order; summed from the single movements.
    pub(crate) async fn charges(&self) -> BTreeMap<String, Charge> {
        let charges: Vec<Charge> = sqlx::query_as(
            "select c.reference,
                    coalesce(sum(e.amount) filter (where e.kind = 'capture'), 0)::bigint as captured,
                    coalesce(sum(e.amount) filter (where e.kind = 'refund'), 0)::bigint as refunded,
                    count(*) filter (where e.kind = 'capture') as captures
             from acquirer.charges c left join acquirer.entries e on e.charge = c.id
             group by c.id, c.reference",
        )
        .fetch_all(&self.acquirer)
        .await
        .expect("charges");
        let count = charges.len();
        let charges: BTreeMap<_, _> = charges
            .into_iter()
            .map(|it| (it.reference.clone(), it))
            .collect();
        assert_eq!(charges.len(), count, "a charge for each reference");
        charges
    }

    /// Both sides of the money agree, order by order.
    pub(crate) async fn expect_payments_as_the_acquirer_has_them(&self) {
        let payments: Vec<(Uuid, i64, i64)> =
            sqlx::query_as("select order_id, captured, refunded from payments")
                .fetch_all(&self.payment)
                .await
                .expect("payments");
        let net = |(captured, refunded): (i64, i64)| captured - refunded;
        let ours: BTreeMap<_, _> = payments
            .into_iter()
            .map(|(order, captured, refunded)| (order.to_string(), (captured, refunded)))
            .filter(|(_, money)| *money != (0, 0))
            .collect();
        let theirs: BTreeMap<_, _> = self
            .charges()
            .await
            .into_iter()
            .map(|(reference, it)| (reference, (it.captured, it.refunded)))
            .filter(|(_, money)| *money != (0, 0))
            .collect();
        assert_eq!(ours, theirs);
        let sum = |books: &BTreeMap<_, _>| books.values().copied().map(net).sum::<i64>();
        assert_eq!(sum(&ours), sum(&theirs));
    }

    /// `units` came, `sold` are gone, nothing else happened.
    pub(crate) async fn expect_stock(
        &self,
        sold: &BTreeMap<Uuid, i64>,
        units: &BTreeMap<Uuid, i64>,
    ) {
        for (product, units) in units {
            let (available, reserved): (i64, i64) =
                sqlx::query_as("select available, reserved from stock where product_id = $1")
                    .bind(product)
                    .fetch_one(&self.catalog)
                    .await
                    .expect("stock");
            let sold = sold.get(product).copied().unwrap_or_default();
            assert_eq!(
                (available, reserved),
                (units - sold, 0),
                "of product {product}"
            );
        }
    }

    pub(crate) async fn expect_nothing_reserved(&self) {
        let reserved: Vec<Uuid> =
            sqlx::query_scalar("select id from reservations where state = 'reserved'")
                .fetch_all(&self.catalog)
                .await
                .expect("reservations");
        assert!(
            reserved.is_empty(),
            "reservations that nobody ended: {reserved:?}"
        );
    }
}
