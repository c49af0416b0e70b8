//! Who comes to the shop, and how often compared with others.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a visitor came for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Journey {
    /// Looks around: categories, search, two products.
    Browse,
    /// Fills a guest's cart, and leaves.
    Abandon,
    /// Search, product, two into the cart, address, card, checkout, history.
    Purchase,
    /// Buys one thing with the address and the card of last time, and looks at the order.
    Returning,
    /// Signs in. A password hash costs as much as many checkouts, and so is never part of another journey.
    SignIn,
}

impl Journey {
    pub(crate) const ALL: [Self; 5] = [
        Self::Browse,
        Self::Abandon,
        Self::Purchase,
        Self::Returning,
        Self::SignIn,
    ];

    /// As the command line and reports call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::Abandon => "abandon",
            Self::Purchase => "purchase",
            Self::Returning => "returning",
            Self::SignIn => "sign-in",
        }
    }

    /// Whether it is that of somebody with an account.
    pub(crate) fn needs_a_customer(self) -> bool {
        matches!(self, Self::Purchase | Self::Returning | Self::SignIn)
    }
}

/// Journeys by their weights.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Mix(BTreeMap<Journey, u32>);

/// Why a text is not a mix.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a mix is journeys with weights up to 10000, one of them above 0, as in browse=60,purchase=40; journeys \
     are browse, abandon, purchase, returning and sign-in"
)]
pub struct NotAMix;

impl Default for Mix {
    /// Most look, some fill a cart, few buy.
    fn default() -> Self {
        Self(BTreeMap::from([
            (Journey::Browse, 60),
            (Journey::Abandon, 20),
            (Journey::Purchase, 15),
            (Journey::Returning, 5),
        ]))
    }
}

impl FromStr for Mix {
    type Err = NotAMix;

    fn from_str(text: &str) -> Result<Self, NotAMix> {
        let mut weights = BTreeMap::new();
        for part in text.split(',') {
            let (name, weight) = part.split_once('=').ok_or(NotAMix)?;
            let journey = Journey::ALL.into_iter().find(|it| it.name() == name);
            let weight: u32 = weight.parse().map_err(|_not_a_number| NotAMix)?;
            let twice = weights.insert(journey.ok_or(NotAMix)?, weight).is_some();
            if twice || weight > 10_000 {
                return Err(NotAMix);
            }
        }
        let mix = Self(weights);
        if mix.total() == 0 {
            Err(NotAMix)
        } else {
            Ok(mix)
        }
    }
}

impl Mix {
    pub(crate) fn only(journey: Journey) -> Self {
        Self(BTreeMap::from([(journey, 1)]))
    }

    fn total(&self) -> u32 {
        self.0.values().sum()
    }

    /// The next visitor's.
    pub(crate) fn draw(&self, random: &mut fastrand::Rng) -> Journey {
        let mut left = random.u32(0..self.total().max(1));
        for (journey, weight) in &self.0 {
            if left < *weight {
                return *journey;
            }
            left -= weight;
        }
        Journey::Browse
    }

    /// Which share of the visitors has an account, from 0 to 1.
    pub(crate) fn share_of_customers(&self) -> f64 {
        let customers = self.0.iter().filter(|(it, _)| it.needs_a_customer());
        let customers: u32 = customers.map(|(_, weight)| weight).sum();
        f64::from(customers) / f64::from(self.total().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_read_or_refused() {
        let mix: Mix = "browse=3,purchase=1".parse().unwrap();
        assert!((mix.share_of_customers() - 0.25).abs() < 1e-9);
        for text in [
            "",
            "browse",
            "browse=0",
            "browse=-1",
            "fly=1",
            "browse=1,browse=1",
            "browse=10001",
        ] {
            assert_eq!(text.parse::<Mix>(), Err(NotAMix), "{text}");
        }
    }

    #[test]
    fn visitors_come_by_their_weights() {
        let mix: Mix = "browse=3,purchase=1,sign-in=0".parse().unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let drawn: Vec<_> = (0..4000).map(|_| mix.draw(&mut random)).collect();
        let bought = drawn.iter().filter(|it| **it == Journey::Purchase).count();
        assert!((900..1100).contains(&bought), "{bought}");
        assert!(!drawn.contains(&Journey::SignIn));
    }
}
