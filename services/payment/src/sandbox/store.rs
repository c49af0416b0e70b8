//! All of the acquirer's SQL.

#![expect(
    clippy::as_conversions,
    reason = "the query macros are told the type of a parameter like that; nothing is converted"
)]

use money::Currency;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgExecutor;

use crate::{
    card::Brand,
    sandbox::{cards::Behaviour, ledger::Answer},
};

/// How often a key was asked with, and what it was answered.
pub(crate) struct Attempt {
    pub(crate) count: i32,
    /// Whether the same was asked each time.
    pub(crate) same: bool,
    pub(crate) answer: Option<Answer>,
}

/// A charge, as shops see it.
#[derive(Debug, Serialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) reference: String,
    pub(crate) status: String,
    pub(crate) amount: i64,
    pub(crate) currency: Option<Currency>,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) decline_code: Option<String>,
}

pub(crate) struct NewCharge<'a> {
    pub(crate) id: String,
    pub(crate) reference: &'a str,
    pub(crate) token: &'a str,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) decline_code: Option<&'static str>,
}

/// Counts the attempt, and locks the key until the transaction ends.
pub(crate) async fn attempt(
    db: impl PgExecutor<'_>,
    key: &str,
    body: &Value,
) -> Result<Attempt, sqlx::Error> {
    let row = sqlx::query!(
        r#"insert into acquirer.requests (key, body)
        values ($1, $2)
        on conflict (key) do update set attempts = least(requests.attempts + 1, 1000)
        returning attempts, body = $2 as "same!", status, answer"#,
        key,
        body,
    )
    .fetch_one(db)
    .await?;
    let answer = match (row.status, row.answer) {
        (Some(status), Some(body)) => Some(Answer {
            status: u16::try_from(status).unwrap_or(500),
            body,
        }),
        _ => None,
    };
    Ok(Attempt {
        count: row.attempts,
        same: row.same,
        answer,
    })
}

pub(crate) async fn answer(
    db: impl PgExecutor<'_>,
    key: &str,
    answer: &Answer,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update acquirer.requests set status = $2, answer = $3 where key = $1",
        key,
        i16::try_from(answer.status).unwrap_or(500),
        answer.body,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_token(
    db: impl PgExecutor<'_>,
    id: &str,
    brand: Brand,
    last4: &str,
    behaviour: Behaviour,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into acquirer.tokens (id, brand, last4, behaviour) values ($1, $2, $3, $4)",
        id,
        brand as Brand,
        last4,
        behaviour as Behaviour,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn behaviour(
    db: impl PgExecutor<'_>,
    token: &str,
) -> Result<Option<Behaviour>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select behaviour as "behaviour: Behaviour" from acquirer.tokens where id = $1"#,
        token,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn behaviour_of_charge(
    db: impl PgExecutor<'_>,
    charge: &str,
) -> Result<Option<Behaviour>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select behaviour as "behaviour: Behaviour"
        from acquirer.tokens join acquirer.charges on charges.token = tokens.id
        where charges.id = $1"#,
        charge,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn behaviour_of_reference(
    db: impl PgExecutor<'_>,
    reference: &str,
) -> Result<Option<Behaviour>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select behaviour as "behaviour: Behaviour"
        from acquirer.tokens join acquirer.charges on charges.token = tokens.id
        where charges.reference = $1"#,
        reference,
    )
    .fetch_optional(db)
    .await
}

