use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{Shop, open, open_seeded, open_with_category, slugs, thing};

fn path(slug: &str, query: &str) -> String {
    format!("/api/catalog/products/{slug}/related?{query}")
}

async fn related(shop: &Shop, slug: &str, query: &str) -> Value {
    shop.visitor.get(&path(slug, query)).await.expect(200).body
}

/// Cups and plates are tableware; tools are not.
async fn open_with_families(pool: PgPool) -> Shop {
    sqlx::raw_sql(
        "insert into categories (slug, parent, name, name_fr, position) values
             ('tableware', null, 'Tableware', 'Vaisselle', 1),
             ('cups', 'tableware', 'Cups', 'Tasses', 2),
             ('plates', 'tableware', 'Plates', 'Assiettes', 3),
             ('garden', null, 'Garden', 'Jardin', 4),
             ('tools', 'garden', 'Tools', 'Outils', 5)",
    )
    .execute(&pool)
    .await
    .unwrap();
    open(pool)
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_nearest_come_first_then_what_can_be_bought_then_by_name(pool: PgPool) {
    let shop = open_with_families(pool).await;
    let mut retired = String::new();
    for (slug, category, name_fr, available) in [
        ("mug", "cups", "a", 1),
        ("bowl", "cups", "b", 0),
        ("chalice", "cups", "y", 3),
        ("teacup", "cups", "x", 3),
        ("dish", "plates", "c", 9),
        ("charger", "plates", "d", 0),
        ("saucer", "plates", "e", 2),
        ("centrepiece", "tableware", "f", 9),
        ("spade", "tools", "g", 9),
        ("beaker", "cups", "h", 9),
    ] {
        let mut product = thing(slug, 100, available);
        product["category"] = json!(category);
        product["name_fr"] = json!(name_fr);
        retired = shop.add(product).await;
    }
    shop.staff
        .delete(&format!("/api/catalog/admin/products/{retired}"))
        .await
        .expect(204);

    let all = ["chalice", "teacup", "bowl", "dish", "saucer", "charger"];
    assert_eq!(slugs(&related(&shop, "mug", "limit=12").await), all);
    assert_eq!(slugs(&related(&shop, "mug", "").await), all[..4]);
    assert_eq!(slugs(&related(&shop, "mug", "limit=1").await), all[..1]);
    assert_eq!(
        slugs(&related(&shop, "mug", "limit=4&lang=fr").await),
        ["teacup", "chalice", "bowl", "dish"]
    );
    // Nothing else of its category, which has no parent: other categories without one are no kin.
    assert!(slugs(&related(&shop, "centrepiece", "limit=12").await).is_empty());
    assert!(slugs(&related(&shop, "spade", "limit=12").await).is_empty());
    for slug in ["beaker", "nothing", "Not%20A%20Slug"] {
        let answer = shop.visitor.get(&path(slug, "")).await;
        answer.expect_problem(404, "not-found");
    }
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn the_answer_is_in_the_language_asked_for(pool: PgPool) {
    let shop = open_seeded(pool).await;
    let french = shop.visitor.with("accept-language", "fr");
    for (client, query, language, name) in [
        (&shop.visitor, "", "en", "Beaufort d’alpage"),
        (&shop.visitor, "lang=fr", "fr", "Beaufort d’alpage"),
        (&french, "", "fr", "Beaufort d’alpage"),
        (&french, "lang=en", "en", "Beaufort d’alpage"),
    ] {
        let answer = client.get(&path("aged-comte", query)).await.expect(200);
        assert_eq!(answer.headers["content-language"], language);
        assert_eq!(answer.headers["vary"], "Accept-Language");
        assert_eq!(answer.headers["cache-control"], "public, max-age=10");
        assert_eq!(answer.text("/items/0/name"), name);
        let second = match language {
            "fr" => "Mimolette extra-vieille",
            _ => "Extra-old Mimolette",
        };
        assert_eq!(answer.text("/items/1/name"), second);
        assert_eq!(answer.body["items"].as_array().unwrap().len(), 4);
    }
    let list = shop
        .visitor
        .get("/api/catalog/products?category=hard-cheese&sort=name&limit=1")
        .await
        .expect(200);
    let body = related(&shop, "aged-comte", "").await;
    assert_eq!(body["items"][0], list.body["items"][0]);
    assert_eq!(body.as_object().unwrap().len(), 1);
}

#[sqlx::test(migrator = "catalog::MIGRATIONS")]
async fn what_makes_no_sense_is_refused(pool: PgPool) {
    let shop = open_with_category(pool).await;
    shop.add(thing("teapot", 100, 1)).await;
    for (query, status, slug) in [
        ("limit=0", 422, "invalid"),
        ("limit=13", 422, "invalid"),
        ("limit=-1", 400, "malformed"),
        ("limit=many", 400, "malformed"),
        ("lang=de", 400, "malformed"),
        ("colour=red", 400, "malformed"),
    ] {
        let answer = shop.visitor.get(&path("teapot", query)).await;
        answer.expect_problem(status, slug);
    }
}
