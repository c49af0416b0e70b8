//! Figures over all orders and returns.

use chrono::NaiveDate;
use money::Money;
use sqlx::PgExecutor;

use crate::{
    error::OrderError,
    summary::{ByState, ByStatus, CURRENCY, Day},
};

pub(crate) async fn by_status(db: impl PgExecutor<'_>) -> Result<ByStatus, OrderError> {
    Ok(sqlx::query_as!(
        ByStatus,
        r#"select count(*) filter (where status = 'pending') as "pending!",
                  count(*) filter (where status = 'confirmed') as "confirmed!",
                  count(*) filter (where status = 'packed') as "packed!",
                  count(*) filter (where status = 'shipped') as "shipped!",
                  count(*) filter (where status = 'delivered') as "delivered!",
                  count(*) filter (where status = 'cancelled') as "cancelled!",
                  count(*) filter (where status = 'payment_failed') as "payment_failed!"
           from orders"#,
    )
    .fetch_one(db)
    .await?)
}

pub(crate) async fn by_state(db: impl PgExecutor<'_>) -> Result<ByState, OrderError> {
    Ok(sqlx::query_as!(
        ByState,
        r#"select count(*) filter (where state = 'requested') as "requested!",
                  count(*) filter (where state = 'approved') as "approved!",
                  count(*) filter (where state = 'refused') as "refused!",
                  count(*) filter (where state = 'received') as "received!",
                  count(*) filter (where state = 'refunded') as "refunded!"
           from returns"#,
    )
    .fetch_one(db)
    .await?)
}

struct Row {
    date: NaiveDate,
    orders: i64,
    sales: i64,
    refunds: i64,
    refunded: i64,
}

/// The last days of a time zone, today included; an order counts for the day that it was placed on, and a
/// refund for the day that it came through.
///
/// A day is not always 24 hours long, so its midnights are computed from its date. Only orders that were
/// paid can be cancelled.
pub(crate) async fn days(
    db: impl PgExecutor<'_>,
    zone: &str,
    days: i32,
) -> Result<Vec<Day>, OrderError> {
    let rows = sqlx::query_as!(
        Row,
        r#"with day as (
               select date, date::timestamp at time zone $1 as starts,
                      (date + 1)::timestamp at time zone $1 as ends
               from (
                   select (now() at time zone $1)::date - ago as date
                   from generate_series(0, $2::integer - 1) as ago
               ) as dates
           )
           select date as "date!", placed.orders as "orders!", placed.sales as "sales!",
                  cancelled.refunds + returned.refunds as "refunds!",
                  cancelled.refunded + returned.refunded as "refunded!"
           from day
           cross join lateral (
               select count(*) as orders, coalesce(sum(total_amount), 0)::bigint as sales
               from orders
               where created_at >= starts and created_at < ends and currency = $3
                 and status in ('confirmed', 'packed', 'shipped', 'delivered', 'cancelled')
           ) as placed
           cross join lateral (
               select count(*) as refunds, coalesce(sum(refunded_amount), 0)::bigint as refunded
               from orders
               where updated_at >= starts and updated_at < ends and currency = $3
                 and status = 'cancelled' and refunded_amount > 0
           ) as cancelled
           cross join lateral (
               select count(*) as refunds, coalesce(sum(refund_amount), 0)::bigint as refunded
               from returns
               where updated_at >= starts and updated_at < ends and currency = $3
                 and state = 'refunded'
           ) as returned
           order by date"#,
        zone,
        days,
        CURRENCY.to_string(),
    )
    .fetch_all(db)
    .await
    .map_err(unknown_zone)?;
    let money = |amount| Money {
        amount,
        currency: CURRENCY,
    };
    let day = |row: Row| Day {
        date: row.date,
        orders: row.orders,
        sales: money(row.sales),
        refunds: row.refunds,
        refunded: money(row.refunded),
    };
    Ok(rows.into_iter().map(day).collect())
}

/// What `at time zone` says to a name that it does not know.
const INVALID_PARAMETER_VALUE: &str = "22023";

fn unknown_zone(error: sqlx::Error) -> OrderError {
    let code = error.as_database_error().and_then(|it| it.code());
    if code.as_deref() == Some(INVALID_PARAMETER_VALUE) {
        OrderError::UnknownZone
    } else {
        error.into()
    }
}
