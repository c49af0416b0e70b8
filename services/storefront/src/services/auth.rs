//! Accounts and sessions.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use upstream::{Call, Error, Method, Upstream, header};
use uuid::Uuid;

use super::Listed;
use crate::visit::Client;

/// The auth service.
pub(crate) struct Auth {
    upstream: Upstream,
    /// What a refresh token was exchanged for. Two requests of one visitor may carry the same one, and a
    /// second exchange of it would end the session.
    exchanged: Cache<String, Tokens>,
}

/// What signing in brings.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// When the access token ends.
    pub(crate) ends_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: String,
    /// In seconds.
    expires_in: i64,
}

/// Somebody who has an account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) roles: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
}

impl User {
    pub(crate) fn is_staff(&self) -> bool {
        self.roles.iter().any(|it| it == "staff")
    }
}

/// What is written on a parcel.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Lines {
    pub(crate) name: String,
    pub(crate) line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    pub(crate) city: String,
    pub(crate) postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
}

/// An entry of an address book.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Address {
    pub(crate) id: Uuid,
    #[serde(flatten)]
    pub(crate) lines: Lines,
}

/// Where somebody is signed in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) user_agent: Option<String>,
    pub(crate) current: bool,
}

/// A change of the account; what is absent stays.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Change<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current_password: Option<&'a str>,
}

/// Longer than any page takes, shorter than an access token lives.
const REMEMBER_EXCHANGE: Duration = Duration::from_secs(60);
const EXCHANGES_AT_MOST: u64 = 10_000;

impl Auth {
    pub(crate) fn new(upstream: Upstream) -> Self {
        Self {
            upstream,
            exchanged: Cache::builder()
                .max_capacity(EXCHANGES_AT_MOST)
                .time_to_live(REMEMBER_EXCHANGE)
                .build(),
        }
    }

    /// Opens an account.
    pub(crate) async fn register(
        &self,
        client: &Client,
        name: &str,
        email: &str,
        password: &str,
    ) -> Result<User, Error> {
        let body = serde_json::json!({ "name": name, "email": email, "password": password });
        let call = self.upstream.request(Method::POST, "/api/auth/register");
        from(client, call).json(&body).send().await
    }

    /// Signs in.
    pub(crate) async fn login(
        &self,
        client: &Client,
        email: &str,
        password: &str,
    ) -> Result<Tokens, Error> {
        let body = serde_json::json!({ "email": email, "password": password });
        let call = self.upstream.request(Method::POST, "/api/auth/login");
        let answer: TokenAnswer = from(client, call).json(&body).send().await?;
        Ok(answer.into())
    }

    /// Exchanges a refresh token. Requests that carry the same one at the same time, or soon after, get
    /// the same tokens.
    pub(crate) async fn refresh(&self, token: &str) -> Result<Tokens, Arc<Error>> {
        let exchange = async {
            let body = serde_json::json!({ "refresh_token": token });
            let answer: TokenAnswer = self.upstream.post("/api/auth/refresh", &body).await?;
            Ok(answer.into())
        };
        self.exchanged
            .try_get_with(token.to_owned(), exchange)
            .await
    }

    /// Ends the session of a token.
    pub(crate) async fn logout(&self, token: &str) -> Result<(), Error> {
        self.member(token, Method::POST, "/api/auth/logout")
            .send_for_nothing()
            .await
    }

    pub(crate) async fn me(&self, token: &str) -> Result<User, Error> {
        self.member(token, Method::GET, "/api/auth/me").send().await
    }

    pub(crate) async fn change(&self, token: &str, change: &Change<'_>) -> Result<User, Error> {
        let call = self.member(token, Method::PATCH, "/api/auth/me");
        call.json(change).send().await
    }

    /// Changes the password, and so ends all sessions; the tokens are those of a new one.
    pub(crate) async fn change_password(
        &self,
        client: &Client,
        token: &str,
        current: &str,
        new: &str,
    ) -> Result<Tokens, Error> {
        let body = serde_json::json!({ "current_password": current, "new_password": new });
        let call = self.member(token, Method::PUT, "/api/auth/me/password");
        let answer: TokenAnswer = from(client, call).json(&body).send().await?;
        Ok(answer.into())
    }

    pub(crate) async fn delete_account(&self, token: &str) -> Result<(), Error> {
        self.member(token, Method::DELETE, "/api/auth/me")
            .send_for_nothing()
            .await
    }

    pub(crate) async fn addresses(&self, token: &str) -> Result<Vec<Address>, Error> {
        let call = self.member(token, Method::GET, "/api/auth/me/addresses");
        call.send::<Listed<Address>>().await.map(|it| it.items)
    }

    pub(crate) async fn add_address(&self, token: &str, lines: &Lines) -> Result<Address, Error> {
        let call = self.member(token, Method::POST, "/api/auth/me/addresses");
        call.json(lines).send().await
    }

    pub(crate) async fn replace_address(
        &self,
        token: &str,
        id: Uuid,
        lines: &Lines,
    ) -> Result<Address, Error> {
        let path = format!("/api/auth/me/addresses/{id}");
        let call = self.member(token, Method::PUT, &path);
        call.json(lines).send().await
    }

    pub(crate) async fn delete_address(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/auth/me/addresses/{id}");
        self.member(token, Method::DELETE, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn sessions(&self, token: &str) -> Result<Vec<Session>, Error> {
        let call = self.member(token, Method::GET, "/api/auth/me/sessions");
        call.send::<Listed<Session>>().await.map(|it| it.items)
    }

    pub(crate) async fn end_session(&self, token: &str, id: Uuid) -> Result<(), Error> {
        let path = format!("/api/auth/me/sessions/{id}");
        self.member(token, Method::DELETE, &path)
            .send_for_nothing()
            .await
    }

    pub(crate) async fn end_all_sessions(&self, token: &str) -> Result<(), Error> {
        self.member(token, Method::DELETE, "/api/auth/me/sessions")
            .send_for_nothing()
            .await
    }

    fn member(&self, token: &str, method: Method, path: &str) -> Call<'_> {
        self.upstream.request(method, path).bearer(token)
    }
}

/// Tells the auth service who is at the other end: it counts attempts by address, and lists sessions by
/// what signed in.
fn from<'a>(client: &Client, mut call: Call<'a>) -> Call<'a> {
    if let Some(address) = &client.forwarded_for {
        let name = header::HeaderName::from_static("x-forwarded-for");
        call = call.header(name, address);
    }
    if let Some(user_agent) = &client.user_agent {
        call = call.header(header::USER_AGENT, user_agent);
    }
    call
}

impl From<TokenAnswer> for Tokens {
    fn from(answer: TokenAnswer) -> Self {
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            ends_at: Utc::now() + TimeDelta::seconds(answer.expires_in),
        }
    }
}
