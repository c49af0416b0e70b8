//! What this service counts, besides its requests.

use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts};
use telemetry::Metrics;

use crate::{error::AuthError, revocation::Reason};

/// This service's own metrics.
#[derive(Clone, Debug)]
pub(crate) struct AuthMetrics {
    sign_ins: IntCounterVec,
    revocations: IntCounterVec,
    pub(crate) hashing_waiting: IntGauge,
    pub(crate) hashing_seconds: Histogram,
}

const SIGN_INS: [&str; 5] = ["success", "wrong_credentials", "limited", "busy", "error"];

impl AuthMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let own = Self {
            sign_ins: IntCounterVec::new(
                Opts::new("sign_ins_total", "Tries to sign in, by outcome."),
                &["outcome"],
            )?,
            revocations: IntCounterVec::new(
                Opts::new(
                    "revocations_total",
                    "Sessions that were ended before their time, by reason.",
                ),
                &["reason"],
            )?,
            hashing_waiting: IntGauge::new(
                "password_hashing_queue_depth",
                "How many passwords wait to be hashed.",
            )?,
            hashing_seconds: Histogram::with_opts(
                HistogramOpts::new(
                    "password_hash_duration_seconds",
                    "How long a password took to hash, waiting left out.",
                )
                .buckets(vec![0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
            )?,
        };
        for outcome in SIGN_INS {
            own.sign_ins.with_label_values(&[outcome]);
        }
        for reason in Reason::ALL {
            own.revocations.with_label_values(&[reason.label()]);
        }
        let registry = metrics.registry();
        registry.register(Box::new(own.sign_ins.clone()))?;
        registry.register(Box::new(own.revocations.clone()))?;
        registry.register(Box::new(own.hashing_waiting.clone()))?;
        registry.register(Box::new(own.hashing_seconds.clone()))?;
        Ok(own)
    }

    pub(crate) fn signed_in<T>(&self, result: &Result<T, AuthError>) {
        let outcome = match result {
            Ok(_) => "success",
            Err(AuthError::InvalidCredentials) => "wrong_credentials",
            Err(AuthError::TooManyAttempts(_)) => "limited",
            Err(AuthError::HashingQueueFull) => "busy",
            Err(_) => "error",
        };
        self.sign_ins.with_label_values(&[outcome]).inc();
    }

    pub(crate) fn revoked(&self, reason: Reason, sessions: usize) {
        self.revocations
            .with_label_values(&[reason.label()])
            .inc_by(u64::try_from(sessions).unwrap_or(u64::MAX));
    }
}
