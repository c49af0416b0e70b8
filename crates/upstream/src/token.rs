//! A service's own short-lived token, asked of the auth service (OAuth 2.0 client credentials, RFC 6749
//! section 4.4, in JSON).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};
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

/// A token for one audience and scope, fetched when first needed and again before it ends. As long as it lasts
/// nobody waits for the next one, nor is troubled by an auth service that does not answer.
#[derive(Clone, Debug)]
pub struct ServiceToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    auth: Upstream,
    client_id: &'static str,
    client_secret: SecretString,
    audience: &'static str,
    scope: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// The one fetch that is under way.
    fetch: Option<Fetch>,
}

#[derive(Debug)]
struct Held {
    token: SecretString,
    renew_at: Instant,
    ends_at: Instant,
}

/// A fetch, whose token or failure is everybody's who waits for it.
type Fetch = Shared<BoxFuture<'static, Result<SecretString, Arc<Error>>>>;

/// After a fetch in vain there is no other one for so long, if there is a token still.
const PAUSE: Duration = Duration::from_secs(1);

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
            state: Mutex::default(),
        }))
    }
}

impl ServiceToken {
    /// The token. Concurrent callers wait for one fetch, which goes on if they give up.
    pub(crate) async fn get(&self) -> Result<SecretString, Arc<Error>> {
        let fetch = {
            let now = Instant::now();
            let mut state = self.0.lock();
            let held = state.held.as_ref().filter(|it| now < it.ends_at);
            let held = held.map(|it| (it.token.clone(), now < it.renew_at));
            if let Some((token, true)) = held {
                return Ok(token);
            }
            // A request that waits shows in its trace what for; what is fetched beside it is no part of it.
            let span = match held {
                Some(_) => Span::none(),
                None => Span::current(),
            };
            let fetch = state.fetch.get_or_insert_with(|| self.fetch(span)).clone();
            if let Some((token, _)) = held {
                return Ok(token);
            }
            fetch
        };
        fetch.await
    }

    /// Makes the next call fetch a new token, if `refused` is the one that is held: somebody else may have a
    /// new one already.
    pub(crate) fn forget(&self, refused: &SecretString) {
        let mut state = self.0.lock();
        state
            .held
            // nosemgrep: secret-compared-by-equals -- both are ours, and nobody outside sees how long it takes
            .take_if(|it| it.token.expose_secret() == refused.expose_secret());
    }

    fn fetch(&self, span: Span) -> Fetch {
        let inner = self.0.clone();
        let fetch = async move {
            let answer = inner.ask().await.map_err(Arc::new);
            inner.keep(answer)
        };
        let fetch = fetch.boxed().shared();
        tokio::spawn(fetch.clone().instrument(span));
        fetch
    }
}

impl Inner {
    async fn ask(&self) -> Result<Answer, Error> {
        let body = Body {
            client_id: self.client_id,
            client_secret: self.client_secret.expose_secret(),
            audience: self.audience,
            scope: self.scope,
        };
        self.auth.post("/internal/token", &body).await
    }

    /// What came of a fetch, for those who wait for it and for those who come later.
    fn keep(&self, answer: Result<Answer, Arc<Error>>) -> Result<SecretString, Arc<Error>> {
        let now = Instant::now();
        let mut state = self.lock();
        state.fetch = None;
        match answer {
            Ok(answer) => {
                let lasts = Duration::from_secs(answer.expires_in);
                state.held = Some(Held {
                    token: answer.access_token.clone(),
                    renew_at: now + lasts * 4 / 5,
                    ends_at: now + lasts,
                });
                Ok(answer.access_token)
            }
            Err(error) => {
                if let Some(held) = &mut state.held {
                    held.renew_at = now + PAUSE;
                    tracing::warn!(%error, audience = self.audience, "cannot renew a token");
                }
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token that `cart` holds since it asked an auth service that no longer answers.
    fn held(auth: &std::net::TcpListener, renew_at: Instant, ends_at: Instant) -> ServiceToken {
        let address = auth.local_addr().unwrap();
        let credentials = Credentials {
            auth_url: format!("http://{address}").parse().unwrap(),
            service_secret: "secret".into(),
        };
        let auth = credentials.auth().unwrap();
        let auth = auth.with_deadline(Duration::from_millis(100));
        let token = credentials.token(&auth, "cart", "catalog", "products");
        token.0.lock().held = Some(Held {
            token: "held".into(),
            renew_at,
            ends_at,
        });
        token
    }

    fn silent() -> std::net::TcpListener {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap()
    }

    #[tokio::test]
    async fn a_token_is_used_as_long_as_it_lasts_whether_auth_answers_or_not() {
        let (auth, now) = (silent(), Instant::now());
        let token = held(&auth, now, now + Duration::from_secs(60));
        for _ in 0..2 {
            assert_eq!(token.get().await.unwrap().expose_secret(), "held");
            let renewal = token.0.lock().fetch.clone().unwrap();
            renewal.await.unwrap_err();
            token.0.lock().held.as_mut().unwrap().renew_at = now;
        }
        token.0.lock().held.as_mut().unwrap().ends_at = now;
        assert!(token.get().await.is_err());
    }

    #[tokio::test]
    async fn a_renewal_in_vain_is_not_repeated_at_once() {
        let (auth, now) = (silent(), Instant::now());
        let token = held(&auth, now, now + Duration::from_secs(60));
        token.get().await.unwrap();
        let renewal = token.0.lock().fetch.clone().unwrap();
        renewal.await.unwrap_err();
        token.get().await.unwrap();
        assert!(token.0.lock().fetch.is_none());
    }

    #[test]
    fn a_token_that_somebody_renewed_is_not_forgotten() {
        let (auth, later) = (silent(), Instant::now() + Duration::from_secs(60));
        let token = held(&auth, later, later);
        token.forget(&"an older one".into());
        assert!(token.0.lock().held.is_some());
        token.forget(&"held".into());
        assert!(token.0.lock().held.is_none());
    }
}
