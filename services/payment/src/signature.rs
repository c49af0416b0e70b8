//! Stripe's scheme of signed messages, which the sandbox acquirer uses too: a header `t=SECONDS,v1=HEX`, where
//! the last is the HMAC-SHA256 of `SECONDS.BODY` (<https://docs.stripe.com/webhooks/signature>).

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

/// How far the time of a signature may be from ours, in seconds, before or after.
const TOLERANCE: u64 = 300;
/// While a secret is being replaced there are two signatures; nobody needs more than this.
const MOST_SIGNATURES: usize = 8;

/// The header for `body` at the time `now`.
pub(crate) fn sign(secret: &SecretString, body: &[u8], now: DateTime<Utc>) -> String {
    let seconds = now.timestamp();
    let digest = digest(secret, &seconds.to_string(), body);
    format!("t={seconds},v1={digest}")
}

/// Whether one of the signatures in `header` was made with one of `secrets`, and not long ago.
pub(crate) fn is_good(
    secrets: &[SecretString],
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> bool {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", it)) => time = Some(it),
            Some(("v1", it)) if signatures.len() < MOST_SIGNATURES => signatures.push(it),
            _ => {}
        }
    }
    // As it is written, because that is what was signed.
    let Some(time) = time else { return false };
    let is_recent = time
        .parse::<i64>()
        .is_ok_and(|it| it.abs_diff(now.timestamp()) <= TOLERANCE);
    is_recent
        && secrets.iter().any(|secret| {
            let expected = digest(secret, time, body);
            signatures
                .iter()
                .any(|it| verify_slices_are_equal(it.as_bytes(), expected.as_bytes()).is_ok())
        })
}

fn digest(secret: &SecretString, seconds: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let mut signed = hmac::Context::with_key(&key);
    signed.update(seconds.as_bytes());
    signed.update(b".");
    signed.update(body);
    let digest = signed.sign();
    digest
        .as_ref()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn secret() -> SecretString {
        "whsec_test_secret".into()
    }

    /// By `printf '1492774577.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret`.
    const KNOWN: &str =
        "t=1492774577,v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f";

    #[test]
    fn a_signature_is_what_others_compute() {
        assert_eq!(sign(&secret(), BODY, at(1_492_774_577)), KNOWN);
        assert!(is_good(&[secret()], KNOWN, BODY, at(1_492_774_577)));
    }

    #[test]
    fn it_is_good_for_five_minutes_either_way() {
        for (now, good) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let now = at(1_492_774_577 + now);
            assert_eq!(is_good(&[secret()], KNOWN, BODY, now), good, "{now}");
        }
    }

    #[test]
    fn another_body_secret_or_time_is_not_signed() {
        let now = at(1_492_774_577);
        let digest = KNOWN.rsplit('=').next().unwrap();
        assert!(!is_good(&[secret()], KNOWN, br#"{"id":"evt_2"}"#, now));
        assert!(!is_good(&["whsec_other".into()], KNOWN, BODY, now));
        assert!(!is_good(&[], KNOWN, BODY, now));
        for header in [
            String::new(),
            "t=1492774577".to_owned(),
            "t=1492774577,v1=".to_owned(),
            format!("v1={digest}"),
            format!("t=1492774578,v1={digest}"),
            format!("t=+1492774577,v1={digest}"),
            format!("t=1492774577,v0={digest}"),
            format!("t=1492774577,v1={}", digest.to_uppercase()),
        ] {
            assert!(!is_good(&[secret()], &header, BODY, now), "{header}");
        }
    }

    #[test]
    fn a_secret_is_replaced_with_both_for_a_while() {
        let now = at(1_492_774_577);
        let secrets = ["whsec_new".into(), secret()];
        assert!(is_good(&secrets, KNOWN, BODY, now));
        let other = sign(&"whsec_new".into(), BODY, now);
        let both = format!("{KNOWN},{}", other.split_once(',').unwrap().1);
        assert!(is_good(&["whsec_new".into()], &both, BODY, now));
        assert!(is_good(&[secret()], &both, BODY, now));
    }

    proptest! {
        #[test]
        fn no_header_is_a_panic(header in "\\PC{0,200}", body in any::<Vec<u8>>()) {
            prop_assert!(!is_good(&[secret()], &header, &body, at(0)));
        }
    }
}
