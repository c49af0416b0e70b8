//! Stands in for the auth service: a key made when the test starts, and tokens of every kind.

use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{Duration, Utc};
use identity::{AUDIENCE, ISSUER, Identity, Revocation, Role, Scope, ServiceClaims, UserClaims};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

const KEY_ID: &str = "test-key";

/// Signs tokens that a service under test accepts, and such as it must not.
#[derive(Debug)]
pub struct Authority {
    key: EncodingKey,
    public: Vec<u8>,
    jwks: serde_json::Value,
    identity: Arc<Identity>,
}

/// A user who is signed in.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// The session of the token.
    pub session: Uuid,
    /// The access token.
    pub token: String,
}

impl Authority {
    /// An authority whose tokens `service` accepts through [`Authority::identity`].
    pub fn over(service: &str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("a key pair");
        let public = pair.public_key().as_ref().to_vec();
        let pkcs8 = pair.to_pkcs8v1().expect("a private key");
        let jwks = json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": KEY_ID,
            "x": URL_SAFE_NO_PAD.encode(&public),
        }] });
        let identity = Identity::new(service);
        identity.use_keys(&serde_json::from_value(jwks.clone()).expect("a key set"));
        identity.set_current();
        Self {
            key: EncodingKey::from_ed_der(pkcs8.as_ref()),
            public,
            jwks,
            identity: Arc::new(identity),
        }
    }

    /// What to give to the service under test.
    pub fn identity(&self) -> Arc<Identity> {
        self.identity.clone()
    }

    /// The public key, as the auth service would publish it.
    pub fn jwks(&self) -> &serde_json::Value {
        &self.jwks
    }

    /// A new customer.
    pub fn customer(&self) -> User {
        self.user(&[Role::Customer])
    }

    /// A new member of staff.
    pub fn staff(&self) -> User {
        self.user(&[Role::Customer, Role::Staff])
    }

    fn user(&self, roles: &[Role]) -> User {
        let claims = user_claims(roles);
        User {
            id: claims.sub,
            session: claims.sid,
            token: self.sign(&header(), &claims),
        }
    }

    /// A token of the service `caller`, for `audience` and `scope`.
    pub fn service(&self, caller: &str, audience: &str, scope: Scope) -> String {
        let now = Utc::now();
        let claims = ServiceClaims {
            iss: ISSUER.into(),
            aud: audience.into(),
            sub: caller.into(),
            scope,
            iat: now.timestamp(),
            exp: (now + Duration::minutes(5)).timestamp(),
        };
        self.sign(&header(), &claims)
    }

    /// Tells the service under test that the user's session has ended.
    pub fn revoke(&self, user: &User) {
        self.identity.revoke([Revocation {
            session: user.session,
            until: Utc::now() + Duration::minutes(5),
        }]);
    }

    /// `Authorization` headers that no route for users may accept, each with the reason. All must be
    /// answered 401.
    pub fn bad_user_headers(&self) -> Vec<(&'static str, Option<String>)> {
        let good = user_claims(&[Role::Customer, Role::Staff]);
        let revoked = self.staff();
        self.revoke(&revoked);

        let mut expired = good.clone();
        expired.iat -= 7200;
        expired.exp = Utc::now().timestamp() - 1;
        let mut wrong_audience = good.clone();
        wrong_audience.aud = "another-shop".into();
        let mut wrong_issuer = good.clone();
        wrong_issuer.iss = "somebody-else".into();
        let mut unknown_key = header();
        unknown_key.kid = Some("unknown".into());
        let mut no_key = header();
        no_key.kid = None;

        let mut headers = vec![
            ("no token", None),
            ("not a bearer token", Some("Basic YWRtaW46YWRtaW4=".into())),
            ("not a token", Some("Bearer gibberish".into())),
        ];
        let tokens = [
            ("revoked", revoked.token),
            ("expired", self.sign(&header(), &expired)),
            ("wrong audience", self.sign(&header(), &wrong_audience)),
            ("wrong issuer", self.sign(&header(), &wrong_issuer)),
            ("unknown kid", self.sign(&unknown_key, &good)),
            ("no kid", self.sign(&no_key, &good)),
            ("signed by a stranger", stranger(&good)),
            ("algorithm none", self.algorithm_none(&good)),
            (
                "HS256 with the public key",
                self.hs256_with_public_key(&good),
            ),
            (
                "a service's token",
                self.service("order", "comptoir-service", Scope::Stock),
            ),
        ];
        headers.extend(tokens.map(|(why, token)| (why, Some(format!("Bearer {token}")))));
        headers
    }

    /// `Authorization` headers that no internal route of `audience` may accept, each with the reason and
    /// the status it must be answered with.
    pub fn bad_service_headers(
        &self,
        audience: &str,
        other_scope: Scope,
    ) -> Vec<(&'static str, Option<String>, u16)> {
        let mut headers = vec![
            ("no token", None, 401),
            ("not a token", Some("Bearer gibberish".to_owned()), 401),
        ];
        let tokens = [
            ("a user's token", self.staff().token, 401),
            (
                "another audience",
                self.service("order", "somebody-else", other_scope),
                401,
            ),
            (
                "another scope",
                self.service("order", audience, other_scope),
                403,
            ),
        ];
        headers.extend(
            tokens.map(|(why, token, status)| (why, Some(format!("Bearer {token}")), status)),
        );
        headers
    }

    fn sign(&self, header: &Header, claims: &impl Serialize) -> String {
        encode(header, claims, &self.key).expect("a token")
    }

    /// RFC 8725 section 2.1.
    fn algorithm_none(&self, claims: &UserClaims) -> String {
        let header = json!({ "alg": "none", "typ": "JWT", "kid": KEY_ID });
        let part = |it: &serde_json::Value| URL_SAFE_NO_PAD.encode(it.to_string());
        format!("{}.{}.", part(&header), part(&json!(claims)))
    }

    /// RFC 8725 section 2.1: a public key taken for a shared secret.
    fn hs256_with_public_key(&self, claims: &UserClaims) -> String {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(KEY_ID.into());
        let key = EncodingKey::from_secret(&self.public);
        encode(&header, claims, &key).expect("a token")
    }
}

fn stranger(claims: &UserClaims) -> String {
    Authority::over("nobody").sign(&header(), claims)
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(KEY_ID.into());
    header
}

fn user_claims(roles: &[Role]) -> UserClaims {
    let now = Utc::now();
    UserClaims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: Uuid::now_v7(),
        sid: Uuid::now_v7(),
        roles: roles.to_vec(),
        iat: now.timestamp(),
        exp: (now + Duration::minutes(5)).timestamp(),
    }
}
