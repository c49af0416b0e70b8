//! What a card is, and what of it may be kept: brand, last four digits and expiry, never its number or cvc.

use chrono::{DateTime, Datelike as _, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A card as it is sent by its owner. The number and the cvc are secrets: they show up in no log and in no
/// `Debug`, and this type cannot be serialised.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCard {
    /// 12 to 19 digits; spaces are allowed.
    #[schema(value_type = String, example = "4242 4242 4242 4242")]
    pub(crate) number: SecretString,
    /// 1 to 12.
    #[schema(minimum = 1, maximum = 12)]
    pub(crate) exp_month: u32,
    /// Four digits.
    #[schema(example = 2030)]
    pub(crate) exp_year: u32,
    /// Three digits, four on an American Express card.
    #[schema(value_type = String, example = "123")]
    pub(crate) cvc: SecretString,
}

/// A card that could be a real one, on its way to the gateway.
#[derive(Debug)]
pub(crate) struct Card {
    /// Digits only.
    pub(crate) number: SecretString,
    pub(crate) cvc: SecretString,
    pub(crate) brand: Brand,
    pub(crate) last4: String,
    pub(crate) exp_month: i16,
    pub(crate) exp_year: i16,
}

/// Whose network a card belongs to, by its first digits. French CB cards carry a second brand, and their
/// numbers are that one's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum Brand {
    Visa,
    Mastercard,
    Amex,
    Other,
}

/// What is wrong with a field of a card, in words that do not repeat its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) field: &'static str,
    pub(crate) detail: &'static str,
}

/// No card is issued for longer.
const MOST_YEARS: u32 = 30;

impl NewCard {
    /// The card, if it could be a real one on the day `now`, or everything that is wrong with it.
    pub(crate) fn check(&self, now: DateTime<Utc>) -> Result<Card, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |field, detail| faults.push(Fault { field, detail });

        let number = digits(self.number.expose_secret()).unwrap_or_default();
        let brand = Brand::of(&number);
        if !(12..=19).contains(&number.len()) {
            fault("card.number", "must have 12 to 19 digits");
        } else if !brand.has_length(number.len()) {
            fault(
                "card.number",
                "has the wrong number of digits for its brand",
            );
        } else if !passes_luhn(&number) {
            fault("card.number", "is mistyped: its check digit is wrong");
        }

        let cvc = self.cvc.expose_secret();
        if cvc.len() != brand.cvc_length() || !cvc.bytes().all(|it| it.is_ascii_digit()) {
            fault("card.cvc", brand.cvc_rule());
        }

        let (year, month) = (now.year_ce().1, now.month());
        if !(1..=12).contains(&self.exp_month) {
            fault("card.exp_month", "must be 1 to 12");
        } else if (self.exp_year, self.exp_month) < (year, month) {
            fault("card.exp_year", "the card has expired");
        }
        if self.exp_year > year + MOST_YEARS {
            fault("card.exp_year", "is too far ahead");
        }

        let last4 = number
            .get(number.len().saturating_sub(4)..)
            .unwrap_or_default();
        match (i16::try_from(self.exp_month), i16::try_from(self.exp_year)) {
            (Ok(exp_month), Ok(exp_year)) if faults.is_empty() => Ok(Card {
                last4: last4.to_owned(),
                number: number.into(),
                cvc: self.cvc.clone(),
                brand,
                exp_month,
                exp_year,
            }),
            _ => Err(faults),
        }
    }
}

impl Brand {
    /// By the first digits, as ISO/IEC 7812 gives them out.
    pub(crate) fn of(number: &str) -> Self {
        let first = |count| number.get(..count).and_then(|it| it.parse::<u32>().ok());
        match (first(1), first(2), first(4)) {
            (Some(4), ..) => Self::Visa,
            (_, Some(51..=55), _) | (_, _, Some(2221..=2720)) => Self::Mastercard,
            (_, Some(34 | 37), _) => Self::Amex,
            _ => Self::Other,
        }
    }

    fn has_length(self, digits: usize) -> bool {
        match self {
            Self::Visa => matches!(digits, 13 | 16 | 19),
            Self::Mastercard => digits == 16,
            Self::Amex => digits == 15,
            Self::Other => true,
        }
    }

    fn cvc_length(self) -> usize {
        match self {
            Self::Amex => 4,
            Self::Visa | Self::Mastercard | Self::Other => 3,
        }
    }

    fn cvc_rule(self) -> &'static str {
        match self {
            Self::Amex => "must have 4 digits",
            Self::Visa | Self::Mastercard | Self::Other => "must have 3 digits",
        }
    }
}

/// The digits, with spaces left out; nothing where there is anything else.
pub(crate) fn digits(number: &str) -> Option<String> {
    number
        .chars()
        .filter(|it| *it != ' ')
        .map(|it| it.is_ascii_digit().then_some(it))
        .collect()
}

