//! The style guide: every component, in both languages.

use crate::Front;

/// The class of each component, as its markup begins.
const COMPONENTS: [&str; 42] = [
    "swatch",
    "button large",
    "button danger",
    "field wrong",
    "alert",
    "info",
    "notice",
    "panel",
    "stock low",
    "stock out",
    "price",
    "count",
    "grid",
    "card sold-out",
    "suggestions",
    "breadcrumb",
    "chip",
    "filters",
    "choice\"",
    "pager",
    "table",
    "lines",
    "line\"",
    "line-note wrong",
    "stepper",
    "sum",
    "steps",
    "done",
    "choose",
    "option\"",
    "option over",
    "bought",
    "postal",
    "unrest",
    "past",
    "present",
    "to-come",
    "orders",
    "figures",
    "chart\"",
    "chart-nothing",
    "counts",
];
const ENGLISH: [&str; 6] = [
    "Only 3 are left. Lower the quantity to go on.",
    "No longer sold. Take it out to go on.",
    "Visa ending in 4242",
    "Expired 09/2024",
    "12 rue Rambuteau",
    "The tin was dented.",
];
const FRENCH: [&str; 3] = [
    "Adresses et cartes, telles qu’on les écrit",
    "12 rue Rambuteau",
    "La boîte était cabossée.",
];

#[tokio::test]
async fn the_style_guide_shows_every_component_and_asks_for_nothing_of_its_own() {
    for (language, texts) in [("en", &ENGLISH[..]), ("fr", &FRENCH[..])] {
        let front = Front::open().await;
        let mut visitor = front.browser().with("accept-language", language);
        let page = visitor.get("/styleguide").await.expect(200);
        for class in COMPONENTS {
            page.shows(&format!("class=\"{class}"));
        }
        for state in [
            "pending",
            "confirmed",
            "packed",
            "shipped",
            "delivered",
            "cancelled",
            "payment_failed",
            "requested",
            "approved",
            "received",
            "refunded",
            "refused",
        ] {
            page.shows(&format!("class=\"badge {state}\""));
        }
        for id in [
            "field-line1",
            "error-city",
            "field-country",
            "field-number",
            "error-exp_year",
        ] {
            page.shows(&format!("id=\"{id}\""));
        }
        for text in texts {
            page.shows(text);
        }
        assert_eq!(page.html.matches("<ol class=\"timeline\"").count(), 7);
        assert_eq!(page.html.matches("<ol class=\"timeline short\"").count(), 5);
        assert_eq!(page.html.matches("<h1").count(), 1);
        let ids = page.html.split(" id=\"").skip(1);
        let mut ids: Vec<&str> = ids.map(|it| it.split('"').next().unwrap()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id is on the page twice");
        assert_eq!(
            front.asked().await,
            [format!("GET /api/catalog/categories?lang={language}")]
        );
    }
}
