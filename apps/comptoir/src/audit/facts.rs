//! What the orders, payments and reservations say of themselves, as far as several invariants ask.

use std::collections::HashMap;

use anyhow::Context as _;
use money::{Currency, Money};
use sqlx::{FromRow, PgPool, postgres::PgRow};
use uuid::Uuid;

use super::{
    Audited,
    report::{Count, count},
};

/// All of it, each by its id.
pub(super) struct Facts {
    pub(super) orders: HashMap<Uuid, Order>,
    /// By the order's id.
    pub(super) payments: HashMap<Uuid, Payment>,
    pub(super) reservations: HashMap<Uuid, Reservation>,
    /// What the acquirer's own books say, by the order's id; empty where those are somewhere else.
    pub(super) charges: HashMap<Uuid, Charge>,
    messages: usize,
}

#[derive(FromRow)]
pub(super) struct Order {
    id: Uuid,
    pub(super) number: String,
    pub(super) status: String,
    total_amount: i64,
    refunded_amount: i64,
    /// Of the returns that are refunded.
    returned_amount: i64,
    pub(super) currency: Currency,
    pub(super) reservation_id: Uuid,
    /// What the outbox still has to tell others about it.
    work: Vec<String>,
    /// A digest of what was ordered.
    pub(super) lines: String,
}

#[derive(FromRow)]
pub(super) struct Payment {
    order_id: Uuid,
    status: String,
    captured: i64,
    refunded: i64,
    /// Of the refunds that are done or promised.
    refund_rows_amount: i64,
    pub(super) refund_rows: i64,
    pending_refunds: i64,
    currency: Currency,
}

#[derive(FromRow)]
pub(super) struct Reservation {
    id: Uuid,
    pub(super) state: String,
    /// Whether it should have ended by itself, and some time ago.
    pub(super) overdue: bool,
    /// A digest of what is reserved.
    pub(super) lines: String,
}

#[derive(FromRow)]
pub(super) struct Charge {
    order_id: Uuid,
    captured: i64,
    refunded: i64,
    currency: Currency,
}

/// Rows are read so many at a time, so that a shop that is open gets its database back in between.
const PAGE: usize = 2000;

/// Half a minute is grace: the worker that ends reservations comes by every few seconds.
const RESERVATIONS: &str = "
    select r.id, r.state, r.expires_at < now() - interval '30 seconds' as overdue,
           coalesce(md5(string_agg(l.product_id || ' ' || l.quantity, ',' order by l.product_id)), '')
               as lines
    from reservations r
    left join reservation_lines l on l.reservation_id = r.id
    where r.id > $1
    group by r.id
    order by r.id
    limit $2
";

const PAYMENTS: &str = "
    select p.order_id, p.status, p.captured, p.refunded, p.currency,
           coalesce(sum(r.amount) filter (where r.status <> 'refused'), 0)::bigint as refund_rows_amount,
           count(r.id) as refund_rows,
           count(r.id) filter (where r.status = 'pending') as pending_refunds
    from payments p
    left join refunds r on r.order_id = p.order_id
    where p.order_id > $1
    group by p.order_id
    order by p.order_id
    limit $2
";

/// A reference that is not an order's is not ours.
const CHARGES: &str = "
    select reference::uuid as order_id, captured, refunded, currency
    from acquirer.charges
    where captured > 0 and reference ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      and reference > ($1::uuid)::text
    order by reference
    limit $2
";

const ORDERS: &str = "
    select o.id, o.number, o.status, o.total_amount, o.refunded_amount, o.currency, o.reservation_id,
           coalesce(
               (select sum(r.refund_amount) from returns r where r.order_id = o.id and r.state = 'refunded'),
               0
           )::bigint as returned_amount,
           array(select distinct b.kind from outbox b where b.order_id = o.id) as work,
           coalesce(
               (select md5(string_agg(l.product_id || ' ' || l.quantity, ',' order by l.product_id))
                from order_lines l where l.order_id = o.id),
               ''
           ) as lines
    from orders o
    where o.id > $1
    order by o.id
    limit $2
