//! A client that does what the shop tells clients to do: send the same request with the same key again
//! until the answer is final.

use std::time::Duration;

use testkit::Answer;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::people::Person;

/// How a checkout ended, as its client was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) answer: Answer,
    /// How often it was sent.
    pub(crate) attempts: u32,
}

/// Longer than a reservation is good for: nothing may stay undecided until then.
const PATIENCE: Duration = Duration::from_secs(120);

/// Checks out until the answer is final.
pub(crate) async fn insist(person: &Person, key: &str, method: Uuid) -> Told {
    let until = Instant::now() + PATIENCE;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let last = match person.try_check_out(key, method).await {
            Ok(answer) if !is_open(&answer) => return Told { answer, attempts },
            Ok(answer) => answer.body.to_string(),
            Err(error) => error.to_string(),
        };
        assert!(
            Instant::now() < until,
            "{key} is undecided after {attempts} attempts: {last}"
        );
        sleep(Duration::from_millis(150)).await;
    }
}

/// Whether the answer leaves open how the checkout ends; 408 comes from the server before the request does
/// (RFC 9110 section 15.5.9). A 500 is never an answer to that.
fn is_open(answer: &Answer) -> bool {
    assert_ne!(answer.status, 500, "{:#}", answer.body);
    matches!(answer.status, 408 | 502..=504) || is_problem(answer, "checkout-in-progress")
}

pub(crate) fn is_problem(answer: &Answer, slug: &str) -> bool {
    answer.body["type"] == format!("urn:comptoir:problem:{slug}")
}
