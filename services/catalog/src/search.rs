//! How visitors find things: filters, sorts, pages and facets.

use std::collections::HashMap;

use language::Language;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    category::{Category, Tree},
    error::CatalogError,
    page,
    product::Item,
    store,
};

/// The query of a search.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words to look for in names and descriptions, in either language; accents do not matter and
    /// typing errors are forgiven.
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    /// The slug of a category; those under it are included.
    category: Option<String>,
    /// The lowest price, in minor units.
    #[param(minimum = 0)]
    min_price: Option<i64>,
    /// The highest price, in minor units.
    #[param(minimum = 0)]
    max_price: Option<i64>,
    /// True leaves out what is sold out; false is the same as nothing.
    in_stock: Option<bool>,
    /// True leaves out what the home page does not show; false is the same as nothing.
    featured: Option<bool>,
    /// The order; `relevance` where it is absent.
    #[param(inline)]
    sort: Option<Sort>,
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 100, default = 24)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, with the same `q` and `sort`.
    cursor: Option<String>,
    /// The language of the names, whatever `Accept-Language` says.
    #[param(inline)]
    pub(crate) lang: Option<Language>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// The best match first; by name where nothing is looked for.
    #[default]
    Relevance,
    /// By name, in the language of the answer.
    Name,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first.
    PriceDesc,
    /// The latest addition first.
    Newest,
}

impl Sort {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Name => "name",
            Self::PriceAsc => "price_asc",
            Self::PriceDesc => "price_desc",
            Self::Newest => "newest",
        }
    }
}

/// A search that makes sense.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) language: Language,
    pub(crate) q: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) min_price: Option<i64>,
    pub(crate) max_price: Option<i64>,
    pub(crate) in_stock: bool,
    pub(crate) featured: bool,
    pub(crate) sort: Sort,
    pub(crate) limit: u16,
    pub(crate) after: Option<Position>,
}

/// Where a product stands in a sorted list: every sort is a number, then a text, then the id.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Position {
    pub(crate) number: i64,
    pub(crate) text: String,
    pub(crate) id: Uuid,
}

/// What a cursor holds: a position, and the list in which it is one.
#[derive(Debug, Deserialize, Serialize)]
struct Cursor {
    sort: Sort,
    language: Language,
    q: Option<String>,
    after: Position,
}

impl Search {
    pub(crate) fn new(query: SearchQuery, language: Language) -> Result<Self, CatalogError> {
        let q = query.q.map(|it| it.trim().to_owned());
        if let Some(q) = &q
            && !(1..=100).contains(&q.chars().count())
        {
            return Err(CatalogError::invalid("q", "must have 1 to 100 characters"));
        }
        if q.as_ref().is_some_and(|it| it.contains('\0')) {
            return Err(CatalogError::invalid("q", "must be text"));
        }
        for (field, price) in [
            ("min_price", query.min_price),
            ("max_price", query.max_price),
        ] {
            if price.is_some_and(|it| it < 0) {
                return Err(CatalogError::invalid(field, "must not be negative"));
            }
        }
        if let (Some(min), Some(max)) = (query.min_price, query.max_price)
            && min > max
        {
            return Err(CatalogError::invalid(
                "max_price",
                "must not be below min_price",
            ));
        }
        let sort = query.sort.unwrap_or_default();
        let after = match query.cursor {
            Some(cursor) => {
                let cursor: Cursor = page::decode(&cursor)?;
                if (cursor.sort, cursor.language, &cursor.q) != (sort, language, &q) {
                    return Err(CatalogError::BadCursor);
                }
                Some(cursor.after)
            }
            None => None,
        };
        Ok(Self {
            language,
            q,
            category: query.category,
            min_price: query.min_price,
            max_price: query.max_price,
            in_stock: query.in_stock.unwrap_or(false),
            featured: query.featured.unwrap_or(false),
            sort,
            limit: page::limit(query.limit)?,
            after,
        })
    }

    fn cursor(&self, after: Position) -> String {
        page::encode(&Cursor {
            sort: self.sort,
            language: self.language,
            q: self.q.clone(),
            after,
        })
    }
}

/// A page of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    items: Vec<Item>,
    /// How many products pass all filters, on all pages.
    total: i64,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
    facets: Facets,
}

