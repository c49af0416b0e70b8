//! Hashing and checking passwords: argon2id, on threads of its own, never more than a bounded number.

use std::{
    sync::{Arc, Mutex},
    thread::available_parallelism,
    time::Instant,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        Error,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use aws_lc_rs::rand;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::{error::AuthError, metrics::AuthMetrics};

/// Length is what makes a password strong (NIST SP 800-63B, 3.1.1); the upper bound is for us.
pub(crate) const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// A local part shorter than this is in too many good passwords to forbid it.
const TELLING: usize = 4;

/// Where passwords are hashed.
///
/// A hash takes 19 MiB and some 30 ms of a core by intention, so a flood of sign-ins must not become a
/// flood of hashes: what exceeds `threads` waits, and what exceeds the queue is refused.
#[derive(Debug)]
pub(crate) struct Hashing {
    /// Those being hashed and those that wait.
    places: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    /// Memory of hashes that are done, for those to come. What the allocator gets back from the threads
    /// that hash, it keeps for each of them, and a busy hour would end at many times 19 MiB.
    memory: Arc<Mutex<Vec<Memory>>>,
    /// What a password is checked against where there is no account, which then takes as long as one.
    dummy: String,
    metrics: AuthMetrics,
}

type Memory = Vec<Block>;

impl Hashing {
    pub(crate) fn new(
        threads: Option<u16>,
        queue: u16,
        metrics: AuthMetrics,
    ) -> Result<Self, AuthError> {
        let threads = match threads {
            Some(threads) => usize::from(threads).max(1),
            None => available_parallelism().map_or(1, usize::from),
        };
        let mut nobodys = [0; 32];
        rand::fill(&mut nobodys)?;
        Ok(Self {
            places: Arc::new(Semaphore::new(threads + usize::from(queue))),
            threads: Arc::new(Semaphore::new(threads)),
            memory: Arc::default(),
            dummy: hash(&nobodys, &mut Memory::new()).map_err(AuthError::Hashing)?,
            metrics,
        })
    }

    /// The PHC string for a new password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, AuthError> {
        self.run(move |memory| hash(password.expose_secret().as_bytes(), memory))
            .await?
            .map_err(AuthError::Hashing)
    }

    /// Whether the password is the one of `hash`. Without a hash it takes the same time to say no.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        hash: Option<&str>,
    ) -> Result<bool, AuthError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.dummy).to_owned();
        let verified = self
            .run(move |memory| verify(password.expose_secret().as_bytes(), &hash, memory))
            .await?;
        match verified {
            Ok(()) => Ok(known),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(AuthError::Hashing(error)),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_full| AuthError::HashingQueueFull)?;
        let thread = {
            let _waiting = Waiting::begin(&self.metrics);
            Arc::clone(&self.threads)
                .acquire_owned()
                .await
                .map_err(|_closed| AuthError::HashingQueueFull)?
        };
        let span = tracing::Span::current();
        let seconds = self.metrics.hashing_seconds.clone();
        let memories = self.memory.clone();
        // The permits go with the job: a client that hangs up drops this future, and its hash goes on.
        let job = move || {
            let _permits = (place, thread);
            let started = Instant::now();
            let mut memory = free(&memories).pop().unwrap_or_default();
            let done = span.in_scope(|| job(&mut memory));
            // Nothing that was made of a password stays.
            memory.fill(Block::new());
            free(&memories).push(memory);
            seconds.observe(started.elapsed().as_secs_f64());
            done
        };
        Ok(tokio::task::spawn_blocking(job).await?)
    }
}

/// One more in the queue, until this is dropped.
struct Waiting<'a>(&'a AuthMetrics);

impl<'a> Waiting<'a> {
    fn begin(metrics: &'a AuthMetrics) -> Self {
        metrics.hashing_waiting.inc();
        Self(metrics)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.hashing_waiting.dec();
    }
}

fn free(memories: &Mutex<Vec<Memory>>) -> std::sync::MutexGuard<'_, Vec<Memory>> {
    memories
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The crate's defaults are OWASP's: argon2id, 19 MiB, two passes, one lane. A test holds them there.
fn hash(password: &[u8], memory: &mut Memory) -> Result<String, Error> {
    let (algorithm, version, params) = (Algorithm::default(), Version::default(), Params::DEFAULT);
    let salt = Salt::generate();
    let encoded = ParamsString::try_from(&params)?;
    let argon2 = Argon2::new(algorithm, version, params);
    let hash = output(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?;
    let hash = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: encoded,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(hash.to_string())
}

/// With the parameters that the hash was made with.
fn verify(password: &[u8], hash: &str, memory: &mut Memory) -> Result<(), Error> {
    let hash = PasswordHash::new(hash)?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Err(Error::PasswordInvalid);
    };
    let version = hash.version.map(Version::try_from).transpose()?;
    let argon2 = Argon2::new(
        hash.algorithm.as_str().parse()?,
        version.unwrap_or_default(),
        Params::try_from(&hash)?,
    );
    // Compared in constant time.
    if output(&argon2, password, salt, expected.len(), memory)? == *expected {
        Ok(())
    } else {
        Err(Error::PasswordInvalid)
    }
}

fn output(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &Salt,
    length: usize,
    memory: &mut Memory,
) -> Result<Output, Error> {
    memory.resize(argon2.params().block_count(), Block::new());
    let mut buffer = [0; Output::MAX_LENGTH];
    let out = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password, salt, out, memory)?;
    Ok(Output::new(out)?)
}

/// Refuses a password that holds the local part of the e-mail address: the first guess of anybody.
pub(crate) fn check_strength(password: &SecretString, email: &str) -> Result<(), AuthError> {
    let local = email.split('@').next().unwrap_or(email);
    let password = password.expose_secret().to_lowercase();
    if local.chars().count() >= TELLING && password.contains(local) {
        return Err(AuthError::WeakPassword);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    #[test]
    fn hashes_are_argon2id_at_owasps_parameters() {
        let hash = hash(b"correct horse battery staple", &mut Memory::new()).unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
    }

    #[test]
    fn hashes_are_those_that_everybody_makes() {
        let mut memory = Memory::new();
        let ours = hash(b"correct horse", &mut memory).unwrap();
        let theirs = Argon2::default().hash_password(b"correct horse").unwrap();
        let checks = |it: &str| Argon2::default().verify_password(b"correct horse", it);
        assert!(checks(&ours).is_ok());
        assert!(verify(b"correct horse", &theirs.to_string(), &mut memory).is_ok());
        assert!(matches!(
            verify(b"battery staple", &theirs.to_string(), &mut memory),
            Err(Error::PasswordInvalid)
        ));
        assert!(verify(b"correct horse", "not a hash", &mut memory).is_err());
    }

    #[test]
    fn a_password_with_the_local_part_is_weak_unless_that_is_short() {
        let check = |password: &str, email| check_strength(&password.into(), email);
        assert!(check("I-am-CAMILLE-since-1990", "camille@example.com").is_err());
        assert!(check("nothing of the kind", "camille@example.com").is_ok());
        assert!(check("a good long password", "al@example.com").is_ok());
    }
}
