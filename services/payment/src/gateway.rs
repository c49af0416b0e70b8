//! The way to an acquirer. This is the one trait of the house, because acquirers differ and shops change
//! them.

mod sandbox;
mod stripe;

pub use sandbox::SandboxGateway;
pub use stripe::StripeGateway;

use std::{error::Error, fmt::Debug, pin::Pin, sync::Arc, time::Duration};

use money::Money;

use crate::{card::Card, sandbox::webhooks};

/// Why there was no answer, for the log.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// What became of a request to the gateway.
#[derive(Debug)]
pub(crate) enum Outcome<T> {
    /// Done.
    Approved(T),
    /// Not done, for good, for the reason that the code names.
    Declined(String),
    /// No answer, or none that could be understood. It may have been done or not, or be done yet; the same
    /// key asked again gets the truth.
    Unknown(Cause),
}

/// What the gateway is asked to hold on a card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authorisation<'a> {
    /// The card, as the gateway's token.
    pub(crate) token: &'a str,
    /// What both sides call the payment: the order's id.
    pub(crate) reference: &'a str,
    pub(crate) amount: Money,
}

/// What a void has left.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Voided {
    /// Nothing is held and nothing was taken, nor can be under this reference any more.
    Nothing,
    /// It was too late: this has been captured and must be refunded.
    Captured { charge: String, amount: Money },
}

/// How a payment is.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// Nothing is held and nothing was taken.
    Nothing,
    Held {
        charge: String,
    },
    Captured {
        charge: String,
        amount: Money,
    },
    /// Refused for good, for the reason that the code names.
    Declined(String),
}

/// The answer on its way; boxed, so that the trait can be an object.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// An acquirer. Every request carries an idempotency key, and the same key gets the same answer.
pub(crate) trait Gateway: Debug + Send + Sync {
    /// Exchanges a card for an opaque token.
    fn tokenise<'a>(&'a self, key: &'a str, card: &'a Card) -> Answer<'a, String>;

    /// Holds an amount on a card; answers the charge.
    fn authorise<'a>(&'a self, key: &'a str, what: Authorisation<'a>) -> Answer<'a, String>;

    /// Takes the amount that is held.
    fn capture<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()>;

    /// Lets go of what is held under a reference, and refuses what comes later for it. `what` is how it was or
    /// would have been authorised, `charge` what came of that, if it is known.
    fn void<'a>(
        &'a self,
        key: &'a str,
        what: Authorisation<'a>,
        charge: Option<&'a str>,
    ) -> Answer<'a, Voided>;

    /// Says how a payment is, and changes nothing. `what` and `charge` are as for a void.
    fn look<'a>(&'a self, what: Authorisation<'a>, charge: Option<&'a str>) -> Answer<'a, Seen>;

    /// Gives back some of what was captured.
    fn refund<'a>(&'a self, key: &'a str, charge: &'a str, amount: Money) -> Answer<'a, ()>;
}

/// The acquirer that a shop is configured for.
#[derive(Clone, Debug)]
pub enum Acquirer {
    /// A sandbox acquirer (`docs/reference/test-cards.md`).
    Sandbox(SandboxGateway),
    /// Stripe (`docs/how-to/stripe.md`).
    Stripe(StripeGateway),
}

impl Acquirer {
    pub(crate) fn deadline(&self) -> Duration {
        match self {
            Self::Sandbox(it) => it.deadline(),
            Self::Stripe(it) => it.deadline(),
        }
    }

    /// Its name in the path of its events, and the header in which they are signed.
    pub(crate) fn events(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sandbox(_) => ("sandbox", webhooks::HEADER),
            Self::Stripe(_) => ("stripe", "stripe-signature"),
        }
    }

    pub(crate) fn gateway(self) -> Arc<dyn Gateway> {
        match self {
            Self::Sandbox(it) => Arc::new(it),
            Self::Stripe(it) => Arc::new(it),
        }
    }
}
