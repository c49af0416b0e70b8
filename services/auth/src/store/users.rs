//! Users.

use chassis::violates;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    account::{self, Credentials, Email, User},
    error::AuthError,
};

pub(crate) async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    email: &Email,
    name: &str,
    password_hash: &str,
) -> Result<User, AuthError> {
    let row = sqlx::query!(
        "insert into users (id, email, name, password_hash)
         values ($1, $2, $3, $4)
         returning id, email, name, roles, created_at",
        id,
        email.as_str(),
        name,
        password_hash,
    )
    .fetch_one(db)
    .await
    .map_err(taken)?;
    Ok(User {
        id: row.id,
        email: row.email,
        name: row.name,
        roles: account::roles(&row.roles),
        created_at: row.created_at,
    })
}

pub(crate) async fn find(db: impl PgExecutor<'_>, id: Uuid) -> Result<Option<User>, AuthError> {
    let row = sqlx::query!(
        "select id, email, name, roles, created_at from users where id = $1",
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| User {
        id: row.id,
        email: row.email,
        name: row.name,
        roles: account::roles(&row.roles),
        created_at: row.created_at,
    }))
}

pub(crate) async fn credentials(
    db: impl PgExecutor<'_>,
    email: &Email,
) -> Result<Option<Credentials>, AuthError> {
    let row = sqlx::query_as!(
        Credentials,
        "select id as user_id, password_hash from users where email = $1",
        email.as_str(),
    );
    Ok(row.fetch_optional(db).await?)
}

pub(crate) async fn password_hash(
    db: impl PgExecutor<'_>,
    id: Uuid,
) -> Result<Option<String>, AuthError> {
    let hash = sqlx::query_scalar!("select password_hash from users where id = $1", id);
    Ok(hash.fetch_optional(db).await?)
}

pub(crate) async fn roles(db: impl PgExecutor<'_>, id: Uuid) -> Result<Vec<String>, AuthError> {
    let roles = sqlx::query_scalar!("select roles from users where id = $1", id);
    roles
        .fetch_optional(db)
        .await?
        .ok_or(AuthError::SessionEnded)
}

/// The roles, if the password is still the one that was checked; nobody can change it before the
/// transaction ends, nor delete the user.
pub(crate) async fn share_if_unchanged(
    db: impl PgExecutor<'_>,
    id: Uuid,
    password_hash: &str,
) -> Result<Option<Vec<String>>, AuthError> {
    let roles = sqlx::query_scalar!(
        "select roles from users where id = $1 and password_hash = $2 for share",
        id,
        password_hash,
    );
    Ok(roles.fetch_optional(db).await?)
}

/// Whether there is such a user; nobody else can change or share it before the transaction ends.
pub(crate) async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, AuthError> {
    let found = sqlx::query_scalar!("select id from users where id = $1 for update", id);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// Changes what is given; with `password_hash`, only while it is still that one.
pub(crate) async fn update(
    db: impl PgExecutor<'_>,
    id: Uuid,
    name: Option<&str>,
    email: Option<&Email>,
    password_hash: Option<&str>,
) -> Result<Option<User>, AuthError> {
    let row = sqlx::query!(
        "update users
         set name = coalesce($2, name), email = coalesce($3, email)
         where id = $1 and password_hash = coalesce($4, password_hash)
         returning id, email, name, roles, created_at",
        id,
        name,
        email.map(Email::as_str),
        password_hash,
    )
    .fetch_optional(db)
    .await
    .map_err(taken)?;
    Ok(row.map(|row| User {
        id: row.id,
        email: row.email,
        name: row.name,
        roles: account::roles(&row.roles),
        created_at: row.created_at,
    }))
}

/// Whether the old hash was still there to be replaced.
pub(crate) async fn replace_password(
    db: impl PgExecutor<'_>,
    id: Uuid,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool, AuthError> {
    let done = sqlx::query!(
        "update users set password_hash = $3 where id = $1 and password_hash = $2",
        id,
        old_hash,
        new_hash,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn set_staff(
    db: impl PgExecutor<'_>,
    id: Uuid,
    staff: bool,
) -> Result<(), AuthError> {
    sqlx::query!(
        "update users
         set roles = case when $2 then '{customer,staff}'::text[] else '{customer}'::text[] end
         where id = $1",
        id,
        staff,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), AuthError> {
    sqlx::query!("delete from users where id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}

fn taken(error: sqlx::Error) -> AuthError {
    if violates(&error, "users_email_key") {
        AuthError::EmailTaken
    } else {
        error.into()
    }
}
