//! Sessions that end before their access tokens do, and how everybody hears of it.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use identity::{Revocation, Revocations};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Auth, error::AuthError, store, token};

/// Why sessions end before their time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    Logout,
    SignedOut,
    SignedOutEverywhere,
    PasswordChanged,
    RefreshTokenReused,
    AccountDeleted,
    RolesChanged,
}

impl Reason {
    pub(crate) const ALL: [Self; 7] = [
        Self::Logout,
        Self::SignedOut,
        Self::SignedOutEverywhere,
        Self::PasswordChanged,
        Self::RefreshTokenReused,
        Self::AccountDeleted,
        Self::RolesChanged,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::SignedOut => "signed_out",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::PasswordChanged => "password_changed",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::AccountDeleted => "account_deleted",
            Self::RolesChanged => "roles_changed",
        }
    }
}

/// Sessions that were deleted, on their way into the feed.
#[must_use = "the other half of revoking is `Revoked::apply`, after the commit"]
#[derive(Debug)]
pub(crate) struct Revoked {
    sessions: Vec<Uuid>,
    until: DateTime<Utc>,
    reason: Reason,
}

/// Writes the sessions into the feed: the last statement of a transaction, because it holds a lock that
/// all revocations share.
pub(crate) async fn record(
    db: &mut PgConnection,
    sessions: Vec<Uuid>,
    reason: Reason,
) -> Result<Revoked, AuthError> {
    let until = Utc::now() + token::LONGEST;
    if !sessions.is_empty() {
        store::revocations::lock(&mut *db).await?;
        store::revocations::insert(&mut *db, &sessions, until).await?;
    }
    Ok(Revoked {
        sessions,
        until,
        reason,
    })
}

impl Revoked {
    /// Refuses the tokens here at once; the other services, and our other replicas, follow the feed.
    pub(crate) fn apply(self, auth: &Auth) {
        auth.metrics.revoked(self.reason, self.sessions.len());
        auth.identity
            .revoke(self.sessions.into_iter().map(|session| Revocation {
                session,
                until: self.until,
            }));
    }
}

/// How far this replica has read its own feed.
#[derive(Debug, Default)]
pub(crate) struct Cursor(AtomicI64);

/// Reads what has been revoked since the last time, by other replicas too.
pub(crate) async fn catch_up(auth: &Auth) -> Result<(), AuthError> {
    loop {
        let page = page(auth, auth.cursor.0.load(Ordering::Relaxed)).await?;
        if page.items.is_empty() {
            return Ok(());
        }
        auth.identity.revoke(page.items);
        auth.cursor.0.store(page.next, Ordering::Relaxed);
    }
}

/// The next page of the feed.
pub(crate) async fn page(auth: &Auth, after: i64) -> Result<Revocations, AuthError> {
    let rows = store::revocations::after(&auth.db, after, Utc::now()).await?;
    Ok(Revocations {
        next: rows.last().map_or(after, |it| it.seq),
        items: rows
            .into_iter()
            .map(|it| Revocation {
                session: it.session_id,
                until: it.until,
            })
            .collect(),
    })
}
