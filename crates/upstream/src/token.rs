//! A service's own short-lived token, asked of the auth service (OAuth 2.0 client credentials, RFC 6749
//! section 4.4, in JSON).

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use crate::{Error, Upstream};

/// Who this service is to the auth service.
#[derive(Clone, Debug, clap::Args)]
pub struct Credentials {
    /// Where the auth service is.
    #[arg(long, env = "AUTH_URL", default_value = "http://127.0.0.1:8081")]
    pub auth_url: Url,
    /// This service's secret, which the auth service exchanges for short-lived tokens.
    #[arg(long, env = "SERVICE_SECRET", hide_env_values = true, value_parser = secret::read)]
    pub service_secret: SecretString,
}

/// A token for one audience and scope, fetched when first needed and again before it ends.
#[derive(Clone, Debug)]
pub struct ServiceToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    auth: Upstream,
    client_id: &'static str,
    client_secret: SecretString,
    audience: &'static str,
    scope: &'static str,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    token: SecretString,
    renew_at: Instant,
}

#[derive(Serialize)]
struct Body<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    audience: &'a str,
    scope: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    /// Seconds.
    expires_in: u64,
}

impl Credentials {
    /// The auth service, where tokens come from.
    pub fn auth(&self) -> Result<Upstream, reqwest::Error> {
        Upstream::new("auth", self.auth_url.clone(), Duration::from_secs(3))
    }

    /// Tokens with which the service `client` may call `audience` for `scope`, fetched from `auth`.
    pub fn token(
        &self,
        auth: &Upstream,
        client: &'static str,
        audience: &'static str,
        scope: &'static str,
    ) -> ServiceToken {
        ServiceToken(Arc::new(Inner {
            auth: auth.clone(),
            client_id: client,
            client_secret: self.service_secret.clone(),
            audience,
            scope,
            held: Mutex::default(),
        }))
    }
}

impl ServiceToken {
    /// The token. Concurrent callers wait for one fetch.
    pub(crate) async fn get(&self) -> Result<String, Error> {
        let inner = &self.0;
        let mut held = inner.held.lock().await;
        if let Some(held) = held.as_ref().filter(|it| Instant::now() < it.renew_at) {
            return Ok(held.token.expose_secret().to_owned());
        }
        let body = Body {
            client_id: inner.client_id,
            client_secret: inner.client_secret.expose_secret(),
            audience: inner.audience,
            scope: inner.scope,
        };
        // Boxed, because the auth service is called through `Upstream` too.
        let answer: Answer = Box::pin(inner.auth.post("/internal/token", &body)).await?;
        let token = answer.access_token.expose_secret().to_owned();
        *held = Some(Held {
            token: answer.access_token,
            renew_at: Instant::now() + Duration::from_secs(answer.expires_in * 4 / 5),
        });
        Ok(token)
    }

    /// Makes the next call fetch a new token.
    pub(crate) async fn forget(&self) {
        *self.0.held.lock().await = None;
    }
}
