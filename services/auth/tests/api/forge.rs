//! Tokens that are signed with the service's own key, for what no forger could do without it: wrong in one
//! thing each.

use auth::Service;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::PgPool;

/// The service's signing key, taken out of its database with its encryption key.
pub(crate) struct Forge {
    kid: String,
    private: EncodingKey,
    public: Vec<u8>,
}

impl Forge {
    pub(crate) async fn open(pool: &PgPool, service: &Service) -> Self {
        let (kid, public, sealed): (String, Vec<u8>, Vec<u8>) =
            sqlx::query_as("select id, public_key, sealed_private_key from signing_keys")
                .fetch_one(pool)
                .await
                .unwrap();
        let key = STANDARD
            .decode(service.key_encryption_key.expose_secret())
            .unwrap();
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).unwrap();
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().unwrap();
        let mut sealed = sealed.to_vec();
        let pkcs8 = key
            .open_in_place(Nonce::from(nonce), Aad::from(&kid), &mut sealed)
            .unwrap();
        Self {
            private: EncodingKey::from_ed_der(pkcs8),
            public,
            kid,
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(&self.kid), claims)
    }

    fn sign_as(&self, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.private).unwrap()
    }

    /// `good`, with everything that must be checked made wrong in turn.
    pub(crate) fn bad(&self, good: &Value) -> Vec<(&'static str, String)> {
        let with = |field: &str, value: Value| {
            let mut claims = good.clone();
            claims[field] = value;
            self.sign(&claims)
        };
        let without = |field: &str| {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(field);
            self.sign(&claims)
        };
        let now = chrono::Utc::now().timestamp();
        let signed = self.sign(good);
        let (unsigned, signature) = signed.rsplit_once('.').unwrap();
        let (header, _) = unsigned.split_once('.').unwrap();
        let mut promoted = good.clone();
        promoted["roles"] = json!(["customer", "staff"]);
        promoted["scope"] = json!("revocations");
        promoted["extra"] = json!(1);
        let promoted = URL_SAFE_NO_PAD.encode(promoted.to_string());
        vec![
            ("expired", with("exp", json!(now - 1))),
            ("no expiry", without("exp")),
            ("wrong audience", with("aud", json!("somebody-else"))),
            ("no audience", without("aud")),
            ("wrong issuer", with("iss", json!("somebody-else"))),
            ("no issuer", without("iss")),
            ("no subject", without("sub")),
            ("unknown kid", self.sign_as(Some("unknown"), good)),
            ("no kid", self.sign_as(None, good)),
            ("no signature", format!("{unsigned}.")),
            ("other claims", format!("{header}.{promoted}.{signature}")),
            ("algorithm none", self.algorithm_none(good)),
            ("HS256 with the public key", self.hs256(good)),
        ]
    }

    /// RFC 8725 section 2.1.
    fn algorithm_none(&self, claims: &Value) -> String {
        let header = json!({ "alg": "none", "typ": "at+jwt", "kid": self.kid });
        let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
        format!("{}.{}.", part(&header), part(claims))
    }

    /// RFC 8725 section 2.1: the public key taken for a shared secret.
    fn hs256(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        encode(&header, claims, &EncodingKey::from_secret(&self.public)).unwrap()
    }
}
