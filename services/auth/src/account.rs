//! Who has an account: registering, changing it, deleting it.

use std::fmt;

use chrono::{DateTime, Utc};
use identity::Role;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Auth,
    error::AuthError,
    password,
    revocation::{self, Reason},
    session, store,
    token::Tokens,
};

/// A person who has an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    #[schema(format = "email")]
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) created_at: DateTime<Utc>,
}

/// An e-mail address, in the one way in which it is stored and compared: lower case, no spaces around it.
#[derive(Clone, garde::Validate, ToSchema)]
#[garde(transparent)]
#[schema(value_type = String, format = "email", max_length = 254)]
pub(crate) struct Email(#[garde(length(max = 254), email)] String);

impl Email {
    pub(crate) fn new(typed: &str) -> Self {
        Self(typed.trim().to_lowercase())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|it| Self::new(&it))
    }
}

impl fmt::Debug for Email {
    /// Says nothing: personal data has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

/// What of a user is needed to check a password.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) user_id: Uuid,
    pub(crate) password_hash: String,
}

/// What a user wants to change.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<Email>,
    pub(crate) current_password: Option<SecretString>,
}

/// The roles of a row; the table's check knows no others.
pub(crate) fn roles(stored: &[String]) -> Vec<Role> {
    stored
        .iter()
        .filter_map(|it| match it.as_str() {
            "customer" => Some(Role::Customer),
            "staff" => Some(Role::Staff),
            _ => None,
        })
        .collect()
}

/// A new customer.
pub(crate) async fn register(
    auth: &Auth,
    email: &Email,
    name: &str,
    password: SecretString,
) -> Result<User, AuthError> {
    password::check_strength(&password, email.as_str())?;
    let hash = auth.hashing.hash(password).await?;
    store::users::insert(&auth.db, Uuid::now_v7(), email, name, &hash).await
}

/// The user of a session. Where there is none, the account was deleted a moment ago.
pub(crate) async fn find(auth: &Auth, user: Uuid) -> Result<User, AuthError> {
    store::users::find(&auth.db, user)
        .await?
        .ok_or(AuthError::SessionEnded)
}

/// Changes the name and the e-mail address; the latter only with the password, since whoever has the
/// address has the account.
pub(crate) async fn change(auth: &Auth, user: Uuid, changes: Changes) -> Result<User, AuthError> {
    let before = find(auth, user).await?;
    let email = changes.email.filter(|it| it.as_str() != before.email);
    let name = changes.name.as_deref();
    if let Some(email) = &email {
        let password = changes.current_password.ok_or(AuthError::WrongPassword)?;
        let hash = check_password(auth, &before, password).await?;
        store::users::update(&auth.db, user, name, Some(email), Some(&hash)).await?
    } else {
        store::users::update(&auth.db, user, name, None, None).await?
    }
    // The password was changed in the meantime, or the account deleted.
    .ok_or(AuthError::WrongPassword)
}

/// Changes the password, ends every session, and begins a new one for whoever did it.
pub(crate) async fn change_password(
    auth: &Auth,
    user: Uuid,
    current: SecretString,
    new: SecretString,
    user_agent: Option<&str>,
) -> Result<Tokens, AuthError> {
    let user = find(auth, user).await?;
    password::check_strength(&new, &user.email)?;
    let old_hash = check_password(auth, &user, current).await?;
    let new_hash = auth.hashing.hash(new).await?;

    let mut transaction = auth.db.begin().await?;
    let db = &mut *transaction;
    if !store::users::replace_password(&mut *db, user.id, &old_hash, &new_hash).await? {
        return Err(AuthError::WrongPassword);
    }
    let ended = store::sessions::delete_all(&mut *db, user.id).await?;
    let tokens = session::begin(auth, &mut *db, user.id, &new_hash, user_agent)
        .await?
        .ok_or(AuthError::WrongPassword)?;
    let revoked = revocation::record(db, ended, Reason::PasswordChanged).await?;
    transaction.commit().await?;
    revoked.apply(auth);
    Ok(tokens)
}

/// Deletes a user and everything that is kept of it here.
pub(crate) async fn delete(auth: &Auth, user: Uuid) -> Result<(), AuthError> {
    let mut transaction = auth.db.begin().await?;
    let db = &mut *transaction;
    // Locked first, so that nobody signs in between the two deletions.
    store::users::lock(&mut *db, user).await?;
    let ended = store::sessions::delete_all(&mut *db, user).await?;
    store::users::delete(&mut *db, user).await?;
    let revoked = revocation::record(db, ended, Reason::AccountDeleted).await?;
    transaction.commit().await?;
    revoked.apply(auth);
    Ok(())
}

/// The hash that the password was checked against. It counts as a try to sign in: a stolen token must
/// not be a way to guess a password.
async fn check_password(
    auth: &Auth,
    user: &User,
    password: SecretString,
) -> Result<String, AuthError> {
    auth.attempts.on_account(&user.email)?;
    let hash = store::users::password_hash(&auth.db, user.id)
        .await?
        .ok_or(AuthError::SessionEnded)?;
    if auth.hashing.verify(password, Some(&hash)).await? {
        Ok(hash)
    } else {
        Err(AuthError::WrongPassword)
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate as _;

    use super::*;

    #[test]
    fn an_address_is_one_however_it_is_typed() {
        assert_eq!(
            Email::new(" Camille@Example.COM ").as_str(),
            "camille@example.com"
        );
    }

    #[test]
    fn addresses_that_are_none_are_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for typed in [
            "",
            "camille",
            "@example.com",
            "a b@example.com",
            "a\0@example.com",
            &long,
        ] {
            assert!(Email::new(typed).validate().is_err(), "{typed:?}");
        }
        assert!(Email::new("camille@example.com").validate().is_ok());
    }

    #[test]
    fn an_address_is_not_printed() {
        let printed = format!("{:?}", Email::new("camille@example.com"));
        assert!(!printed.contains("camille"));
    }
}
