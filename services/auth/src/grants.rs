//! Which service may ask which other one for what; the operator's audit is a client like them.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Digest, SHA256, digest},
};
use identity::Scope;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::AuthError;

/// Client, audience, scope: the table of `docs/reference/contracts.md`.
const GRANTS: &[(&str, &str, Scope)] = &[
    ("auth", "auth", Scope::Revocations),
    ("catalog", "auth", Scope::Revocations),
    ("cart", "auth", Scope::Revocations),
    ("payment", "auth", Scope::Revocations),
    ("order", "auth", Scope::Revocations),
    ("cart", "catalog", Scope::Products),
    ("order", "cart", Scope::Carts),
    ("order", "catalog", Scope::Stock),
    ("order", "payment", Scope::Payments),
    ("audit", "order", Scope::Audits),
];

/// The services that have a secret here, by name. Only digests are kept.
pub(crate) struct Clients(HashMap<String, Digest>);

/// A secret is drawn at random, not chosen: what is shorter than this was not.
const SHORTEST_SECRET: usize = 16;

impl Clients {
    /// From `name=secret,name=secret`. Errors name the clients and never quote a secret.
    pub(crate) fn parse(text: &SecretString) -> anyhow::Result<Self> {
        let mut clients = HashMap::new();
        for (place, entry) in text.expose_secret().split(',').enumerate() {
            let (name, secret) = entry
                .trim()
                .split_once('=')
                .with_context(|| format!("entry {} is not NAME=SECRET", place + 1))?;
            ensure!(
                GRANTS.iter().any(|(client, ..)| *client == name),
                "entry {} names no service of the shop",
                place + 1
            );
            ensure!(
                secret.len() >= SHORTEST_SECRET,
                "the secret of {name} has less than {SHORTEST_SECRET} characters"
            );
            let before = clients.insert(name.to_owned(), digest(&SHA256, secret.as_bytes()));
            ensure!(before.is_none(), "{name} is named twice");
        }
        Ok(Self(clients))
    }

    /// Fails unless `secret` is that of the service `name`.
    pub(crate) fn authenticate(&self, name: &str, secret: &SecretString) -> Result<(), AuthError> {
        let expected = self.0.get(name).ok_or(AuthError::InvalidClient)?;
        let given = digest(&SHA256, secret.expose_secret().as_bytes());
        verify_slices_are_equal(expected.as_ref(), given.as_ref())
            .map_err(|_different| AuthError::InvalidClient)
    }
}

/// The scope, if `client` may ask `audience` for it.
pub(crate) fn granted(client: &str, audience: &str, scope: &str) -> Result<Scope, AuthError> {
    GRANTS
        .iter()
        .find(|(c, a, s)| *c == client && *a == audience && name(*s) == scope)
        .map(|(.., scope)| *scope)
        .ok_or(AuthError::NotGranted)
}

/// As in JSON; a test compares.
fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::Products => "products",
        Scope::Stock => "stock",
        Scope::Carts => "carts",
        Scope::Payments => "payments",
        Scope::Revocations => "revocations",
        Scope::Audits => "audits",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn scopes_are_named_as_in_tokens() {
        for (.., scope) in GRANTS {
            assert_eq!(serde_json::json!(scope), name(*scope));
        }
    }

    #[test]
    fn a_wrong_list_of_clients_is_refused_without_quoting_secrets() {
        let wrong = [
            "",
            "cart",
            &format!("stranger={SECRET}"),
            "cart=tooshort",
            &format!("cart={SECRET},cart={SECRET}"),
            &format!("cart={SECRET},"),
        ];
        for text in wrong {
            let error = Clients::parse(&text.into()).map(|_| ()).unwrap_err();
            let error = format!("{error:#}");
            assert!(
                !error.contains(SECRET) && !error.contains("tooshort"),
                "{error}"
            );
        }
        assert!(Clients::parse(&format!("cart={SECRET}, order={SECRET}").into()).is_ok());
    }

    #[test]
    fn only_a_client_with_its_own_secret_is_let_in() {
        let other = "fedcba9876543210fedcba9876543210";
        let clients = Clients::parse(&format!("cart={SECRET},order={other}").into()).unwrap();
        let knows = |name, secret: &str| clients.authenticate(name, &secret.into()).is_ok();
        assert!(knows("cart", SECRET));
        assert!(!knows("cart", other));
        assert!(!knows("order", SECRET));
        assert!(!knows("payment", SECRET));
        assert!(!knows("cart", ""));
    }
}
