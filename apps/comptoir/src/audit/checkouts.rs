//! I1: one order for each user and idempotency key.

use anyhow::Context as _;
use uuid::Uuid;

use super::{Audited, Verdict};

/// The key itself is the client's own, and not shown.
const TWINS: &str = "
    select user_id, array_agg(id order by id)
    from orders
    group by user_id, idempotency_key
    having count(*) > 1
    order by user_id
";

pub(super) async fn check(databases: &Audited) -> anyhow::Result<Verdict> {
    let orders: i64 = sqlx::query_scalar("select count(*) from orders")
        .fetch_one(&databases.order)
        .await
        .context("cannot count the orders")?;
    let twins: Vec<(Uuid, Vec<Uuid>)> = sqlx::query_as(TWINS)
        .fetch_all(&databases.order)
        .await
        .context("cannot look for orders with the same key")?;

    let mut verdict = Verdict::new("I1", "one order for each user and idempotency key")
        .checked("orders", usize::try_from(orders)?);
    for (user, orders) in twins {
        let orders: Vec<_> = orders.iter().map(Uuid::to_string).collect();
        verdict.broken(
            format_args!("user {user}"),
            "a key has one order",
            format_args!("orders {} have the same key", orders.join(", ")),
        );
    }
    Ok(verdict)
}
