//! Prices as people type them, in whole cents; no float comes near them.

use language::Language;

/// What may stand between thousands, apart from the other decimal sign: spaces, also those that do not
/// break, and the Swiss apostrophe.
const BETWEEN_THOUSANDS: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];

/// The cents of `12,99`, `12.99`, `1 234,50` or `1,234.50`. What could mean two amounts, as `1,234`, means
/// none here: a price must not be wrong by a factor of a thousand.
pub(super) fn read(text: &str) -> Option<i64> {
    let text = text.trim().trim_matches('€').trim();
    let (whole, cents) = match text.char_indices().rfind(|(_, it)| is_decimal_sign(*it)) {
        None => (whole(text, None)?, 0),
        Some((at, sign)) => {
            let (before, after) = text.split_at(at);
            let decimals = after.strip_prefix(sign)?;
            (whole(before, Some(sign))?, read_cents(decimals)?)
        }
    };
    whole.checked_mul(100)?.checked_add(cents)
}

/// As [`read`] takes it, and as the language writes it.
pub(super) fn write(language: Language, cents: i64) -> String {
    let sign = language.pick('.', ',');
    format!("{}{sign}{:02}", cents / 100, (cents % 100).abs())
}

fn is_decimal_sign(it: char) -> bool {
    matches!(it, ',' | '.')
}

fn read_cents(decimals: &str) -> Option<i64> {
    let cents = digits(decimals)?;
    match decimals.len() {
        1 => cents.checked_mul(10),
        2 => Some(cents),
        _ => None,
    }
}

/// Whole units, in one piece or in groups of three.
fn whole(text: &str, decimal_sign: Option<char>) -> Option<i64> {
    let Some(between) = text.chars().find(|it| !it.is_ascii_digit()) else {
        return digits(text);
    };
    let other_sign = decimal_sign.is_some_and(|it| it != between) && is_decimal_sign(between);
    if !other_sign && !BETWEEN_THOUSANDS.contains(&between) {
        return None;
    }
    let mut groups = text.split(between);
    let first = groups.next().filter(|it| (1..=3).contains(&it.len()))?;
    let mut joined = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    digits(&joined)
}

/// Digits alone: `parse` would take a sign too.
fn digits(text: &str) -> Option<i64> {
    let all_digits = text.bytes().all(|it| it.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        for (text, cents) in [
            ("12,99", 1299),
            ("12.99", 1299),
            ("12", 1200),
            ("0,5", 50),
            ("0.05", 5),
            ("007", 700),
            (" 12,99 € ", 1299),
            ("€12.99", 1299),
            ("1 234,50", 123_450),
            ("1\u{202f}234,50\u{a0}€", 123_450),
            ("1\u{a0}234", 123_400),
            ("1,234.50", 123_450),
            ("1.234,50", 123_450),
            ("1'234.50", 123_450),
            ("1 234 567,89", 123_456_789),
            ("92233720368547758,07", i64::MAX),
        ] {
            assert_eq!(read(text), Some(cents), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_price_or_could_be_two_is_refused() {
        for text in [
            "",
            " ",
            "€",
            "free",
            "-1",
            "+1",
            "−12,99",
            "12,",
            ",50",
            ".",
            "12,999",
            "1,234",
            "1.234",
            "12.9.9",
            "1,23,4.50",
            "12 99",
            "1  234",
            "1 2345,00",
            "1234 567,00",
            "1 234,567,00",
            "1,234,50",
            "12,9x",
            "1e3",
            "0x10",
            "NaN",
            "inf",
            "١٢,٩٩",
            "12,99 EUR",
            "92233720368547758,08",
            "99999999999999999999",
            "9 999 999 999 999 999 999 999,00",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again_in_both_languages() {
        let steps = (0..200_000).step_by(7);
        for cents in steps.chain([100_000_000, 123_456_789_012]) {
            for language in [Language::En, Language::Fr] {
                let text = write(language, cents);
                assert_eq!(read(&text), Some(cents), "{text:?}");
            }
        }
        assert_eq!(write(Language::Fr, 123_405), "1234,05");
        assert_eq!(write(Language::En, 9), "0.09");
    }
}
