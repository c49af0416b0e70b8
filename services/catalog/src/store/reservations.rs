//! Units that are promised.

use chrono::{DateTime, Utc};
use money::{Currency, Money};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::{
    error::CatalogError,
    reservation::{Line, Quantity, Reservation, State, Ttl},
};

/// How many reservations end in one transaction at most.
const EXPIRE_BATCH: i64 = 100;

/// What an attempt to reserve found; empty where the id is known already.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Set if and only if the units were taken.
    expires_at: Option<DateTime<Utc>>,
    lines: Vec<Attempted>,
}

#[derive(Debug)]
struct Attempted {
    /// The place of the line in the request, from one.
    position: i64,
    product_id: Uuid,
    quantity: i64,
    price: i64,
    currency: Currency,
    name: String,
    name_fr: String,
    enough: bool,
    expires_at: Option<DateTime<Utc>>,
}

impl Attempt {
    /// The reservation, if the units were taken.
    pub(crate) fn reservation(&self, id: Uuid) -> Option<Reservation> {
        let line = |it: &Attempted| Line {
            product_id: it.product_id,
            name: it.name.clone(),
            name_fr: it.name_fr.clone(),
            quantity: it.quantity,
            unit_price: Money {
                amount: it.price,
                currency: it.currency,
            },
        };
        Some(Reservation {
            id,
            state: State::Reserved,
            expires_at: self.expires_at?,
            lines: self.lines.iter().map(line).collect(),
        })
    }

    /// Why they were not.
    pub(crate) fn refusal(&self, wanted: &[Quantity]) -> CatalogError {
        let found = |index: usize| {
            self.lines
                .iter()
                .find(|it| usize::try_from(it.position) == Ok(index + 1))
        };
        let lines = || (0..wanted.len()).map(|index| (index, found(index)));
        let unknown: Vec<usize> = lines()
            .filter_map(|(index, line)| line.is_none().then_some(index))
            .collect();
        if !unknown.is_empty() {
            return CatalogError::UnknownProduct(unknown);
        }
        let short = lines()
            .filter_map(|(index, line)| line.is_some_and(|it| !it.enough).then_some(index))
            .collect();
        CatalogError::OutOfStock(short)
    }
}

/// Takes the units of all lines, or of none: where too few are left, where a product is not sold, or
/// where the id is known. A caller that has [locked](lock) the id and forgotten its lines takes them
/// `anew`.
///
/// One statement, so the stock is locked for no longer than it runs. Its parts are chained by what they
/// read: lock in order, see whether there is enough, put the reservation down, and only if that
/// succeeded take the units. The locked rows are read at their latest, also after a wait.
pub(crate) async fn reserve(
    db: impl PgExecutor<'_>,
    id: Uuid,
    wanted: &[Quantity],
    ttl: Ttl,
    anew: bool,
) -> Result<Attempt, CatalogError> {
    let (products, quantities): (Vec<Uuid>, Vec<i64>) =
        wanted.iter().map(|it| (it.product_id, it.quantity)).unzip();
    let lines = sqlx::query_as!(
        Attempted,
        r#"with wanted as (
               select product_id, quantity, position
               from unnest($2::uuid[], $3::bigint[])
                   with ordinality as line (product_id, quantity, position)
               where $5 or not exists (select from reservations where id = $1)
           ), locked as (
               select w.position, w.product_id, w.quantity, s.available,
                      p.price, p.currency, p.name, p.name_fr
               from wanted w
               join stock s on s.product_id = w.product_id
               join products p on p.id = w.product_id and p.retired_at is null
               order by s.product_id
               for update of s
           ), granted as (
               select now() + make_interval(secs => $4) as expires_at
               where (select count(*) from locked where available >= quantity)
                     = cardinality($2::uuid[])
           ), inserted as (
               insert into reservations (id, state, expires_at)
               select $1, 'reserved', expires_at from granted where not $5
               on conflict (id) do nothing
               returning id, expires_at
           ), renewed as (
               update reservations r
               set state = 'reserved', expires_at = granted.expires_at
               from granted
               where r.id = $1 and $5
               returning r.id, r.expires_at
           ), reservation as (
               select id, expires_at from inserted union all select id, expires_at from renewed
           ), taken as (
               update stock s
               set available = s.available - l.quantity, reserved = s.reserved + l.quantity
               from locked l cross join reservation
               where s.product_id = l.product_id
           ), line as (
               insert into reservation_lines (reservation_id, product_id, quantity, unit_price,
                                              currency, name, name_fr, position)
               select r.id, l.product_id, l.quantity, l.price,
                      l.currency, l.name, l.name_fr, l.position::integer
               from locked l cross join reservation r
           )
           select l.position as "position!", l.product_id as "product_id!", l.quantity as "quantity!",
                  l.price, l.currency as "currency: Currency", l.name, l.name_fr,
                  l.available >= l.quantity as "enough!", r.expires_at as "expires_at?"
           from locked l left join reservation r on true
           order by l.position"#,
        id,
        &products,
        &quantities,
        f64::from(ttl.0),
        anew,
    )
    .fetch_all(db)
    .await?;
    Ok(Attempt {
        expires_at: lines.first().and_then(|it| it.expires_at),
        lines,
    })
}

/// What is known of an id, locked until the transaction ends.
pub(crate) struct Known {
    pub(crate) state: State,
    /// Whether its time is over, swept or not.
    pub(crate) over: bool,
}

