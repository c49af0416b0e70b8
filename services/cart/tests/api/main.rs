//! The cart service, over HTTP, against a database of its own per test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod access;
mod catalog_down;
mod concurrency;
mod failures;
mod guests;
mod internal;
mod items;
mod limits;
mod merging;
mod openapi;
mod purging;
mod standins;

use chassis::{Database, Http, Running};
use identity::Scope;
use sqlx::PgPool;
use standins::{Catalog, SECRET, token_endpoint};
use testkit::{Authority, Client, User};
use upstream::Credentials;
use wiremock::MockServer;

/// The service on a test's own database, with stand-ins for the services that it calls.
pub(crate) struct Shop {
    pub(crate) authority: Authority,
    pub(crate) catalog: Catalog,
    pub(crate) running: Running,
    _auth: MockServer,
}

impl Shop {
    pub(crate) async fn open(pool: PgPool) -> Self {
        let authority = Authority::over("cart");
        let catalog = Catalog::start().await;
        let auth = token_endpoint().await;
        let service = cart::Service {
            http: Http::loopback(),
            // `serve` is given the test's pool instead.
            database: Database::new("postgres://unused".into(), 1),
            credentials: Credentials {
                auth_url: auth.uri().parse().unwrap(),
                service_secret: SECRET.into(),
            },
            catalog_url: catalog.url(),
            // The worker must not do what a test of `purge` waits for.
            guest_cart_ttl_days: 3650,
        };
        let running = cart::serve(pool, authority.identity(), &service).unwrap();
        Self {
            authority,
            catalog,
            running,
            _auth: auth,
        }
    }

    /// Somebody without any token.
    pub(crate) fn anybody(&self) -> Client {
        Client::new(self.running.url())
    }

    pub(crate) fn guest(&self, token: &str) -> Client {
        self.anybody().with("x-cart-token", token)
    }

    pub(crate) fn member(&self) -> (User, Client) {
        let user = self.authority.customer();
        let client = self.anybody().bearer(&user.token);
        (user, client)
    }

    /// The order service.
    pub(crate) fn order(&self) -> Client {
        let token = self.authority.service("order", "cart", Scope::Carts);
        self.anybody().bearer(&token)
    }
}