/// Nothing where the reference has a charge, or was voided.
pub(crate) async fn insert_charge(
    db: impl PgExecutor<'_>,
    new: &NewCharge<'_>,
) -> Result<Option<Charge>, sqlx::Error> {
    sqlx::query_as!(
        Charge,
        r#"insert into acquirer.charges (id, reference, token, amount, currency, status, decline_code)
        values ($1, $2, $3, $4, $5, case when $6::text is null then 'authorized' else 'declined' end, $6)
        on conflict (reference) do nothing
        returning id, reference, status, amount, currency as "currency: Currency", captured, refunded,
            decline_code"#,
        new.id,
        new.reference,
        new.token,
        new.amount,
        new.currency as Currency,
        new.decline_code,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn charge(
    db: impl PgExecutor<'_>,
    id: &str,
) -> Result<Option<Charge>, sqlx::Error> {
    sqlx::query_as!(
        Charge,
        r#"select id, reference, status, amount, currency as "currency: Currency", captured, refunded,
            decline_code
        from acquirer.charges
        where id = $1"#,
        id,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn charge_of_reference(
    db: impl PgExecutor<'_>,
    reference: &str,
) -> Result<Option<Charge>, sqlx::Error> {
    sqlx::query_as!(
        Charge,
        r#"select id, reference, status, amount, currency as "currency: Currency", captured, refunded,
            decline_code
        from acquirer.charges
        where reference = $1"#,
        reference,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn capture(
    db: impl PgExecutor<'_>,
    id: &str,
    amount: i64,
) -> Result<Option<Charge>, sqlx::Error> {
    sqlx::query_as!(
        Charge,
        r#"update acquirer.charges set status = 'captured', captured = $2
        where id = $1 and status = 'authorized' and $2 <= amount
        returning id, reference, status, amount, currency as "currency: Currency", captured, refunded,
            decline_code"#,
        id,
        amount,
    )
    .fetch_optional(db)
    .await
}

/// Remembers that nothing may be authorised under the reference, unless something was already.
pub(crate) async fn insert_voided(
    db: impl PgExecutor<'_>,
    id: &str,
    reference: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into acquirer.charges (id, reference, amount, status)
        values ($1, $2, 0, 'voided')
        on conflict (reference) do nothing",
        id,
        reference,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The charge that was authorised under the reference and is not any more.
pub(crate) async fn void(
    db: impl PgExecutor<'_>,
    reference: &str,
) -> Result<Option<Charge>, sqlx::Error> {
    sqlx::query_as!(
        Charge,
        r#"update acquirer.charges set status = 'voided'
        where reference = $1 and status = 'authorized'
        returning id, reference, status, amount, currency as "currency: Currency", captured, refunded,
            decline_code"#,
        reference,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn refund(
    db: impl PgExecutor<'_>,
    id: &str,
    amount: i64,
) -> Result<bool, sqlx::Error> {
    let updated = sqlx::query!(
        "update acquirer.charges set refunded = refunded + $2
        where id = $1 and refunded + $2 <= captured",
        id,
        amount,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Has the shop told of a charge, named by its id or its reference.
pub(crate) async fn announce(
    db: impl PgExecutor<'_>,
    id: &str,
    kind: &str,
    charge: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into acquirer.events (id, kind, reference)
        select $1, $2, reference from acquirer.charges where id = $3 or reference = $3",
        id,
        kind,
        charge,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An event to tell of.
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) reference: String,
}

/// One that is due; the next attempt comes after twice the time, an hour at most, and after three days none.
pub(crate) async fn claim_event(db: impl PgExecutor<'_>) -> Result<Option<Event>, sqlx::Error> {
    sqlx::query_as!(
        Event,
        "update acquirer.events
        set attempts = least(attempts + 1, 1000),
            due_at = now() + make_interval(secs => least(power(2, least(attempts + 1, 12)), 3600))
        where id = (
            select id from acquirer.events
            where delivered_at is null and due_at <= now() and created_at > now() - interval '3 days'
            order by due_at
            limit 1
            for update skip locked
        )
        returning id, kind, reference",
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn event_delivered(db: impl PgExecutor<'_>, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update acquirer.events set delivered_at = now() where id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a movement into the books.
pub(crate) async fn enter(
    db: impl PgExecutor<'_>,
    charge: &str,
    kind: &str,
    amount: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into acquirer.entries (charge, kind, amount) values ($1, $2, $3)",
        charge,
        kind,
        amount,
    )
    .execute(db)
    .await?;
    Ok(())
}
