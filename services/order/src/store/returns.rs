//! Returns and their lines.

use chrono::{DateTime, Utc};
use money::{Currency, Money};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use crate::{
    error::OrderError,
    life::ReturnState,
    order::{OfUser, Return, ReturnLine, ReturnedItem},
};

struct Row {
    id: Uuid,
    order_id: Uuid,
    user_id: Uuid,
    state: ReturnState,
    reason: String,
    refusal: Option<String>,
    refund_amount: i64,
    currency: Currency,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    lines: Json<Vec<LineRow>>,
}

#[derive(serde::Deserialize)]
struct LineRow {
    product_id: Uuid,
    name: String,
    quantity: i32,
    unit_price: i64,
}

impl From<Row> for Return {
    fn from(row: Row) -> Self {
        let money = |amount| Money {
            amount,
            currency: row.currency,
        };
        let line = |it: LineRow| ReturnLine {
            product_id: it.product_id,
            name: it.name,
            quantity: it.quantity,
            unit_price: money(it.unit_price),
        };
        Self {
            id: row.id,
            order_id: row.order_id,
            state: row.state,
            reason: row.reason,
            refusal: row.refusal,
            refund: money(row.refund_amount),
            lines: row.lines.0.into_iter().map(line).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<Row> for OfUser<Return> {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.user_id,
            order: row.into(),
        }
    }
}

/// `select` of whole returns with their lines.
macro_rules! select_returns {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select returns.id, returns.order_id, orders.user_id, state as "state: ReturnState", reason,
                      refusal, refund_amount, returns.currency as "currency: Currency",
                      returns.created_at, returns.updated_at,
                      (select coalesce(jsonb_agg(jsonb_build_object(
                                  'product_id', line.product_id, 'name', bought.name,
                                  'quantity', line.quantity, 'unit_price', bought.unit_price
                              ) order by bought.position), '[]'::jsonb)
                       from return_lines as line
                       join order_lines as bought using (order_id, product_id)
                       where line.return_id = returns.id) as "lines!: Json<Vec<LineRow>>"
               from returns join orders on orders.id = returns.order_id "# + $rest,
            $($argument),*
        )
    };
}

pub(crate) async fn find(db: impl PgExecutor<'_>, id: Uuid) -> Result<Option<Return>, OrderError> {
    let row = select_returns!("where returns.id = $1", id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(Return::from))
}

/// An order's returns, oldest first.
pub(crate) async fn of_order(
    db: impl PgExecutor<'_>,
    order: Uuid,
) -> Result<Vec<Return>, OrderError> {
    let rows = select_returns!("where returns.order_id = $1 order by returns.id", order)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Return::from).collect())
}

/// Everybody's returns, newest first.
pub(crate) async fn of_all(
    db: impl PgExecutor<'_>,
    state: Option<ReturnState>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OfUser<Return>>, OrderError> {
    let rows = select_returns!(
        "where ($1::text is null or state = $1) and ($2::uuid is null or returns.id < $2)
         order by returns.id desc limit $3",
        state.map(ReturnState::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(OfUser::from).collect())
}

/// Those of one order. In a statement of its own, for which there is one good plan.
pub(crate) async fn of_all_by_order(
    db: impl PgExecutor<'_>,
    order: Uuid,
    state: Option<ReturnState>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OfUser<Return>>, OrderError> {
    let rows = select_returns!(
        "where returns.order_id = $1 and ($2::text is null or state = $2)
           and ($3::uuid is null or returns.id < $3)
         order by returns.id desc limit $4",
        order,
        state.map(ReturnState::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(OfUser::from).collect())
}

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    order: Uuid,
    reason: &str,
    refund: Money,
) -> Result<(), OrderError> {
    sqlx::query!(
        "insert into returns (id, order_id, state, reason, refund_amount, currency)
         values ($1, $2, 'requested', $3, $4, $5)",
        id,
        order,
        reason,
        refund.amount,
        refund.currency.to_string(),
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_lines(
    db: impl PgExecutor<'_>,
    id: Uuid,
    order: Uuid,
    lines: &[ReturnedItem],
) -> Result<(), OrderError> {
    let products: Vec<_> = lines.iter().map(|it| it.product_id).collect();
    let quantities: Vec<_> = lines.iter().map(|it| it.quantity).collect();
    sqlx::query!(
        "insert into return_lines (return_id, order_id, product_id, quantity)
         select $1, $2, product_id, quantity
         from unnest($3::uuid[], $4::integer[]) as line (product_id, quantity)",
        id,
        order,
        &products,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many units of each product of an order are returned or on their way.
pub(crate) async fn quantities(
    db: impl PgExecutor<'_>,
    order: Uuid,
) -> Result<Vec<(Uuid, i64)>, OrderError> {
    let rows = sqlx::query!(
        r#"select product_id, sum(quantity) as "quantity!"
           from return_lines join returns on returns.id = return_id
           where returns.order_id = $1 and state <> 'refused'
           group by product_id"#,
        order,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.product_id, row.quantity))
        .collect())
}

/// Changes the state of a return that has one of the states `from`; its order, if it had.
pub(crate) async fn change(
    db: impl PgExecutor<'_>,
    id: Uuid,
    from: &[&str],
    to: ReturnState,
    refusal: Option<&str>,
) -> Result<Option<Uuid>, OrderError> {
    Ok(sqlx::query_scalar!(
        "update returns set state = $3, refusal = coalesce($4, refusal), updated_at = now()
         where id = $1 and state = any($2)
         returning order_id",
        id,
        from as _,
        to.as_str(),
        refusal,
    )
    .fetch_optional(db)
    .await?)
}
