//! What audits of the shop found, for its staff to see.

use chrono::{DateTime, Datelike as _, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{State, error::OrderError, order::printable, store};

/// How many are kept.
const KEPT: i64 = 1000;

/// What an auditor tells of an audit.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAudit {
    /// When it was done.
    #[garde(custom(in_our_time))]
    pub(crate) finished_at: DateTime<Utc>,
    /// Whether all is well.
    #[garde(custom(only_without_violations(&self.invariants)))]
    pub(crate) clean: bool,
    /// Of the auditor.
    #[garde(length(chars, min = 1, max = 64), custom(printable))]
    pub(crate) version: String,
    /// What was found, by invariant.
    #[garde(length(max = 30), dive)]
    pub(crate) invariants: Vec<Verdict>,
}

/// What was found about one invariant.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    /// As in `I1`.
    #[garde(custom(named_like_an_invariant))]
    pub(crate) name: String,
    /// What is promised.
    #[garde(length(chars, min = 1, max = 200), custom(printable))]
    pub(crate) promise: String,
    /// How many rows were looked at.
    #[garde(range(min = 0))]
    pub(crate) checked: i64,
    /// How many break the promise.
    #[garde(range(min = 0))]
    pub(crate) violations: i64,
    /// Some of those, in words.
    #[garde(length(max = 5), inner(length(chars, max = 300), custom(printable)))]
    pub(crate) examples: Vec<String>,
}

/// The database knows other years than we do.
fn in_our_time(at: &DateTime<Utc>, _: &()) -> garde::Result {
    if (2000..10_000).contains(&at.year()) {
        Ok(())
    } else {
        Err(garde::Error::new("must be in this age"))
    }
}

/// Names become labels of a metric, of which there must not be too many.
fn named_like_an_invariant(name: &str, _: &()) -> garde::Result {
    let number = name.strip_prefix('I').unwrap_or_default();
    if matches!(number.len(), 1 | 2) && number.bytes().all(|it| it.is_ascii_digit()) {
        Ok(())
    } else {
        Err(garde::Error::new("must be as in I1"))
    }
}

fn only_without_violations(invariants: &[Verdict]) -> impl FnOnce(&bool, &()) -> garde::Result {
    let violated = invariants.iter().any(|it| it.violations > 0);
    move |clean, ()| {
        if *clean && violated {
            Err(garde::Error::new(
                "must be false where there are violations",
            ))
        } else {
            Ok(())
        }
    }
}

/// An audit that is recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Audit {
    /// The auditor's name for it.
    pub(crate) id: Uuid,
    /// When it was recorded.
    pub(crate) recorded_at: DateTime<Utc>,
    /// When it was done.
    pub(crate) finished_at: DateTime<Utc>,
    /// Whether all was well.
    pub(crate) clean: bool,
    /// Of the auditor.
    pub(crate) version: String,
    /// What was found, by invariant.
    #[schema(value_type = Vec<Verdict>)]
    pub(crate) invariants: Json<Vec<Verdict>>,
}

/// Records an audit, once; when it was.
pub(crate) async fn record(
    state: &State,
    id: Uuid,
    new: &NewAudit,
) -> Result<DateTime<Utc>, OrderError> {
    let mut transaction = state.pool.begin().await?;
    store::audits::insert(&mut *transaction, id, new).await?;
    store::audits::forget_all_but(&mut *transaction, KEPT).await?;
    let recorded_at = store::audits::recorded_at(&mut *transaction, id).await?;
    transaction.commit().await?;
    measure(state).await?;
    Ok(recorded_at)
}

/// Shows the last audit in the metrics.
pub(crate) async fn measure(state: &State) -> Result<(), OrderError> {
    let last = store::audits::last(&state.pool, 1).await?;
    if let Some(last) = last.first() {
        state.measures.audited(last);
    }
    Ok(())
}
