//! Hashing and checking passwords: argon2id, on threads of its own, never more than a bounded number.

use std::{
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use argon2::{
    Argon2,
    password_hash::{Error, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use aws_lc_rs::rand;
use prometheus::IntGauge;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{runtime, sync::Semaphore};

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
    /// As many threads as may hash at once, and always the same ones: the allocator keeps the 19 MiB of a
    /// hash for the thread that had them, and the process's own blocking threads are many.
    threads: Option<runtime::Runtime>,
    /// What a password is checked against where there is no account, which then takes as long as one.
    dummy: String,
    metrics: AuthMetrics,
}

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
            threads: Some(pool(threads).map_err(AuthError::NoHashingThreads)?),
            dummy: hash(&nobodys).map_err(AuthError::Hashing)?,
            metrics,
        })
    }

    /// The PHC string for a new password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, AuthError> {
        self.run(move || hash(password.expose_secret().as_bytes()))
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
            .run(move || verify(password.expose_secret().as_bytes(), &hash))
            .await?;
        match verified {
            Ok(()) => Ok(known),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(AuthError::Hashing(error)),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_full| AuthError::HashingQueueFull)?;
        let threads = self.threads.as_ref().ok_or(AuthError::HashingQueueFull)?;
        let waiting = Waiting::begin(&self.metrics);
        let span = tracing::Span::current();
        let seconds = self.metrics.hashing_seconds.clone();
        // The permit goes with the job: a client that hangs up drops this future, and its hash goes on.
        let job = move || {
            let _place = place;
            drop(waiting);
            let started = Instant::now();
            let done = span.in_scope(job);
            seconds.observe(started.elapsed().as_secs_f64());
            done
        };
        Ok(threads.spawn_blocking(job).await?)
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        // A runtime must not be waited for within another.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// A runtime of which only the blocking threads are used.
fn pool(threads: usize) -> std::io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread()
        .thread_name("hashing")
        .max_blocking_threads(threads)
        .thread_keep_alive(Duration::from_secs(3600))
        .build()
}

/// One more in the queue, until this is dropped.
struct Waiting(IntGauge);

impl Waiting {
    fn begin(metrics: &AuthMetrics) -> Self {
        metrics.hashing_waiting.inc();
        Self(metrics.hashing_waiting.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The crate's defaults are OWASP's: argon2id, 19 MiB, two passes, one lane. A test holds them there.
fn hash(password: &[u8]) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password)?.to_string())
}

fn verify(password: &[u8], hash: &str) -> Result<(), Error> {
    Argon2::default().verify_password(password, &PasswordHash::new(hash)?)
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
    use super::*;

    #[test]
    fn hashes_are_argon2id_at_owasps_parameters() {
        let hash = hash(b"correct horse battery staple").unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
    }

    #[test]
    fn a_password_with_the_local_part_is_weak_unless_that_is_short() {
        let check = |password: &str, email| check_strength(&password.into(), email);
        assert!(check("I-am-CAMILLE-since-1990", "camille@example.com").is_err());
        assert!(check("nothing of the kind", "camille@example.com").is_ok());
        assert!(check("a good long password", "al@example.com").is_ok());
    }
}
