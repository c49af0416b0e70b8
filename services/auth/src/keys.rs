//! What tokens are signed with: kept encrypted in the database, replaced without a restart.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, RwLock},
};

use anyhow::Context as _;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use identity::Identity;
use jsonwebtoken::EncodingKey;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{error::AuthError, store, token};

/// The signing keys, as this replica knows them.
pub(crate) struct Keys {
    encryption: RandomizedNonceKey,
    rotation: TimeDelta,
    activation: TimeDelta,
    known: RwLock<HashMap<String, Arc<Key>>>,
    /// Held while `known` is read anew, so that an older reading cannot replace a newer one.
    loading: Mutex<()>,
    identity: Arc<Identity>,
}

/// A key that is published.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) private: EncodingKey,
    public: Vec<u8>,
    active_from: DateTime<Utc>,
}

/// A signing key as it is stored.
#[derive(Debug)]
pub(crate) struct StoredKey {
    pub(crate) id: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) sealed_private_key: Vec<u8>,
    pub(crate) active_from: DateTime<Utc>,
}

/// The newest key: who comes next, or is at work already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newest {
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) active_from: DateTime<Utc>,
}

/// The public keys (RFC 7517).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct KeySet {
    keys: Vec<PublicKey>,
}

/// One public key (RFC 8037).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PublicKey {
    #[schema(example = "OKP")]
    kty: &'static str,
    #[schema(example = "Ed25519")]
    crv: &'static str,
    #[schema(example = "sig")]
    #[serde(rename = "use")]
    purpose: &'static str,
    #[schema(example = "EdDSA")]
    alg: &'static str,
    kid: String,
    x: String,
}

/// A key that was made just now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// Its `kid` in tokens and in the key set.
    kid: String,
    /// When it begins to sign.
    active_from: DateTime<Utc>,
}

/// Why a key is to be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wish {
    /// Because somebody said so.
    Now,
    /// Only if there is none, or the newest is too old.
    IfDue,
}

/// A replica whose view of the keys is a little old may sign with one for so long after it has retired.
const LATE: TimeDelta = TimeDelta::seconds(60);

impl Keys {
    pub(crate) fn new(
        encryption_key: &SecretString,
        rotation: TimeDelta,
        activation: TimeDelta,
        identity: Arc<Identity>,
    ) -> anyhow::Result<Self> {
        let bytes = STANDARD
            .decode(encryption_key.expose_secret())
            .ok()
            .filter(|it| it.len() == AES_256_GCM.key_len())
            .context("KEY_ENCRYPTION_KEY is not 32 bytes in base64")?;
        Ok(Self {
            encryption: RandomizedNonceKey::new(&AES_256_GCM, &bytes)?,
            rotation,
            activation,
            known: RwLock::default(),
            loading: Mutex::default(),
            identity,
        })
    }

    /// Makes a key if one is due, the first one included, and reads what other replicas made.
    pub(crate) async fn keep_up(&self, db: &PgPool) -> Result<(), AuthError> {
        self.make(db, Wish::IfDue).await?;
        self.load(db).await
    }

    /// Makes a new key, which signs once everybody has had the time to read it.
    pub(crate) async fn rotate(&self, db: &PgPool) -> Result<NewKey, AuthError> {
        let key = self
            .make(db, Wish::Now)
            .await?
            .ok_or(AuthError::RotationPending)?;
        self.load(db).await?;
        Ok(key)
    }

    /// Deletes the keys whose last token has ended.
    pub(crate) async fn purge(&self, db: &PgPool) -> Result<(), AuthError> {
        store::keys::delete_retired_before(db, unpublished(Utc::now())).await
    }

    /// The key that signs now.
    pub(crate) fn signing(&self) -> Result<Arc<Key>, AuthError> {
        let now = Utc::now();
        self.known
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .values()
            .filter(|it| it.active_from <= now)
            .max_by_key(|it| it.active_from)
            .cloned()
            .ok_or(AuthError::NoSigningKey)
    }

