//! The shop's public URLs: each request goes to the service that owns its path, as the proxy would send it.

use reqwest::{Error, Method};
use serde_json::Value;
use testkit::{Answer, Client};

use crate::harness::Name;

/// The shop from outside.
#[derive(Clone, Debug)]
pub(crate) struct Front(Vec<(&'static str, Client)>);

impl Front {
    pub(crate) fn new(client: impl Fn(Name) -> Client) -> Self {
        let owners = [
            ("/api/auth/", Name::Auth),
            ("/.well-known/", Name::Auth),
            ("/api/catalog/", Name::Catalog),
            ("/api/cart", Name::Cart),
            ("/api/payments/", Name::Payment),
            ("/api/orders", Name::Order),
        ];
        Self(owners.map(|(path, name)| (path, client(name))).into())
    }

    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let with = |(path, client): &(_, Client)| (*path, client.with(name, value));
        Self(self.0.iter().map(with).collect())
    }

    pub(crate) fn bearer(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.owner(path).send(method, path, body).await
    }

    /// An error where no answer comes.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Error> {
        self.owner(path).try_send(method, path, body).await
    }

    fn owner(&self, path: &str) -> &Client {
        let owner = self.0.iter().find(|(prefix, _)| path.starts_with(prefix));
        &owner.unwrap_or_else(|| panic!("nobody owns {path}")).1
    }
}
