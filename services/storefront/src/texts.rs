//! What pages say, in English and French: messages from `locales/`, and dates, numbers and money as each
//! language writes them (Unicode CLDR).

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::{Europe::Paris, Tz};
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use icu_calendar::Gregorian as IcuGregorian;
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{MD, YMD, YMDT},
    input::{Date, DateTime as IcuDateTime, Time},
};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::Locale;
use language::Language;
use money::{Currency, Money};

type Gregorian<F> = FixedCalendarDateTimeFormatter<IcuGregorian, F>;

/// Where the shop stands: its days begin and end there.
pub(crate) const ZONE: Tz = Paris;

/// Every message of both languages.
pub(crate) struct Texts {
    english: Speech,
    french: Speech,
}

/// One language.
pub(crate) struct Speech {
    messages: FluentBundle<FluentResource>,
    numbers: DecimalFormatter,
    dates: Gregorian<YMD>,
    short_dates: Gregorian<MD>,
    moments: Gregorian<YMDT>,
}

macro_rules! resources {
    ($language:literal: $($name:literal)+) => {
        [$(($name, include_str!(concat!("../locales/", $language, "/", $name, ".ftl")))),+]
    };
}

const ENGLISH: [(&str, &str); 6] =
    resources!("en": "shop" "browse" "cart" "account" "orders" "admin");
const FRENCH: [(&str, &str); 6] =
    resources!("fr": "shop" "browse" "cart" "account" "orders" "admin");

impl Texts {
    /// Reads what was compiled in; fails where it is not well-formed.
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            english: Speech::new("en-GB", &ENGLISH)?,
            french: Speech::new("fr-FR", &FRENCH)?,
        })
    }

    pub(crate) fn of(&self, language: Language) -> &Speech {
        language.pick(&self.english, &self.french)
    }
}

impl Speech {
    fn new(tag: &str, resources: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut messages = FluentBundle::new_concurrent(vec![tag.parse()?]);
        // Both languages run from left to right, so nothing needs to be isolated.
        messages.set_use_isolating(false);
        for (name, text) in resources {
            let resource = FluentResource::try_new((*text).to_owned())
                .map_err(|(_, errors)| anyhow!("{tag}/{name}.ftl: {errors:?}"))?;
            messages
                .add_resource(resource)
                .map_err(|errors| anyhow!("{tag}/{name}.ftl: {errors:?}"))?;
        }
        let locale: Locale = tag.parse()?;
        Ok(Self {
            messages,
            numbers: DecimalFormatter::try_new((&locale).into(), Default::default())
                .context("no numbers")?,
            dates: Gregorian::try_new((&locale).into(), YMD::long()).context("no dates")?,
            short_dates: Gregorian::try_new((&locale).into(), MD::short())
                .context("no short dates")?,
            moments: Gregorian::try_new((&locale).into(), YMD::long().with_time_hm())
                .context("no times")?,
        })
    }

    /// A message; its own name where there is none, which a test finds.
    pub(crate) fn say(&self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let pattern = self.messages.get_message(id).and_then(|it| it.value());
        let Some(pattern) = pattern else {
            tracing::error!(id, "no such message");
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = self
            .messages
            .format_pattern(pattern, arguments, &mut errors);
        if !errors.is_empty() {
            tracing::error!(id, ?errors, "a message lacks something");
        }
        text.into_owned()
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.messages.has_message(id)
    }

    /// As in `1,234` and `1 234`.
    pub(crate) fn number(&self, number: i64) -> String {
        self.numbers.format(&Decimal::from(number)).to_string()
    }

    /// As in `1.5` and `1,5`, of a number of tenths.
    pub(crate) fn tenths(&self, tenths: i64) -> String {
        let mut number = Decimal::from(tenths);
        number.multiply_pow10(-1);
        number.pad_end(-1);
        self.numbers.format(&number).to_string()
    }

    /// As in `€12.99` and `12,99 €`.
    pub(crate) fn money(&self, money: Money) -> String {
        let mut amount = Decimal::from(money.amount.unsigned_abs());
        // Both of the shop's currencies have two decimals.
        amount.multiply_pow10(-2);
        amount.pad_end(-2);
        self.amount(money, &amount)
    }

    /// The same, without cents where there are none, as in `€12`: for round figures.
    pub(crate) fn short_money(&self, money: Money) -> String {
        if money.amount % 100 == 0 {
            self.amount(money, &Decimal::from(money.amount.unsigned_abs() / 100))
        } else {
            self.money(money)
        }
    }

    fn amount(&self, money: Money, amount: &Decimal) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("amount", self.numbers.format(amount).to_string());
        let id = match money.currency {
            Currency::Eur => "money-eur",
            Currency::Usd => "money-usd",
        };
        let text = self.say(id, Some(&arguments));
        if money.amount < 0 {
            format!("−{text}")
        } else {
            text
        }
    }

