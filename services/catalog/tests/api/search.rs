use serde_json::json;
use sqlx::PgPool;

use crate::{Shop, open_seeded, open_with_category, slugs, thing};

async fn found(shop: &Shop, q: &str) -> Vec<String> {
    let path = format!("/api/catalog/products?limit=100&q={q}");
    let body = shop.visitor.get(&path).await.expect(200).body;
    slugs(&body).into_iter().map(str::to_owned).collect()
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn visitors_find_what_they_mean(pool: PgPool) {
    let shop = open_seeded(pool).await;
    for (q, expected) in [
        ("chocolat", "dark-chocolate-bar"),
        ("chocolate", "dark-chocolate-bar"),
        ("choclate", "dark-chocolate-bar"),
        ("fromage", "aged-comte"),
        ("fromge", "normandy-camembert"),
        ("café", "house-espresso"),
        ("cafe", "house-espresso"),
        ("CAFÉ", "house-espresso"),
        ("teapot", "cast-iron-teapot"),
        ("tepot", "cast-iron-teapot"),
        ("théière", "cast-iron-teapot"),
        ("theiere", "cast-iron-teapot"),
        ("thé", "earl-grey"),
        ("camenbert", "normandy-camembert"),
        ("crème", "isigny-cream"),
        ("œufs", "parisian-brioche"),
        ("goat cheese", "sainte-maure"),
        ("wine", "chablis"),
        ("vin", "pauillac"),
        ("bergamot", "earl-grey"),
        ("noisette", "hazelnut-saucisson"),
        // The apostrophe of keyboards, and that of print.
        ("mois d'affinage", "aged-comte"),
        ("mois d’affinage", "aged-comte"),
    ] {
        let found = found(&shop, q).await;
        assert!(found.iter().any(|it| it == expected), "{q} found {found:?}");
    }
    for q in ["xylophone", "%", "_", "!!", "茶", "%27%20--"] {
        assert_eq!(found(&shop, q).await, Vec::<String>::new(), "{q}");
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_best_match_comes_first(pool: PgPool) {
    let shop = open_seeded(pool).await;
    for (q, first) in [
        ("teapot", "cast-iron-teapot"),
        ("camembert", "normandy-camembert"),
        ("roquefort", "roquefort"),
        ("knife", "chef-knife"),
        ("couteau", "chef-knife"),
        ("baguette", "traditional-baguette"),
    ] {
        assert_eq!(found(&shop, q).await[0], first, "{q}");
    }
    // The article of English descriptions is not taken for tea.
    let tea = found(&shop, "thé").await;
    assert!(
        tea.len() < 20 && !tea.contains(&"potted-basil".to_owned()),
        "{tea:?}"
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn words_rank_above_what_resembles_them(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let named = |slug: &str, name: &str, description: &str| {
        let mut thing = thing(slug, 100, 1);
        thing["name"] = json!(name);
        thing["name_fr"] = json!("Objet");
        thing["description"] = json!(description);
        thing
    };
    shop.add(named("like", "Candel", "")).await;
    shop.add(named("described", "Holder", "For any candle at all."))
        .await;
    shop.add(named("inside", "Minicandle", "")).await;
    shop.add(named("begins", "Candlestick", "")).await;
    shop.add(named("word", "Red candle", "")).await;
    shop.add(named("other", "Spoon", "For soup.")).await;
    assert_eq!(
        found(&shop, "candle").await,
        ["word", "begins", "inside", "described", "like"]
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_is_found_is_told_apart(pool: PgPool) {
    let shop = open_with_category(pool).await;
    let mut kettle = thing("kettle", 4500, 3);
    kettle["name"] = json!("Copper kettle");
    kettle["name_fr"] = json!("Bouilloire en cuivre");
    let mut spoon = thing("spoon", 300, 9);
    spoon["name"] = json!("Wooden spoon");
    spoon["name_fr"] = json!("Cuillère en bois");
    let ids = [shop.add(kettle).await, shop.add(spoon).await];

    let body = shop
        .visitor
        .get("/api/catalog/products?q=bouilloire")
        .await
        .expect(200)
        .body;
    assert_eq!(
        body["items"],
        json!([{
            "id": ids[0], "slug": "kettle", "name": "Copper kettle",
            "price": { "amount": 4500, "currency": "EUR" }, "available": 3,
            "image_url": "/api/catalog/images/kettle.svg?v=1", "category": "things",
        }])
    );
    let body = shop
        .visitor
        .get("/api/catalog/products?q=spoon&lang=fr")
        .await
        .expect(200)
        .body;
    assert_eq!(
        body["items"],
        json!([{
            "id": ids[1], "slug": "spoon", "name": "Cuillère en bois",
            "price": { "amount": 300, "currency": "EUR" }, "available": 9,
            "image_url": "/api/catalog/images/spoon.svg?v=1", "category": "things",
        }])
    );
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn pages_of_a_search_do_not_overlap(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let all = found(&shop, "fromage").await;
    assert!(all.len() > 8);
    let mut walked = Vec::new();
    let mut query = "q=fromage&limit=3".to_owned();
    loop {
        let body = shop
            .visitor
            .get(&format!("/api/catalog/products?{query}"))
            .await
            .expect(200)
            .body;
        walked.extend(slugs(&body).into_iter().map(str::to_owned));
        match body["next_cursor"].as_str() {
            Some(cursor) => query = format!("q=fromage&limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(walked, all);
}
