//! What a visitor has chosen to see, and the address of every further choice.

use serde::Deserialize;

use crate::services::catalog::{BandCount, Search};

/// A query as it came: anybody may have written it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    q: Option<String>,
    category: Option<String>,
    min_price: Option<String>,
    max_price: Option<String>,
    in_stock: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
}

/// The same, once what makes no sense has been left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::pages) struct Selection {
    /// The category whose page it is; none for a search.
    pub(super) place: Option<String>,
    /// Nothing, or words to look for.
    pub(super) words: String,
    /// The category that a search is narrowed to.
    pub(super) category: Option<String>,
    /// In minor units.
    pub(super) min_price: Option<i64>,
    /// In minor units.
    pub(super) max_price: Option<i64>,
    pub(super) in_stock: bool,
    /// One of [`SORTS`]; none for the catalog's own order.
    pub(super) sort: Option<&'static str>,
    /// Where the page begins; none for the first.
    pub(super) cursor: Option<String>,
}

/// As in the API.
pub(super) const SORTS: [&str; 5] = ["relevance", "name", "price_asc", "price_desc", "newest"];
/// The most characters that the catalog looks for.
const WORDS: usize = 100;

/// Words as the catalog takes them.
pub(super) fn words(typed: &str) -> String {
    let words: String = typed.chars().filter(|it| !it.is_control()).collect();
    words.trim().chars().take(WORDS).collect()
}

impl Selection {
    /// Of a search.
    pub(super) fn new(query: Query) -> Self {
        let price = |it: Option<String>| it?.parse().ok().filter(|it: &i64| *it >= 0);
        let (min_price, max_price) = match (price(query.min_price), price(query.max_price)) {
            (Some(min), Some(max)) if min > max => (None, None),
            prices => prices,
        };
        Self {
            place: None,
            words: words(&query.q.unwrap_or_default()),
            category: query.category.filter(|it| !it.is_empty()),
            min_price,
            max_price,
            in_stock: query.in_stock.is_some_and(|it| it == "true"),
            sort: query
                .sort
                .and_then(|asked| SORTS.into_iter().find(|it| *it == asked)),
            cursor: query.cursor.filter(|it| !it.is_empty()),
        }
    }

    /// Of a category's page.
    pub(super) fn in_category(slug: String, query: Query) -> Self {
        Self {
            place: Some(slug),
            category: None,
            ..Self::new(query)
        }
    }

    /// For the catalog.
    pub(super) fn search(&self) -> Search {
        Search {
            q: Some(self.words.clone()).filter(|it| !it.is_empty()),
            category: self.within().map(str::to_owned),
            min_price: self.min_price,
            max_price: self.max_price,
            in_stock: self.in_stock.then_some(true),
            sort: self.sort.map(str::to_owned),
            cursor: self.cursor.clone(),
            ..Search::default()
        }
    }

    /// The category that is looked into, one way or the other.
    pub(super) fn within(&self) -> Option<&str> {
        self.place.as_deref().or(self.category.as_deref())
    }

    /// Whether anything has been chosen that can be taken back.
    pub(super) fn is_narrowed(&self) -> bool {
        self.category.is_some() || self.has_prices() || self.in_stock
    }

    pub(super) fn has_prices(&self) -> bool {
        self.min_price.is_some() || self.max_price.is_some()
    }

    pub(super) fn is_band(&self, band: &BandCount) -> bool {
        self.min_price.unwrap_or(0) == band.min && self.max_price == band.max && self.has_prices()
    }

    /// The same with everything that can be taken back taken back.
    pub(super) fn widened(&self) -> Self {
        Self {
            category: None,
            in_stock: false,
            ..self.with_prices(None, None)
        }
    }

    pub(super) fn with_prices(&self, min_price: Option<i64>, max_price: Option<i64>) -> Self {
        Self {
            min_price,
            max_price,
            cursor: None,
            ..self.clone()
        }
    }

    pub(in crate::pages) fn with_stock(&self, in_stock: bool) -> Self {
        Self {
            in_stock,
            cursor: None,
            ..self.clone()
        }
    }

    /// In another category, or in none.
    pub(super) fn inside(&self, slug: Option<&str>) -> Self {
        let slug = slug.map(str::to_owned);
        let (place, category) = if self.place.is_some() {
            (slug, None)
        } else {
            (None, slug)
        };
        Self {
            place,
            category,
            cursor: None,
            ..self.clone()
        }
    }

    pub(super) fn at(&self, cursor: Option<String>) -> Self {
        Self {
            cursor,
            ..self.clone()
        }
    }

    pub(super) fn path(&self) -> String {
        match &self.place {
            Some(slug) => {
                let slug: String = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect();
                format!("/categories/{slug}")
            }
            None => "/search".to_owned(),
        }
    }

    /// Names and values of its query, but for those that are named.
    pub(super) fn fields(&self, except: &[&str]) -> Vec<(&'static str, String)> {
        let fields = [
            ("q", Some(self.words.clone()).filter(|it| !it.is_empty())),
            ("category", self.category.clone()),
            ("min_price", self.min_price.map(|it| it.to_string())),
            ("max_price", self.max_price.map(|it| it.to_string())),
            ("in_stock", self.in_stock.then(|| "true".to_owned())),
            ("sort", self.sort.map(str::to_owned)),
            ("cursor", self.cursor.clone()),
        ];
        fields
            .into_iter()
            .filter(|(name, _)| !except.contains(name))
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    pub(super) fn href(&self) -> String {
        let query = serde_urlencoded::to_string(self.fields(&[])).unwrap_or_default();
        let path = self.path();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Selection {
        Selection::new(serde_urlencoded::from_str(query).unwrap())
    }

    #[test]
    fn a_choice_survives_its_own_address() {
        for query in [
            "q=th%C3%A9+%26+caf%C3%A9&category=teas&min_price=500&max_price=999&in_stock=true&sort=newest",
            "min_price=10000",
            "",
        ] {
            let chosen = read(query);
            let href = chosen.href();
            let again = href.split_once('?').map_or("", |it| it.1);
            assert_eq!(again, query);
            assert_eq!(read(again), chosen);
        }
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for query in [
            "min_price=-1&max_price=abc",
            "min_price=900&max_price=100",
            "in_stock=maybe&sort=random&category=&cursor=",
            "q=%00+%0A",
        ] {
            assert_eq!(read(query), Selection::default(), "{query}");
        }
        let long = "é".repeat(200);
        assert_eq!(words(&long).chars().count(), 100);
    }

    #[test]
    fn a_further_choice_begins_at_the_first_page() {
        let chosen = read("q=tea&cursor=abc");
        assert_eq!(
            chosen.with_stock(true).href(),
            "/search?q=tea&in_stock=true"
        );
        assert_eq!(
            chosen.inside(Some("teas")).href(),
            "/search?q=tea&category=teas"
        );
        let place = Selection::in_category("teas".to_owned(), Query::default());
        assert_eq!(place.inside(Some("coffees")).href(), "/categories/coffees");
        assert_eq!(
            place.with_prices(Some(500), None).widened().href(),
            "/categories/teas"
        );
    }
}