";

impl Facts {
    pub(super) async fn read(databases: &Audited) -> anyhow::Result<Self> {
        let reservations = all(&databases.catalog, RESERVATIONS, |it: &Reservation| it.id);
        let reservations = reservations
            .await
            .context("cannot read the reservations in the catalog service's database")?;
        let payments = all(&databases.payment, PAYMENTS, |it: &Payment| it.order_id)
            .await
            .context("cannot read the payments in the payment service's database")?;
        let orders = all(&databases.order, ORDERS, |it: &Order| it.id)
            .await
            .context("cannot read the orders in the order service's database")?;
        let charges = all(&databases.payment, CHARGES, |it: &Charge| it.order_id)
            .await
            .context("cannot read the acquirer's books in the payment service's database")?;
        let messages: i64 = sqlx::query_scalar("select count(*) from outbox")
            .fetch_one(&databases.order)
            .await
            .context("cannot count the messages in the order service's outbox")?;
        Ok(Self {
            orders,
            payments,
            reservations,
            charges,
            messages: usize::try_from(messages)?,
        })
    }

    /// What is neither right nor wrong yet.
    pub(super) fn under_way(&self) -> Vec<Count> {
        let orders = self.orders.values();
        let payments = self.payments.values();
        let reservations = self.reservations.values();
        vec![
            count(
                "pending orders",
                orders.filter(|it| it.is_pending()).count(),
            ),
            count("undelivered messages", self.messages),
            count(
                "unfinished payments and refunds",
                payments.filter(|it| it.is_under_way()).count(),
            ),
            count(
                "open reservations",
                reservations.filter(|it| it.state == "reserved").count(),
            ),
        ]
    }
}

/// All rows of a statement that takes the last id and a limit.
async fn all<T>(
    pool: &PgPool,
    statement: &'static str,
    id: impl Fn(&T) -> Uuid,
) -> anyhow::Result<HashMap<Uuid, T>>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut rows = HashMap::new();
    let mut after = Uuid::nil();
    loop {
        let page: Vec<T> = sqlx::query_as(statement)
            .bind(after)
            .bind(i64::try_from(PAGE)?)
            .fetch_all(pool)
            .await?;
        let is_last = page.len() < PAGE;
        for row in page {
            after = id(&row);
            rows.insert(after, row);
        }
        if is_last {
            return Ok(rows);
        }
    }
}

impl Order {
    pub(super) fn total(&self) -> Money {
        money(self.total_amount, self.currency)
    }

    pub(super) fn refunded(&self) -> Money {
        money(self.refunded_amount, self.currency)
    }

    pub(super) fn returned(&self) -> Money {
        money(self.returned_amount, self.currency)
    }

    pub(super) fn is_pending(&self) -> bool {
        self.status == "pending"
    }

    /// Confirmed or later in the life of an order that went well.
    pub(super) fn is_paid(&self) -> bool {
        matches!(
            self.status.as_str(),
            "confirmed" | "packed" | "shipped" | "delivered"
        )
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status == "cancelled"
    }

    /// Whether the outbox still has a message of one of these kinds.
    pub(super) fn awaits(&self, kinds: &[&str]) -> bool {
        self.work.iter().any(|it| kinds.contains(&it.as_str()))
    }
}

impl Payment {
    pub(super) fn captured(&self) -> Money {
        money(self.captured, self.currency)
    }

    pub(super) fn refunded(&self) -> Money {
        money(self.refunded, self.currency)
    }

    pub(super) fn refund_rows_amount(&self) -> Money {
        money(self.refund_rows_amount, self.currency)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.pending_refunds > 0
            || matches!(
                self.status.as_str(),
                "pending" | "authorised" | "cancelling"
            )
    }
}

impl Charge {
    pub(super) fn captured(&self) -> Money {
        money(self.captured, self.currency)
    }

    pub(super) fn refunded(&self) -> Money {
        money(self.refunded, self.currency)
    }
}

fn money(amount: i64, currency: Currency) -> Money {
    Money { amount, currency }
}