/// Runs a search.
pub(crate) async fn run(pool: &PgPool, search: &Search) -> Result<Found, CatalogError> {
    let tree = Tree(store::categories::all(pool).await?);
    let family = match &search.category {
        Some(slug) => Some(tree.with_descendants(slug)?),
        None => None,
    };
    let mut rows = store::search::page(pool, search, family.as_deref()).await?;
    let next_cursor = page::cut(&mut rows, search.limit, |(_, position)| {
        search.cursor(position.clone())
    });
    let cells = store::search::cells(pool, search, &BANDS).await?;
    let (facets, total) = facets(&tree, &cells, search, family.as_deref());
    Ok(Found {
        items: rows.into_iter().map(|(item, _)| item).collect(),
        total,
        next_cursor,
        facets,
    })
}

/// How many products there are for each value of each filter, with all the *other* filters in force:
/// what a visitor would find by choosing it.
#[derive(Debug, Eq, PartialEq, Serialize, ToSchema)]
pub(crate) struct Facets {
    /// Categories that are not empty; each counts what is under it too.
    categories: Vec<CategoryCount>,
    /// All price bands, the cheapest first.
    price_bands: Vec<BandCount>,
    in_stock: StockCount,
}

/// How many products a category has.
#[derive(Debug, Eq, PartialEq, Serialize, ToSchema)]
pub(crate) struct CategoryCount {
    slug: String,
    name: String,
    /// The slug of the category above it.
    parent: Option<String>,
    count: i64,
}

/// How many products cost so much.
#[derive(Debug, Eq, PartialEq, Serialize, ToSchema)]
pub(crate) struct BandCount {
    /// The lowest price, as for `min_price`.
    min: i64,
    /// The highest price, as for `max_price`; null for the last band.
    max: Option<i64>,
    count: i64,
}

/// How many products can be bought now.
#[derive(Debug, Eq, PartialEq, Serialize, ToSchema)]
pub(crate) struct StockCount {
    /// Those with units on the shelf.
    count: i64,
    /// Those that are sold out.
    out_of_stock: i64,
}

/// Where the price bands begin, in minor units.
pub(crate) const BANDS: [i64; 6] = [0, 500, 1000, 2000, 5000, 10_000];

/// The products that match the words and are featured if they must be, counted by all that facets need
/// to know.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) category: String,
    /// The index of its band in [`BANDS`], from one.
    pub(crate) band: i32,
    /// Whether the price filter lets it pass: a filter may cut through a band.
    pub(crate) price_passes: bool,
    pub(crate) available: bool,
    pub(crate) count: i64,
}

/// The facets, and how many products pass all filters.
fn facets(
    tree: &Tree,
    cells: &[Cell],
    search: &Search,
    family: Option<&[String]>,
) -> (Facets, i64) {
    let in_family = |cell: &Cell| family.is_none_or(|family| family.contains(&cell.category));
    let stock_passes = |cell: &Cell| cell.available || !search.in_stock;
    let sum = |passes: &dyn Fn(&Cell) -> bool| -> i64 {
        cells
            .iter()
            .filter(|it| passes(it))
            .map(|it| it.count)
            .sum()
    };

    let mut counts: HashMap<&str, i64> = HashMap::new();
    for cell in cells {
        if cell.price_passes && stock_passes(cell) {
            for above in tree.upwards(&cell.category) {
                *counts.entry(&above.slug).or_default() += cell.count;
            }
        }
    }
    let categories = tree
        .0
        .iter()
        .filter_map(|category: &Category| {
            let count = counts.get(category.slug.as_str()).copied()?;
            Some(CategoryCount {
                slug: category.slug.clone(),
                name: category.name(search.language).to_owned(),
                parent: category.parent.clone(),
                count,
            })
        })
        .collect();
    let ends = BANDS
        .iter()
        .skip(1)
        .map(|next| Some(next - 1))
        .chain([None]);
    let price_bands = (1..)
        .zip(BANDS.iter().zip(ends))
        .map(|(band, (&min, max))| BandCount {
            min,
            max,
            count: sum(&|it| it.band == band && in_family(it) && stock_passes(it)),
        })
        .collect();
    let in_stock = StockCount {
        count: sum(&|it| it.available && it.price_passes && in_family(it)),
        out_of_stock: sum(&|it| !it.available && it.price_passes && in_family(it)),
    };
    let total = sum(&|it| it.price_passes && in_family(it) && stock_passes(it));
    let facets = Facets {
        categories,
        price_bands,
        in_stock,
    };
    (facets, total)
}
