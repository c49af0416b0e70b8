//! Cards that can be paid with, in words.

use chrono::{Datelike as _, Utc};
use maud::{Markup, html};

use crate::{services::payment::Card, texts::ZONE, visit::Visit};

/// What a card is called, and until when it is good.
pub(super) fn called(visit: &Visit, card: &Card) -> Markup {
    let (brand, last4) = (brand(visit, card), card.last4.as_str());
    let end = end(card);
    html! {
        span.postal {
            strong { (visit.tx("checkout-card-called", [("brand", brand.into()), ("last4", last4.into())])) }
            @if has_expired(card) {
                span { (visit.tx("checkout-card-expired", [("date", end.into())])) }
            } @else {
                span { (visit.tx("checkout-card-expires", [("date", end.into())])) }
            }
        }
    }
}

/// Whose card it is.
pub(super) fn brand(visit: &Visit, card: &Card) -> String {
    match card.brand.as_str() {
        "visa" => "Visa".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "amex" => "American Express".to_owned(),
        _ => visit.t("card-other"),
    }
}

/// The last month in which it is good, as it is printed on it.
pub(super) fn end(card: &Card) -> String {
    format!("{:02}/{}", card.exp_month, card.exp_year)
}

/// Whether the month that is printed on it has passed.
pub(super) fn has_expired(card: &Card) -> bool {
    let today = Utc::now().with_timezone(&ZONE);
    let this_month = (i64::from(today.year()), today.month());
    (i64::from(card.exp_year), card.exp_month) < this_month
}