    /// What everybody may know.
    pub(crate) fn published(&self) -> KeySet {
        let known = self
            .known
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut keys: Vec<_> = known.values().collect();
        keys.sort_by_key(|it| it.active_from);
        KeySet {
            keys: keys.iter().map(|it| it.public()).collect(),
        }
    }

    async fn make(&self, db: &PgPool, wish: Wish) -> Result<Option<NewKey>, AuthError> {
        let now = Utc::now();
        if wish == Wish::IfDue
            && let Some(newest) = store::keys::newest(db).await?
            && newest.created_at + self.rotation > now
        {
            return Ok(None);
        }

        let mut transaction = db.begin().await?;
        store::keys::lock(&mut *transaction).await?;
        // Asked again, because another replica may have made one before the lock was ours.
        let newest = store::keys::newest(&mut *transaction).await?;
        let active_from = match (newest, wish) {
            (None, _) => now,
            (Some(newest), Wish::IfDue) if newest.created_at + self.rotation > now => {
                return Ok(None);
            }
            // One successor at a time: more would only make the key set longer.
            (Some(newest), _) if newest.active_from > now => return Ok(None),
            (Some(newest), _) => newest.active_from.max(now + self.activation),
        };
        let key = self.generate(active_from)?;
        store::keys::retire_newest(&mut *transaction, active_from).await?;
        store::keys::insert(&mut *transaction, &key, now).await?;
        transaction.commit().await?;
        tracing::info!(kid = key.id, %active_from, "a new signing key");
        Ok(Some(NewKey {
            kid: key.id,
            active_from,
        }))
    }

    async fn load(&self, db: &PgPool) -> Result<(), AuthError> {
        let _loading = self.loading.lock().await;
        let stored = store::keys::published(db, unpublished(Utc::now())).await?;
        let mut known = HashMap::new();
        for key in stored {
            known.insert(key.id.clone(), Arc::new(self.open(key)?));
        }
        *self
            .known
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = known;
        // By way of JSON, as every other service reads them.
        let keys = serde_json::to_value(self.published()).and_then(serde_json::from_value);
        self.identity
            .use_keys(&keys.map_err(jsonwebtoken::errors::Error::from)?);
        Ok(())
    }

    fn generate(&self, active_from: DateTime<Utc>) -> Result<StoredKey, AuthError> {
        let id = Uuid::now_v7().to_string();
        let pair = Ed25519KeyPair::generate()?;
        let mut sealed = pair.to_pkcs8v1()?.as_ref().to_vec();
        let nonce = self
            .encryption
            .seal_in_place_append_tag(Aad::from(&id), &mut sealed)?;
        Ok(StoredKey {
            public_key: pair.public_key().as_ref().to_vec(),
            sealed_private_key: [nonce.as_ref().as_slice(), &sealed].concat(),
            id,
            active_from,
        })
    }

    fn open(&self, stored: StoredKey) -> Result<Key, AuthError> {
        let unopened = || AuthError::SealedKey(stored.id.clone());
        let (nonce, sealed) = stored
            .sealed_private_key
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(unopened)?;
        let mut sealed = sealed.to_vec();
        let pkcs8 = self
            .encryption
            .open_in_place(Nonce::from(nonce), Aad::from(&stored.id), &mut sealed)
            .map_err(|_unspecified| unopened())?;
        Ok(Key {
            private: EncodingKey::from_ed_der(pkcs8),
            public: stored.public_key,
            active_from: stored.active_from,
            id: stored.id,
        })
    }
}

/// A key that retired before this is published no more.
fn unpublished(now: DateTime<Utc>) -> DateTime<Utc> {
    now - token::LONGEST - LATE
}

impl Key {
    fn public(&self) -> PublicKey {
        PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            purpose: "sig",
            alg: "EdDSA",
            kid: self.id.clone(),
            x: URL_SAFE_NO_PAD.encode(&self.public),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}
