//! The users of a demonstration. Everybody may know their passwords.

use secrecy::SecretString;
use uuid::Uuid;

use crate::{Auth, account::Email, error::AuthError, store};

/// A user who is there from the first start of a demonstration.
#[derive(Clone, Copy, Debug)]
pub struct DemoUser {
    /// The e-mail address to sign in with.
    pub email: &'static str,
    /// The password, which is no secret.
    pub password: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether this user runs the shop.
    pub staff: bool,
}

/// Buys things.
pub const CUSTOMER: DemoUser = DemoUser {
    email: "camille@example.com",
    password: "demo-tea-at-four",
    name: "Camille Martin",
    staff: false,
};

/// Runs the shop.
pub const STAFF: DemoUser = DemoUser {
    email: "admin@example.com",
    password: "demo-keys-of-the-shop",
    name: "Alex Bernard",
    staff: true,
};

/// Creates the demo users that are missing. One that is there is left as it is.
pub(crate) async fn seed(auth: &Auth) -> Result<(), AuthError> {
    for demo in [CUSTOMER, STAFF] {
        let email = Email::new(demo.email);
        if store::users::credentials(&auth.db, &email).await?.is_some() {
            continue;
        }
        let hash = auth.hashing.hash(SecretString::from(demo.password)).await?;
        let mut transaction = auth.db.begin().await?;
        match store::users::insert(&mut *transaction, Uuid::now_v7(), &email, demo.name, &hash)
            .await
        {
            Ok(user) => {
                store::users::set_staff(&mut *transaction, user.id, demo.staff).await?;
                transaction.commit().await?;
            }
            // Another replica was faster.
            Err(AuthError::EmailTaken) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
