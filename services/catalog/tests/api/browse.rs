use std::collections::HashSet;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{Shop, open_seeded, open_with_category, slugs, thing};

const SORTS: [&str; 5] = ["relevance", "name", "price_asc", "price_desc", "newest"];

async fn list(shop: &Shop, query: &str) -> Value {
    let path = format!("/api/catalog/products?{query}");
    shop.visitor.get(&path).await.expect(200).body
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_page_walks_every_product_once_in_order(pool: PgPool) {
    let shop = open_with_category(pool).await;
    // Many of one price, so that only the id tells them apart.
    let mut all = HashSet::new();
    for index in 0..23_i64 {
        shop.add(thing(&format!("thing-{index}"), 100 + index % 3, index % 2))
            .await;
        all.insert(format!("thing-{index}"));
    }
    for sort in SORTS {
        for limit in [1, 5, 23, 100] {
            let mut seen = Vec::new();
            let mut query = format!("sort={sort}&limit={limit}");
            loop {
                let body = list(&shop, &query).await;
                assert_eq!(body["total"], 23);
                let items = body["items"].as_array().unwrap();
                assert!(items.len() <= limit);
                seen.extend(items.iter().map(|it| {
                    (
                        it["price"]["amount"].as_i64().unwrap(),
                        it["slug"].as_str().unwrap().to_owned(),
                    )
                }));
                match body["next_cursor"].as_str() {
                    Some(cursor) => query = format!("sort={sort}&limit={limit}&cursor={cursor}"),
                    None => break,
                }
            }
            let distinct: HashSet<_> = seen.iter().map(|(_, slug)| slug.clone()).collect();
            assert_eq!((seen.len(), &distinct), (23, &all), "{sort} {limit}");
            match sort {
                "price_asc" => assert!(seen.is_sorted_by_key(|it| it.0)),
                "price_desc" => assert!(seen.is_sorted_by_key(|it| -it.0)),
                "newest" => assert_eq!(seen[0].1, "thing-22"),
                _ => assert!(seen.is_sorted_by_key(|it| it.1.replace('-', " "))),
            }
        }
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_cursor_belongs_to_its_list(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let body = list(&shop, "sort=name&limit=2").await;
    let cursor = body["next_cursor"].as_str().unwrap();
    let get = |query: String| {
        let shop = &shop;
        async move {
            shop.visitor
                .get(&format!("/api/catalog/products?{query}"))
                .await
        }
    };
    get(format!("sort=name&limit=5&cursor={cursor}"))
        .await
        .expect(200);
    for query in [
        format!("sort=price_asc&cursor={cursor}"),
        format!("sort=name&lang=fr&cursor={cursor}"),
        format!("sort=name&q=pain&cursor={cursor}"),
        "sort=name&cursor=gibberish".to_owned(),
        "sort=name&cursor=e30".to_owned(),
        "sort=name&cursor=".to_owned(),
        format!("sort=name&cursor={}", "a".repeat(3000)),
    ] {
        get(query).await.expect_problem(400, "bad-cursor");
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_makes_no_sense_is_refused(pool: PgPool) {
    let shop = open_seeded(pool).await;
    for (query, status, slug) in [
        ("limit=0", 422, "invalid"),
        ("limit=101", 422, "invalid"),
        ("q=", 422, "invalid"),
        ("q=%20", 422, "invalid"),
        ("q=a%00b", 422, "invalid"),
        ("min_price=-1", 422, "invalid"),
        ("min_price=2&max_price=1", 422, "invalid"),
        ("category=nowhere", 422, "unknown-category"),
        ("limit=many", 400, "malformed"),
        ("sort=fastest", 400, "malformed"),
        ("lang=de", 400, "malformed"),
        ("colour=red", 400, "malformed"),
        ("featured=maybe", 400, "malformed"),
    ] {
        let answer = shop
            .visitor
            .get(&format!("/api/catalog/products?{query}"))
            .await;
        answer.expect_problem(status, slug);
    }
    let long = format!("/api/catalog/products?q={}", "é".repeat(100));
    shop.visitor.get(&long).await.expect(200);
    let long = format!("/api/catalog/products?q={}", "é".repeat(101));
    shop.visitor.get(&long).await.expect_problem(422, "invalid");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn filters_hold_for_every_item(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let body = list(
        &shop,
        "category=dairy&min_price=500&max_price=1000&in_stock=true&limit=100",
    )
    .await;
    let items = body["items"].as_array().unwrap();
    assert!(!items.is_empty());
    assert_eq!(body["total"], items.len());
    let under: HashSet<&str> = [
        "soft-cheese",
        "hard-cheese",
        "goat-cheese",
        "butter-and-cream",
    ]
    .into();
    for item in items {
        assert!((500..=1000).contains(&item["price"]["amount"].as_i64().unwrap()));
        assert!(item["available"].as_i64().unwrap() > 0);
        assert!(under.contains(item["category"].as_str().unwrap()));
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_language_is_negotiated(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let path = "/api/catalog/products/traditional-baguette";
    for (accept, language, name) in [
        (None, "en", "Traditional baguette"),
        (Some("fr-CH, en;q=0.5"), "fr", "Baguette de tradition"),
        (Some("en-GB, fr;q=0.9"), "en", "Traditional baguette"),
        (Some("de, fr;q=0.1"), "fr", "Baguette de tradition"),
        (Some("de, *;q=0.1"), "en", "Traditional baguette"),
        (Some("de"), "en", "Traditional baguette"),
        (Some("!!"), "en", "Traditional baguette"),
    ] {
        let client = match accept {
            Some(accept) => shop.visitor.with("accept-language", accept),
            None => shop.visitor.clone(),
        };
        let answer = client.get(path).await.expect(200);
        assert_eq!(answer.text("/name"), name, "{accept:?}");
        assert_eq!(answer.headers["content-language"], language);
        assert_eq!(answer.headers["vary"], "Accept-Language");
        assert!(
            answer.headers["cache-control"]
                .to_str()
                .unwrap()
                .starts_with("public, max-age=")
        );
    }
    let french = shop.visitor.with("accept-language", "fr");
    let answer = french.get(&format!("{path}?lang=en")).await.expect(200);
    assert_eq!(answer.text("/name"), "Traditional baguette");
    let list = french
        .get("/api/catalog/products?sort=price_asc&limit=1")
        .await
        .expect(200);
    assert_eq!(list.text("/items/0/name"), "Baguette de tradition");
    let tree = french.get("/api/catalog/categories").await.expect(200);
    assert_eq!(tree.text("/0/name"), "Boulangerie");
    assert_eq!(tree.text("/0/children/0/name"), "Pains");
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_product_is_shown_with_its_place_in_the_tree(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let answer = shop
        .visitor
        .get("/api/catalog/products/aged-comte?lang=fr")
        .await
        .expect(200);
    let body = &answer.body;
    assert_eq!(
        body["category_path"],
        json!([
            { "slug": "dairy", "name": "Crèmerie" },
            { "slug": "hard-cheese", "name": "Fromages à pâte pressée" },
        ])
    );
    assert_eq!(body["price"], json!({ "amount": 1290, "currency": "EUR" }));
    assert_eq!(body["available"], 75);
    assert_eq!(body["image_url"], "/api/catalog/images/aged-comte.svg?v=1");
    assert!(answer.text("/description").starts_with("Fruité"));
    assert!(body["created_at"].is_string() && body["updated_at"].is_string());
    shop.visitor
        .get("/api/catalog/products/nothing")
        .await
        .expect_problem(404, "not-found");
}

#[derive(Clone, Debug)]
struct Filters {
    q: Option<&'static str>,
    category: Option<&'static str>,
    min: Option<i64>,
    max: Option<i64>,
    in_stock: bool,
    featured: bool,
}

impl Filters {
    fn query(&self) -> String {
        let mut query = "limit=1".to_owned();
        if let Some(q) = self.q {
            query += &format!("&q={q}");
        }
        if let Some(category) = self.category {
            query += &format!("&category={category}");
        }
        if let Some(min) = self.min {
            query += &format!("&min_price={min}");
        }
        if let Some(max) = self.max {
            query += &format!("&max_price={max}");
        }
        query + &format!("&in_stock={}&featured={}", self.in_stock, self.featured)
    }
}

fn filters() -> impl Strategy<Value = Filters> {
    let q = prop::option::of(prop::sample::select(vec![
        "pain", "chocolat", "fromge", "butter", "de", "zzz",
    ]));
    let category = prop::option::of(prop::sample::select(vec![
        "bakery", "breads", "dairy", "table", "books", "cellar",
    ]));
    let price = || prop::option::of(0_i64..6000);
    let featured = prop::bool::weighted(0.2);
    (q, category, price(), price(), any::<bool>(), featured).prop_map(
        |(q, category, min, max, in_stock, featured)| {
            let (min, max) = match (min, max) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                other => other,
            };
            Filters {
                q,
                category,
                min,
                max,
                in_stock,
                featured,
            }
        },
    )
}

/// Each facet counts what choosing it would find, and the parts add up to the whole.
#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn facets_add_up(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let total = async |filters: &Filters| {
        list(&shop, &filters.query()).await["total"]
            .as_i64()
            .unwrap()
    };
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let chosen = filters().new_tree(&mut runner).unwrap().current();
        let facets = list(&shop, &chosen.query()).await["facets"].clone();
        let count = |it: &Value| it["count"].as_i64().unwrap();

        let anywhere = Filters {
            category: None,
            ..chosen.clone()
        };
        let categories = facets["categories"].as_array().unwrap();
        let tops: i64 = categories
            .iter()
            .filter(|it| it["parent"].is_null())
            .map(count)
            .sum();
        assert_eq!(tops, total(&anywhere).await, "{chosen:?}");
        for top in categories.iter().filter(|it| it["parent"].is_null()) {
            // In the seed, only the leaves hold products.
            let under = categories.iter().filter(|it| it["parent"] == top["slug"]);
            assert_eq!(count(top), under.map(count).sum::<i64>(), "{chosen:?}");
        }
        for category in ["bakery", "goat-cheese", "books"] {
            let found = categories
                .iter()
                .find(|it| it["slug"] == category)
                .map_or(0, count);
            let here = Filters {
                category: Some(category),
                ..chosen.clone()
            };
            assert_eq!(found, total(&here).await, "{category} {chosen:?}");
        }

        let any_price = Filters {
            min: None,
            max: None,
            ..chosen.clone()
        };
        let bands = facets["price_bands"].as_array().unwrap();
        assert_eq!(
            bands.iter().map(count).sum::<i64>(),
            total(&any_price).await,
            "{chosen:?}"
        );
        for band in bands {
            let here = Filters {
                min: band["min"].as_i64(),
                max: band["max"].as_i64(),
                ..chosen.clone()
            };
            assert_eq!(count(band), total(&here).await, "{band} {chosen:?}");
        }

        let any_stock = Filters {
            in_stock: false,
            ..chosen.clone()
        };
        let sellable = Filters {
            in_stock: true,
            ..chosen.clone()
        };
        let stock = &facets["in_stock"];
        assert_eq!(count(stock), total(&sellable).await, "{chosen:?}");
        let all = count(stock) + stock["out_of_stock"].as_i64().unwrap();
        assert_eq!(all, total(&any_stock).await, "{chosen:?}");
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn a_retired_product_is_nowhere_to_be_found(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let id = shop.add(thing("old", 100, 5)).await;
    shop.add(thing("new", 100, 5)).await;
    shop.staff
        .delete(&format!("/api/catalog/admin/products/{id}"))
        .await
        .expect(204);
    for query in ["", "q=old", "category=things"] {
        let body = list(&shop, query).await;
        assert!(!slugs(&body).contains(&"old"), "{query}");
    }
    assert_eq!(list(&shop, "").await["total"], 1);
    shop.visitor
        .get("/api/catalog/products/old")
        .await
        .expect_problem(404, "not-found");
}