/// ISO/IEC 7812-1, annex B: catches every single wrong digit and nearly every swap of two neighbours.
pub(crate) fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|it| u32::from(it.wrapping_sub(b'0')))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled @ 10..) => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;

    fn card(number: &str, exp: (u32, u32), cvc: &str) -> NewCard {
        NewCard {
            number: number.into(),
            exp_month: exp.0,
            exp_year: exp.1,
            cvc: cvc.into(),
        }
    }

    fn faults(card: &NewCard) -> Vec<&'static str> {
        let now = Utc.with_ymd_and_hms(2026, 6, 30, 23, 59, 59).unwrap();
        match card.check(now) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(|it| it.field).collect(),
        }
    }

    #[test]
    fn a_card_is_good_until_the_end_of_its_month() {
        let number = "4242424242424242";
        assert!(faults(&card(number, (6, 2026), "123")).is_empty());
        assert_eq!(faults(&card(number, (5, 2026), "123")), ["card.exp_year"]);
        assert_eq!(faults(&card(number, (12, 2025), "123")), ["card.exp_year"]);
        assert_eq!(faults(&card(number, (1, 26), "123")), ["card.exp_year"]);
        assert_eq!(faults(&card(number, (13, 2030), "123")), ["card.exp_month"]);
        assert_eq!(faults(&card(number, (0, 2030), "123")), ["card.exp_month"]);
        assert_eq!(faults(&card(number, (1, 2057), "123")), ["card.exp_year"]);
        let never = card(number, (u32::MAX, u32::MAX), "123");
        assert_eq!(faults(&never), ["card.exp_month", "card.exp_year"]);
    }

    #[test]
    fn lengths_follow_the_brand() {
        let exp = (1, 2030);
        assert!(faults(&card("378282246310005", exp, "1234")).is_empty());
        assert_eq!(faults(&card("378282246310005", exp, "123")), ["card.cvc"]);
        assert_eq!(faults(&card("4242424242424242", exp, "1234")), ["card.cvc"]);
        assert_eq!(faults(&card("4242424242424242", exp, "12a")), ["card.cvc"]);
        assert_eq!(faults(&card("4242424242424242", exp, "١٢")), ["card.cvc"]);
        assert_eq!(faults(&card("42424242424240", exp, "123")), ["card.number"]);
        assert_eq!(faults(&card("00000000000", exp, "123")), ["card.number"]);
        assert_eq!(
            faults(&card("00000000000000000000", exp, "123")),
            ["card.number"]
        );
        assert!(faults(&card("000000000000", exp, "123")).is_empty());
    }

    #[test]
    fn only_digits_and_spaces_make_a_number() {
        let exp = (1, 2030);
        assert!(faults(&card(" 4242 4242 42424242 ", exp, "123")).is_empty());
        for number in [
            "",
            "4242-4242-4242-4242",
            "4242424242424242\n",
            "４２４２４２４２４２４２４２４２",
        ] {
            assert_eq!(
                faults(&card(number, exp, "123")),
                ["card.number"],
                "{number}"
            );
        }
    }

    #[test]
    fn a_card_is_shown_to_nobody() {
        let new = card("4242 4242 4242 4242", (1, 2030), "987");
        let checked = new.check(Utc::now()).unwrap();
        let shown = format!("{new:?} {checked:?} {new:#?} {checked:#?}");
        assert!(
            !shown.contains("4242 4242") && !shown.contains("42424242"),
            "{shown}"
        );
        assert!(!shown.contains("987"), "{shown}");
    }

    #[test]
    fn brands_have_their_ranges() {
        let brand = |number: &str| Brand::of(number);
        assert_eq!(brand("4970101122334422"), Brand::Visa);
        for number in ["5100", "5599", "2221", "2720"] {
            assert_eq!(brand(number), Brand::Mastercard, "{number}");
        }
        for number in ["5000", "5600", "2220", "2721", "3600", "6011", "", "3"] {
            assert_eq!(brand(number), Brand::Other, "{number}");
        }
        assert_eq!(brand("34"), Brand::Amex);
        assert_eq!(brand("37"), Brand::Amex);
    }

    fn with_check_digit(stem: &str) -> String {
        (0..10)
            .map(|check| format!("{stem}{check}"))
            .find(|it| passes_luhn(it))
            .unwrap()
    }

    proptest! {
        #[test]
        fn every_stem_has_exactly_one_check_digit(stem in "[0-9]{11,18}") {
            let fits = (0..10).filter(|it| passes_luhn(&format!("{stem}{it}"))).count();
            prop_assert_eq!(fits, 1);
        }

        #[test]
        fn a_wrong_digit_is_caught(stem in "[0-9]{11,18}", place in 0_usize..12, by in 1_u8..10) {
            let mut number = with_check_digit(&stem).into_bytes();
            number[place] = b'0' + (number[place] - b'0' + by) % 10;
            prop_assert!(!passes_luhn(std::str::from_utf8(&number).unwrap()));
        }

        #[test]
        fn swapped_neighbours_are_caught_but_for_0_and_9(stem in "[0-9]{11,18}", place in 0_usize..11) {
            let mut number = with_check_digit(&stem).into_bytes();
            let pair = (number[place], number[place + 1]);
            prop_assume!(pair.0 != pair.1 && pair != (b'0', b'9') && pair != (b'9', b'0'));
            number.swap(place, place + 1);
            prop_assert!(!passes_luhn(std::str::from_utf8(&number).unwrap()));
        }

        #[test]
        fn spaces_change_nothing(stem in "[0-9]{15}", places in prop::collection::vec(0_usize..16, 0..8)) {
            let number = with_check_digit(&stem);
            let mut spaced = number.clone();
            for place in places {
                spaced.insert(place, ' ');
            }
            prop_assert_eq!(digits(&spaced), Some(number));
        }

        #[test]
        fn a_brand_is_in_the_first_four_digits(head in "[0-9]{4}", tail in "[0-9]{8,15}") {
            prop_assert_eq!(Brand::of(&head), Brand::of(&format!("{head}{tail}")));
        }

        #[test]
        fn a_fault_never_repeats_the_card(number in "[0-9]{12,19}", cvc in "[0-9]{3,4}", month in 0_u32..14) {
            if let Err(faults) = card(&number, (month, 2030), &cvc).check(Utc::now()) {
                let said = format!("{faults:?}");
                prop_assert!(!faults.is_empty());
                prop_assert!(!said.contains(&number) && !said.contains(&cvc));
            }
        }
    }
}
