//! The folder that a one-process shop lives in, and who has it.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use url::Url;

/// The folder, held by this process alone: two shops on one folder would ruin it.
#[derive(Debug)]
pub(crate) struct Data {
    folder: PathBuf,
    /// The operating system lets go of it when the process ends, in whatever way it ends.
    _lock: File,
}

/// Who has the folder, if it is not free.
pub(crate) enum Taken {
    /// By this process now.
    Here(Data),
    /// By another one.
    Elsewhere(String),
}

/// What a running shop says of itself to other commands on this machine, and only to its owner.
#[derive(Deserialize, Serialize)]
pub(crate) struct Announcement {
    pub(crate) pid: u32,
    /// Where the shop is.
    pub(crate) url: Url,
    /// Where it takes an operator's questions; on loopback.
    pub(crate) management_url: Url,
    /// What such a question must bring.
    pub(crate) token: String,
    /// Each service's own address and that of its probes and metrics.
    pub(crate) services: BTreeMap<String, Addresses>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Addresses {
    pub(crate) url: Url,
    pub(crate) management_url: Url,
}

/// Withdraws the announcement when it is dropped.
#[must_use = "the announcement is withdrawn when this is dropped"]
pub(crate) struct Announced(PathBuf);

const ANNOUNCEMENT: &str = "comptoir.json";
const LOCK: &str = "lock";
const SECRETS: &str = "secrets.json";

impl Data {
    /// Takes the folder, which is made where it is missing.
    pub(crate) fn take(folder: &Path) -> anyhow::Result<Taken> {
        std::fs::create_dir_all(folder).with_context(|| {
            format!(
                "cannot make the data folder {}; name another one with --data",
                folder.display()
            )
        })?;
        let path = folder.join(LOCK);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| {
                format!(
                    "cannot write {}; name another folder with --data",
                    path.display()
                )
            })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                lock.read_to_string(&mut owner)?;
                return Ok(Taken::Elsewhere(owner.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())?;
        Ok(Taken::Here(Self {
            folder: folder.to_owned(),
            _lock: lock,
        }))
    }

    /// Takes the folder, or says who has it.
    pub(crate) fn take_alone(folder: &Path) -> anyhow::Result<Self> {
        match Self::take(folder)? {
            Taken::Here(data) => Ok(data),
            Taken::Elsewhere(owner) => bail!(
                "the data folder {} is in use by process {owner}; stop that one, or name another folder \
                 with --data",
                folder.display()
            ),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn secrets(&self) -> PathBuf {
        self.folder.join(SECRETS)
    }

    /// Lets other commands find this shop.
    pub(crate) fn announce(&self, announcement: &Announcement) -> anyhow::Result<Announced> {
        let path = self.folder.join(ANNOUNCEMENT);
        write_private(&path, &serde_json::to_vec_pretty(announcement)?)?;
        Ok(Announced(path))
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What the shop that has `folder` says of itself.
pub(crate) fn announced(folder: &Path) -> anyhow::Result<Announcement> {
    let path = folder.join(ANNOUNCEMENT);
    let text = std::fs::read(&path).with_context(|| {
        format!(
            "the shop in {} is just opening or closing; try again in a moment",
            folder.display()
        )
    })?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "cannot understand {}; was it written by another version?",
            path.display()
        )
    })
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    let unfinished = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        // One left over by a crash may have other permissions.
        if unfinished.exists() {
            std::fs::remove_file(&unfinished)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_shop_has_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Data::take_alone(folder.path()).unwrap();
        let refused = Data::take_alone(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("in use by process {}", std::process::id())));
        drop(first);
        Data::take_alone(folder.path()).unwrap();
    }
}
