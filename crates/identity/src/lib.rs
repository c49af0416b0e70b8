//! Who is calling: access and service tokens, checked locally.
//!
//! Only the auth service signs. Every service holds the public keys (a JWKS, fetched again when a key
//! id is unknown) and the sessions that were revoked before their tokens ended (a feed, followed twice
//! a second), so no request waits for the auth service.
//!
//! Read in this order: [`claims`] (what is in a token), [`Identity`] (what is checked), [`caller`] (the
//! extractors that handlers take), [`follow`] (how a service keeps up with the auth service).

mod caller;
mod claims;
mod follow;

pub use caller::{Caller, Peer, Staff};
pub use claims::{AUDIENCE, ISSUER, Role, Scope, ServiceClaims, UserClaims};
pub use follow::{Revocation, Revocations, follow};

use std::{
    collections::HashMap,
    sync::{
        RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet},
};
use serde::de::DeserializeOwned;
use tokio::{sync::Mutex, time::Instant};
use upstream::Upstream;
use uuid::Uuid;

/// What one service knows of keys and revocations.
pub struct Identity {
    /// This service's name: the audience of the service tokens that it accepts.
    service: String,
    /// Where unknown keys are looked up; none where the keys are put in by hand.
    auth: Option<Upstream>,
    keys: RwLock<HashMap<String, DecodingKey>>,
    looked_up: Mutex<Option<Instant>>,
    /// Revoked sessions, until the last access token of each has ended.
    revoked: RwLock<HashMap<Uuid, DateTime<Utc>>>,
    current: AtomicBool,
}

/// Why a token is refused. Its text may be shown to the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Not a token of ours, or ended, or for somebody else.
    #[error("the token is not valid")]
    Invalid,
    /// Signed out, or ended for the user's safety.
    #[error("the session has ended")]
    Revoked,
}

/// How often an unknown key id may make a service ask for the keys: a stream of forged tokens must not
/// become a stream of requests to the auth service.
const LOOK_UP_AT_MOST_EVERY: Duration = Duration::from_secs(1);

impl Identity {
    /// For `service`, with the keys that are put in by [`Identity::use_keys`]: in the auth service, which
    /// has them, and in tests.
    pub fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            auth: None,
            keys: RwLock::default(),
            looked_up: Mutex::default(),
            revoked: RwLock::default(),
            current: AtomicBool::new(false),
        }
    }

    /// For `service`, with the keys that the auth service publishes.
    pub fn of_auth(service: &str, auth: Upstream) -> Self {
        Self {
            auth: Some(auth),
            ..Self::new(service)
        }
    }

    /// Replaces the keys. Keys of another kind than Ed25519 are left out.
    pub fn use_keys(&self, keys: &JwkSet) {
        let usable = keys
            .keys
            .iter()
            .filter(|jwk| is_ed25519(jwk))
            .filter_map(|jwk| {
                let id = jwk.common.key_id.clone()?;
                Some((id, DecodingKey::from_jwk(jwk).ok()?))
            })
            .collect();
        *self
            .keys
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = usable;
    }

    /// Refuses the tokens of these sessions from now on, and forgets those that have ended by themselves.
    pub fn revoke(&self, sessions: impl IntoIterator<Item = Revocation>) {
        let now = Utc::now();
        let mut revoked = self
            .revoked
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        revoked.retain(|_, until| *until > now);
        revoked.extend(sessions.into_iter().map(|it| (it.session, it.until)));
    }

    /// States that keys and revocations have been loaded at least once.
    pub fn set_current(&self) {
        self.current.store(true, Ordering::Release);
    }

    /// Whether keys and revocations have been loaded: before that a service is not ready, or a restart
    /// would forget who signed out.
    pub fn is_current(&self) -> bool {
        self.current.load(Ordering::Acquire)
    }

    /// The claims of a user's access token.
    pub async fn user(&self, token: &str) -> Result<UserClaims, Refused> {
        let claims: UserClaims = self.claims(token, AUDIENCE).await?;
        let revoked = self
            .revoked
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if revoked.contains_key(&claims.sid) {
            return Err(Refused::Revoked);
        }
        Ok(claims)
    }

    /// The claims of another service's token for this one.
    pub async fn peer(&self, token: &str) -> Result<ServiceClaims, Refused> {
        self.claims(token, &self.service).await
    }

    async fn claims<T: DeserializeOwned>(&self, token: &str, audience: &str) -> Result<T, Refused> {
        let header = decode_header(token).map_err(|_invalid| Refused::Invalid)?;
        let id = header.kid.ok_or(Refused::Invalid)?;
        let key = match self.key(&id) {
            Some(key) => key,
            None => {
                self.look_up().await;
                self.key(&id).ok_or(Refused::Invalid)?
            }
        };
        // The algorithm is pinned: what the token says of itself is not asked (RFC 8725 section 3.1).
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        decode::<T>(token, &key, &validation)
            .map(|it| it.claims)
            .map_err(|_invalid| Refused::Invalid)
    }

    fn key(&self, id: &str) -> Option<DecodingKey> {
        self.keys
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(id)
            .cloned()
    }

    /// Those who come while the keys are looked up wait for what comes of it, also if that is nothing.
    async fn look_up(&self) {
        let Some(auth) = &self.auth else { return };
        let mut looked_up = self.looked_up.lock().await;
        if looked_up.is_some_and(|it| it.elapsed() < LOOK_UP_AT_MOST_EVERY) {
            return;
        }
        if let Err(error) = self.fetch_keys(auth).await {
            tracing::warn!(%error, "cannot look up a signing key");
        }
        // Not before: an auth service that does not answer is waited for longer than this keeps others away.
        *looked_up = Some(Instant::now());
    }

    async fn fetch_keys(&self, auth: &Upstream) -> Result<(), upstream::Error> {
        let keys: JwkSet = auth.get("/.well-known/jwks.json").await?;
        self.use_keys(&keys);
        Ok(())
    }
}

fn is_ed25519(jwk: &Jwk) -> bool {
    matches!(&jwk.algorithm, AlgorithmParameters::OctetKeyPair(it) if it.curve == EllipticCurve::Ed25519)
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_kind_are_left_out() {
        let keys = serde_json::json!({ "keys": [
            { "kty": "oct", "kid": "hmac", "alg": "HS256", "k": "c2VjcmV0" },
            { "kty": "RSA", "kid": "rsa", "alg": "RS256", "n": "AQAB", "e": "AQAB" },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ours", "alg": "EdDSA",
              "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
        ] });
        let identity = Identity::new("cart");
        identity.use_keys(&serde_json::from_value(keys).unwrap());
        let is_used = ["hmac", "rsa", "ours"].map(|id| identity.key(id).is_some());
        assert_eq!(is_used, [false, false, true]);
    }
}