    /// As in `25 November 2026` and `25 novembre 2026`, in Paris.
    pub(crate) fn date(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&ZONE).naive_local();
        match date(local.date()) {
            Some(date) => self.dates.format(&date).to_string(),
            None => at.to_rfc3339(),
        }
    }

    /// As in `25/11`: for charts.
    pub(crate) fn short_date(&self, day: NaiveDate) -> String {
        match date(day) {
            Some(date) => self.short_dates.format(&date).to_string(),
            None => day.to_string(),
        }
    }

    /// As in `25 November 2026 at 14:07`, in Paris.
    pub(crate) fn moment(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&ZONE).naive_local();
        let moment = || {
            let small = |it: u32| u8::try_from(it).ok();
            let (hour, minute) = (small(local.hour())?, small(local.minute())?);
            Some(IcuDateTime {
                date: date(local.date())?,
                time: Time::try_new(hour, minute, 0, 0).ok()?,
            })
        };
        match moment() {
            Some(moment) => self.moments.format(&moment).to_string(),
            None => at.to_rfc3339(),
        }
    }
}

fn date(day: NaiveDate) -> Option<Date<IcuGregorian>> {
    let small = |it: u32| u8::try_from(it).ok();
    Date::try_new_gregorian(day.year(), small(day.month())?, small(day.day())?).ok()
}

/// What the countries that the shop sends to are called: ISO 3166-1 code and message.
pub(crate) const COUNTRIES: [(&str, &str); 8] = [
    ("FR", "country-fr"),
    ("BE", "country-be"),
    ("CH", "country-ch"),
    ("DE", "country-de"),
    ("ES", "country-es"),
    ("GB", "country-gb"),
    ("IT", "country-it"),
    ("LU", "country-lu"),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;

    fn ids(resources: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut ids = BTreeMap::new();
        for (name, text) in resources {
            for line in text.lines() {
                if let Some((id, _)) = line.split_once(" =")
                    && id.starts_with(|it: char| it.is_ascii_lowercase())
                {
                    let before = ids.insert(id.to_owned(), (*name).to_owned());
                    assert_eq!(before, None, "{id} is said twice");
                }
            }
        }
        ids
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(ids(&ENGLISH), ids(&FRENCH));
    }

    /// Every message that the source names by a literal exists, and none is left over.
    #[test]
    fn what_pages_say_is_what_there_is_to_say() {
        let known = ids(&ENGLISH);
        let mut source = String::new();
        read(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut source,
        );
        for (_, rest) in source
            .match_indices(".t(\"")
            .chain(source.match_indices(".tx(\""))
            .map(|(at, found)| (at, &source[at + found.len()..]))
        {
            let id = rest.split('"').next().unwrap();
            assert!(known.contains_key(id), "{id} is not in locales/");
        }
        for id in known.keys() {
            // Some names are put together: the first part is in the source then.
            let named = source.contains(&format!("\"{id}\""))
                || id
                    .match_indices('-')
                    .any(|(at, _)| source.contains(&format!("\"{}{{", &id[..=at])));
            assert!(named, "nobody says {id}");
        }
    }

    /// No line may begin with such a sign, and none stands as close as in English.
    #[test]
    fn french_signs_stand_apart_from_their_words() {
        for (name, text) in &FRENCH {
            let said = text.lines().filter(|it| !it.starts_with('#'));
            for line in said {
                let text: Vec<char> = line.chars().collect();
                for pair in text.windows(2) {
                    let right = match (pair[0], pair[1]) {
                        (before, ';' | '?' | '!') => before == '\u{202f}',
                        (before, ':' | '»') => before == '\u{a0}',
                        ('«', after) => after == '\u{a0}',
                        (_, other) => other != '\'',
                    };
                    assert!(right, "{name}.ftl: {pair:?} in {line}");
                }
            }
        }
    }

    fn read(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|it| it == "rs") {
                into.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn money_and_dates_are_written_as_each_language_does() {
        let texts = Texts::new().unwrap();
        let price = Money {
            amount: 123_456,
            currency: Currency::Eur,
        };
        let at = "2026-11-25T23:30:00Z".parse().unwrap();
        let english = texts.of(Language::En);
        assert_eq!(english.money(price), "€1,234.56");
        assert_eq!(english.short_money(price), "€1,234.56");
        let round = Money {
            amount: 500,
            currency: Currency::Eur,
        };
        assert_eq!(english.short_money(round), "€5");
        assert_eq!(english.date(at), "26 November 2026");
        assert!(
            english.moment(at).ends_with("00:30"),
            "{}",
            english.moment(at)
        );
        let french = texts.of(Language::Fr);
        assert_eq!(french.money(price), "1\u{202f}234,56\u{a0}€");
        assert_eq!(french.date(at), "26 novembre 2026");
        let refund = Money {
            amount: -5,
            currency: Currency::Usd,
        };
        assert_eq!(english.money(refund), "−US$0.05");
    }
}
