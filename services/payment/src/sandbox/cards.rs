//! How the test cards behave. `docs/reference/test-cards.md` is the table for people.

use serde::{Deserialize, Serialize};

/// What a test card stands for. This, and not the number, is what a token remembers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum Behaviour {
    /// Everything works.
    Approved,
    /// Its issuer says no, and not why.
    Declined,
    /// Its issuer says no, for want of money.
    InsufficientFunds,
    /// Authorised, but the answer takes its time.
    Slow,
    /// Captured, but the connection is lost before the answer.
    AnswerLost,
    /// The first attempts under each key find the acquirer unavailable.
    Unavailable,
}

impl Behaviour {
    pub(crate) fn of(number: &str) -> Self {
        match number {
            "4000000000000002" => Self::Declined,
            "4000000000009995" => Self::InsufficientFunds,
            "4000000000004087" => Self::Slow,
            "4000000000005027" => Self::AnswerLost,
            "4000000000005035" => Self::Unavailable,
            _ => Self::Approved,
        }
    }

    pub(crate) fn decline_code(self) -> Option<&'static str> {
        match self {
            Self::Declined => Some("card_declined"),
            Self::InsufficientFunds => Some("insufficient_funds"),
            Self::Approved | Self::Slow | Self::AnswerLost | Self::Unavailable => None,
        }
    }
}
