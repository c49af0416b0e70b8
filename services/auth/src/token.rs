//! What is handed out: access tokens, service tokens, refresh tokens.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use identity::{AUDIENCE, ISSUER, Role, Scope, ServiceClaims, UserClaims};
use jsonwebtoken::{Algorithm, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{error::AuthError, keys::Keys};

/// No access token lives longer, however replicas are configured (`ACCESS_TOKEN_TTL` is bounded by it):
/// how long a revocation is remembered, and a retired key published.
pub(crate) const LONGEST: TimeDelta = TimeDelta::seconds(900);

/// How long a service's token is good for.
const SERVICE: TimeDelta = TimeDelta::seconds(300);

/// A token that says what its bearer may do, and for how long (RFC 6750).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessToken {
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
}

/// What a user gets for a password, or for a refresh token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tokens {
    #[serde(flatten)]
    access: AccessToken,
    /// Good for one use.
    refresh_token: String,
}

impl Tokens {
    pub(crate) fn new(access: AccessToken, refresh: &RefreshToken) -> Self {
        Self {
            access,
            refresh_token: refresh.0.expose_secret().to_owned(),
        }
    }
}

/// An access token for a user.
pub(crate) fn for_user(
    keys: &Keys,
    user: Uuid,
    session: Uuid,
    roles: Vec<Role>,
    ttl: TimeDelta,
) -> Result<AccessToken, AuthError> {
    let now = Utc::now();
    let claims = UserClaims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user,
        sid: session,
        roles,
        iat: now.timestamp(),
        exp: (now + ttl).timestamp(),
    };
    sign(keys, &claims, ttl)
}

/// A token with which `client` may call `audience` for `scope`.
pub(crate) fn for_service(
    keys: &Keys,
    client: &str,
    audience: &str,
    scope: Scope,
) -> Result<AccessToken, AuthError> {
    let now = Utc::now();
    let claims = ServiceClaims {
        iss: ISSUER.to_owned(),
        aud: audience.to_owned(),
        sub: client.to_owned(),
        scope,
        iat: now.timestamp(),
        exp: (now + SERVICE).timestamp(),
    };
    sign(keys, &claims, SERVICE)
}

fn sign(keys: &Keys, claims: &impl Serialize, ttl: TimeDelta) -> Result<AccessToken, AuthError> {
    let key = keys.signing()?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(key.id.clone());
    // RFC 9068: nothing else that we may sign one day can be taken for an access token.
    header.typ = Some("at+jwt".to_owned());
    Ok(AccessToken {
        access_token: encode(&header, claims, &key.private)?,
        token_type: "Bearer",
        expires_in: ttl.num_seconds(),
    })
}

/// What a session goes on with: random, good for one use, and stored as a digest only.
#[derive(Debug)]
pub(crate) struct RefreshToken(SecretString);

impl RefreshToken {
    pub(crate) fn generate() -> Result<Self, AuthError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

/// What a refresh token is stored as. It is drawn at random, so there is nothing to guess, and a fast
/// digest without salt is enough.
pub(crate) fn hash(refresh_token: &SecretString) -> Vec<u8> {
    digest(&SHA256, refresh_token.expose_secret().as_bytes())
        .as_ref()
        .to_vec()
}
