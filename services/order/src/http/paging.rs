//! Lists, a page at a time.

use problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it.
    items: Vec<T>,
    /// What to ask for as `cursor` to get the next page; null on the last.
    next_cursor: Option<Uuid>,
}

/// How many items were asked for: 20 where nothing is said, 1 to 100.
pub(super) fn limit(asked: Option<u8>) -> Result<usize, Problem> {
    match asked.unwrap_or(20) {
        limit @ 1..=100 => Ok(limit.into()),
        _ => Err(Problem::invalid("limit must be 1 to 100")),
    }
}

/// How many to read: one more than are shown, to know whether there are more.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

impl<T> Page<T> {
    pub(super) fn of(mut items: Vec<T>, limit: usize, id: impl Fn(&T) -> Uuid) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if more { items.last().map(id) } else { None };
        Self { items, next_cursor }
    }
}