pub(crate) async fn lock(db: &mut PgConnection, id: Uuid) -> Result<Option<Known>, CatalogError> {
    let known = sqlx::query_as!(
        Known,
        r#"select state as "state: State", expires_at <= now() as "over!"
           from reservations
           where id = $1
           for update"#,
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(known)
}

/// Sells what is reserved; says whether the reservation held its units until now.
pub(crate) async fn commit(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, CatalogError> {
    let committed = sqlx::query_scalar!(
        "with committed as (
             update reservations set state = 'committed'
             where id = $1 and state = 'reserved'
             returning id
         ), locked as (
             select s.product_id, l.quantity
             from committed c
             join reservation_lines l on l.reservation_id = c.id
             join stock s on s.product_id = l.product_id
             order by s.product_id
             for update of s
         ), sold as (
             update stock s set reserved = s.reserved - l.quantity, sold = s.sold + l.quantity
             from locked l
             where s.product_id = l.product_id
         )
         select id from committed",
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(committed.is_some())
}

/// Locks the stock of a reservation's lines; says which of them (from zero) want more than there is.
pub(crate) async fn lock_stock(
    db: impl PgExecutor<'_>,
    id: Uuid,
) -> Result<Vec<usize>, CatalogError> {
    let rows = sqlx::query!(
        "select l.position, l.quantity, s.available
         from reservation_lines l
         join stock s on s.product_id = l.product_id
         where l.reservation_id = $1
         order by s.product_id
         for update of s",
        id,
    )
    .fetch_all(db)
    .await?;
    let mut short: Vec<usize> = rows
        .into_iter()
        .filter(|it| it.available < it.quantity)
        .filter_map(|it| usize::try_from(it.position - 1).ok())
        .collect();
    short.sort_unstable();
    Ok(short)
}

/// Sells a reservation's lines off the shelf; the stock is locked already.
pub(crate) async fn sell(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), CatalogError> {
    sqlx::query!(
        "update stock s set available = s.available - l.quantity, sold = s.sold + l.quantity
         from reservation_lines l
         where l.reservation_id = $1 and s.product_id = l.product_id",
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the units of a reservation back; the reservation is locked already.
pub(crate) async fn put_back(db: &mut PgConnection, id: Uuid) -> Result<(), CatalogError> {
    sqlx::query!(
        "with locked as (
             select s.product_id, l.quantity
             from reservation_lines l
             join stock s on s.product_id = l.product_id
             where l.reservation_id = $1
             order by s.product_id
             for update of s
         )
         update stock s
         set available = s.available + l.quantity, reserved = s.reserved - l.quantity
         from locked l
         where s.product_id = l.product_id",
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn set_state(
    db: impl PgExecutor<'_>,
    id: Uuid,
    state: State,
) -> Result<(), CatalogError> {
    sqlx::query!(
        "update reservations set state = $2 where id = $1",
        id,
        state as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers an id as released; says whether it was unknown.
pub(crate) async fn insert_released(
    db: impl PgExecutor<'_>,
    id: Uuid,
) -> Result<bool, CatalogError> {
    let inserted = sqlx::query!(
        "insert into reservations (id, state, expires_at) values ($1, 'released', now())
         on conflict (id) do nothing",
        id,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(crate) async fn forget_lines(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), CatalogError> {
    sqlx::query!(
        "delete from reservation_lines where reservation_id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends reservations that are over and gives their units back; says how many. Those that somebody is
/// at work on are left for the next time.
pub(crate) async fn expire(db: impl PgExecutor<'_>) -> Result<u64, CatalogError> {
    let expired = sqlx::query_scalar!(
        r#"with due as (
               select id from reservations
               where state = 'reserved' and expires_at <= now()
               order by expires_at
               limit $1
               for update skip locked
           ), expired as (
               update reservations r set state = 'expired'
               from due
               where r.id = due.id
               returning r.id
           ), units as (
               select l.product_id, sum(l.quantity)::bigint as quantity
               from expired e
               join reservation_lines l on l.reservation_id = e.id
               group by l.product_id
           ), locked as (
               select s.product_id, u.quantity
               from units u
               join stock s on s.product_id = u.product_id
               order by s.product_id
               for update of s
           ), put_back as (
               update stock s
               set available = s.available + l.quantity, reserved = s.reserved - l.quantity
               from locked l
               where s.product_id = l.product_id
           )
           select count(*) as "count!" from expired"#,
        EXPIRE_BATCH,
    )
    .fetch_one(db)
    .await?;
    Ok(u64::try_from(expired).unwrap_or(0))
}

/// A reservation with its lines, in the order of the request.
pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    id: Uuid,
) -> Result<Option<Reservation>, CatalogError> {
    let rows = sqlx::query!(
        r#"select r.state as "state: State", r.expires_at,
                  l.product_id as "product_id?", l.quantity as "quantity?",
                  l.unit_price as "unit_price?", l.currency as "currency?: Currency",
                  l.name as "name?", l.name_fr as "name_fr?"
           from reservations r
           left join reservation_lines l on l.reservation_id = r.id
           where r.id = $1
           order by l.position"#,
        id,
    )
    .fetch_all(db)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let (state, expires_at) = (first.state, first.expires_at);
    let lines = rows.into_iter().filter_map(|row| {
        Some(Line {
            product_id: row.product_id?,
            name: row.name?,
            name_fr: row.name_fr?,
            quantity: row.quantity?,
            unit_price: Money {
                amount: row.unit_price?,
                currency: row.currency?,
            },
        })
    });
    Ok(Some(Reservation {
        id,
        state,
        expires_at,
        lines: lines.collect(),
    }))
}

/// How many reservations hold units.
pub(crate) async fn count_open(db: impl PgExecutor<'_>) -> Result<i64, CatalogError> {
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reservations where state = 'reserved'"#
    )
    .fetch_one(db)
    .await?;
    Ok(open)
}
