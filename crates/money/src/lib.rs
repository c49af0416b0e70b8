//! Amounts of money in whole minor units (cents), never in floats.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An ISO 4217 currency this shop trades in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "UPPERCASE")]
#[sqlx(type_name = "text", rename_all = "UPPERCASE")]
pub enum Currency {
    /// Euro, two decimals.
    Eur,
    /// US dollar, two decimals.
    Usd,
}

/// A number of minor units in one currency.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: 1999 is 19.99.
    pub amount: i64,
    /// The currency of `amount`.
    pub currency: Currency,
}

/// Why two amounts could not be combined.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64 bits.
    #[error("amount overflows")]
    Overflow,
    /// The amounts are in different currencies.
    #[error("cannot combine {0} with {1}")]
    CurrencyMismatch(Currency, Currency),
}

impl Money {
    /// Nothing, in this currency.
    pub const fn zero(currency: Currency) -> Self {
        Self {
            amount: 0,
            currency,
        }
    }

    /// Multiplies a unit price by a quantity.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        self.with(self.amount.checked_mul(quantity.into()))
    }

    /// Adds an amount of the same currency.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.amount.checked_add(other.amount))
    }

    /// Takes away an amount of the same currency; the result may be negative.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.amount.checked_sub(other.amount))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }

    fn with(self, amount: Option<i64>) -> Result<Self, MoneyError> {
        let amount = amount.ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eur => "EUR",
            Self::Usd => "USD",
        })
    }
}

/// For logs and terminals: `12.99 EUR`. Pages use the reader's locale instead.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let minor = self.amount.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:02} {}",
            minor / 100,
            minor % 100,
            self.currency
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(amount: i64) -> Money {
        Money {
            amount,
            currency: Currency::Eur,
        }
    }

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_away(a in any::<i64>(), b in any::<i64>()) {
            if let Ok(sum) = eur(a).plus(eur(b)) {
                prop_assert_eq!(sum.minus(eur(b)), Ok(eur(a)));
            } else {
                prop_assert!(a.checked_add(b).is_none());
            }
        }

        #[test]
        fn multiplying_is_repeated_adding(price in -1_000_000_000_i64..1_000_000_000, quantity in 0_u32..50) {
            let mut sum = Money::zero(Currency::Eur);
            for _ in 0..quantity {
                sum = sum.plus(eur(price)).unwrap();
            }
            prop_assert_eq!(eur(price).times(quantity), Ok(sum));
        }

        #[test]
        fn an_overflow_is_an_error_and_never_wraps(price in any::<i64>(), quantity in any::<u32>()) {
            let exact = i128::from(price) * i128::from(quantity);
            match eur(price).times(quantity) {
                Ok(product) => prop_assert_eq!(i128::from(product.amount), exact),
                Err(error) => {
                    prop_assert_eq!(error, MoneyError::Overflow);
                    prop_assert!(i64::try_from(exact).is_err());
                }
            }
        }

        #[test]
        fn currencies_do_not_mix(a in any::<i64>(), b in any::<i64>()) {
            let usd = Money { amount: b, currency: Currency::Usd };
            let mismatch = MoneyError::CurrencyMismatch(Currency::Eur, Currency::Usd);
            prop_assert_eq!(eur(a).plus(usd), Err(mismatch));
            prop_assert_eq!(eur(a).minus(usd), Err(mismatch));
        }

        #[test]
        fn the_wire_keeps_every_amount(amount in any::<i64>()) {
            let text = serde_json::to_string(&eur(amount)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), eur(amount));
        }
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(eur(1299).to_string(), "12.99 EUR");
        assert_eq!(eur(-5).to_string(), "-0.05 EUR");
    }
}
