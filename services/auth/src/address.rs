//! Where users want their parcels.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Auth, error::AuthError, store};

/// The most addresses in one book.
pub(crate) const MOST: i64 = 20;

/// An entry of an address book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Address {
    pub(crate) id: Uuid,
    #[serde(flatten)]
    pub(crate) lines: Lines,
}

/// What is written on the parcel.
#[derive(Clone, Debug, Deserialize, garde::Validate, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lines {
    #[garde(custom(text(100)))]
    #[schema(max_length = 100)]
    pub(crate) name: String,
    #[garde(custom(text(200)))]
    #[schema(max_length = 200)]
    pub(crate) line1: String,
    #[garde(inner(custom(text(200))))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub(crate) line2: Option<String>,
    #[garde(custom(text(100)))]
    #[schema(max_length = 100)]
    pub(crate) city: String,
    #[garde(custom(text(20)))]
    #[schema(max_length = 20)]
    pub(crate) postal_code: String,
    /// ISO 3166-1 alpha-2.
    #[garde(custom(country_code))]
    #[schema(example = "FR")]
    pub(crate) country: String,
}

/// One line of text of at most `most` characters, of which at least one can be seen.
pub(crate) fn text(most: usize) -> impl Fn(&str, &()) -> garde::Result {
    move |text, &()| {
        if text.trim().is_empty() {
            Err(garde::Error::new("is empty"))
        } else if text.chars().count() > most {
            Err(garde::Error::new(format!("is longer than {most}")))
        } else if text.chars().any(char::is_control) {
            Err(garde::Error::new("holds a control character"))
        } else {
            Ok(())
        }
    }
}

/// ISO 3166-1 alpha-2, as of 2024.
const COUNTRIES: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN \
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME \
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
YT ZA ZM ZW";

fn country_code(code: &str, (): &()) -> garde::Result {
    if COUNTRIES.split(' ').any(|it| it == code) {
        Ok(())
    } else {
        Err(garde::Error::new("is not an ISO 3166-1 alpha-2 code"))
    }
}

/// Adds an address, unless the book is full.
pub(crate) async fn add(auth: &Auth, user: Uuid, lines: &Lines) -> Result<Address, AuthError> {
    let mut transaction = auth.db.begin().await?;
    // The user's row is what two additions at once wait at; otherwise both could see nineteen.
    if !store::users::lock(&mut *transaction, user).await? {
        return Err(AuthError::SessionEnded);
    }
    if store::addresses::count(&mut *transaction, user).await? >= MOST {
        return Err(AuthError::TooManyAddresses);
    }
    let address = store::addresses::insert(&mut *transaction, Uuid::now_v7(), user, lines).await?;
    transaction.commit().await?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_249_countries() {
        let countries: std::collections::BTreeSet<_> = COUNTRIES.split(' ').collect();
        assert_eq!(countries.len(), 249);
        assert!(countries.iter().all(|it| it.len() == 2));
        assert!(country_code("FR", &()).is_ok());
        assert!(country_code("fr", &()).is_err());
        assert!(country_code("XX", &()).is_err());
    }

    #[test]
    fn a_line_of_text_is_one_line_that_can_be_seen() {
        let check = text(3);
        assert!(check("été", &()).is_ok());
        for wrong in ["", "  ", "abcd", "a\nb", "a\0b"] {
            assert!(check(wrong, &()).is_err(), "{wrong:?}");
        }
    }
}
