//! The secrets of a one-process shop: made at its first start, kept beside its databases.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::data;

/// Those who call other services; the audit is one of them.
const CLIENTS: [&str; 5] = ["audit", "cart", "catalog", "order", "payment"];

/// As it is in the file, which only its owner may read.
#[derive(Deserialize, Serialize)]
pub(crate) struct Secrets {
    /// What the signing keys are encrypted with in the auth service's database: 32 bytes, in base64.
    key_encryption_key: String,
    /// What each service proves itself with to the auth service.
    services: BTreeMap<String, String>,
    /// What the storefront's cookies are encrypted with: 64 bytes, in base64.
    #[serde(default)]
    cookie_key: String,
}

impl Secrets {
    /// Those in `file`, or new ones, which are then in `file`. One that was written by an earlier version
    /// gets what it lacks.
    pub(crate) fn keep(file: &Path) -> anyhow::Result<Self> {
        let mut secrets = if file.exists() {
            Self::read(file)?
        } else {
            Self {
                key_encryption_key: STANDARD.encode(random::<32>()?),
                services: BTreeMap::new(),
                cookie_key: String::new(),
            }
        };
        if secrets.complete()? {
            data::write_private(file, &serde_json::to_vec_pretty(&secrets)?)?;
        }
        Ok(secrets)
    }

    fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file)
            .with_context(|| format!("cannot read the shop's secrets, {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| {
            format!(
                "{} does not hold a shop's secrets; a backup of it is needed, for without them the \
                 keys in the database cannot be read",
                file.display()
            )
        })
    }

    /// Draws those that are missing, and leaves the others alone; whether there were any. The key of the
    /// signing keys is not among them: a new one could not read what the old one wrote.
    fn complete(&mut self) -> anyhow::Result<bool> {
        let mut missing = false;
        for client in CLIENTS {
            if !self.services.contains_key(client) {
                self.services.insert(client.to_owned(), one_time()?);
                missing = true;
            }
        }
        if self.cookie_key.is_empty() {
            self.cookie_key = STANDARD.encode(random::<64>()?);
            missing = true;
        }
        Ok(missing)
    }

    pub(crate) fn key_encryption_key(&self) -> SecretString {
        self.key_encryption_key.clone().into()
    }

    /// What the storefront encrypts its visitors' cookie with: 64 bytes, in base64.
    pub(crate) fn cookie_key(&self) -> SecretString {
        self.cookie_key.clone().into()
    }

    /// The secret of the service `name`.
    pub(crate) fn of(&self, name: &str) -> anyhow::Result<SecretString> {
        let secret = self.services.get(name);
        let secret = secret.with_context(|| format!("secrets.json has none for {name}"))?;
        Ok(secret.clone().into())
    }

    /// All of the services', as the auth service wants them: `cart=secret,catalog=secret`.
    pub(crate) fn of_all(&self) -> SecretString {
        let pairs: Vec<_> = self
            .services
            .iter()
            .map(|(name, secret)| format!("{name}={secret}"))
            .collect();
        pairs.join(",").into()
    }
}

/// A secret that nobody has seen before, for one run.
pub(crate) fn one_time() -> anyhow::Result<String> {
    Ok(hex(&random::<32>()?))
}

fn random<const BYTES: usize>() -> anyhow::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn are_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        let first = Secrets::keep(&file).unwrap();
        let second = Secrets::keep(&file).unwrap();
        assert_eq!(
            first.of_all().expose_secret(),
            second.of_all().expose_secret()
        );
        let key = STANDARD.decode(second.key_encryption_key().expose_secret());
        assert_eq!(key.unwrap().len(), 32);
        let key = STANDARD.decode(second.cookie_key().expose_secret());
        assert_eq!(key.unwrap().len(), 64);
        assert_eq!(
            first.cookie_key().expose_secret(),
            second.cookie_key().expose_secret()
        );
        assert_ne!(one_time().unwrap(), one_time().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        Secrets::keep(&file).unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn of_an_earlier_version_are_kept_and_completed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        let earlier = r#"{
            "key_encryption_key": "a key",
            "services": { "cart": "one", "catalog": "two", "order": "three", "payment": "four" }
        }"#;
        std::fs::write(&file, earlier).unwrap();
        let completed = Secrets::keep(&file).unwrap();
        assert_eq!(completed.key_encryption_key().expose_secret(), "a key");
        for (name, secret) in [("cart", "one"), ("catalog", "two"), ("order", "three")] {
            assert_eq!(completed.of(name).unwrap().expose_secret(), secret);
        }
        assert_eq!(completed.of("audit").unwrap().expose_secret().len(), 64);
        assert!(!completed.cookie_key().expose_secret().is_empty());
        let written = std::fs::read(&file).unwrap();
        let again = Secrets::keep(&file).unwrap();
        assert_eq!(
            again.of_all().expose_secret(),
            completed.of_all().expose_secret()
        );
        assert_eq!(std::fs::read(&file).unwrap(), written);
    }

    #[test]
    fn are_never_replaced_where_they_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.json");
        std::fs::write(&file, "{").unwrap();
        assert!(Secrets::keep(&file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{");
    }
}
