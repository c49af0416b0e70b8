//! The address book.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::start;

const BOOK: &str = "/api/auth/me/addresses";

fn address() -> Value {
    json!({
        "name": "Camille Martin", "line1": "12 rue des Lilas", "line2": "3e étage",
        "city": "Lyon", "postal_code": "69001", "country": "FR",
    })
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_address_is_added_replaced_and_removed(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await.client;
    assert_eq!(camille.get(BOOK).await.expect(200).body["items"], json!([]));

    let added = camille.post(BOOK, address()).await.expect(201);
    let id = added.text("/id");
    let mut expected = address();
    expected["id"] = json!(id);
    assert_eq!(added.body, expected);
    let second = camille.post(BOOK, address()).await.expect(201);

    let mut moved = address();
    moved.as_object_mut().unwrap().remove("line2");
    moved["city"] = json!("Paris");
    let entry = format!("{BOOK}/{id}");
    let replaced = camille.put(&entry, moved.clone()).await.expect(200);
    moved["id"] = json!(id);
    assert_eq!(replaced.body, moved);
    let book = camille.get(BOOK).await.expect(200);
    assert_eq!(book.body["items"], json!([moved, second.body]));

    camille.delete(&entry).await.expect(204);
    let gone = camille.delete(&entry).await;
    gone.expect_problem(404, "not-found");
    let gone = camille.put(&entry, address()).await;
    gone.expect_problem(404, "not-found");
    let book = camille.get(BOOK).await.expect(200);
    assert_eq!(book.body["items"], json!([second.body]));
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn nobody_reaches_another_ones_addresses(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await.client;
    let other = shop.customer("other@example.com").await.client;
    let added = camille.post(BOOK, address()).await.expect(201);
    let entry = format!("{BOOK}/{}", added.text("/id"));

    other
        .put(&entry, address())
        .await
        .expect_problem(404, "not-found");
    other.delete(&entry).await.expect_problem(404, "not-found");
    assert_eq!(other.get(BOOK).await.expect(200).body["items"], json!([]));
    let book = camille.get(BOOK).await.expect(200);
    assert_eq!(book.body["items"], json!([added.body]));
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn an_address_that_no_parcel_finds_is_refused(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await.client;
    let wrong = [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("line1", json!(" ")),
        ("line1", json!("x".repeat(201))),
        ("line2", json!("")),
        ("line2", json!("a\u{0}b")),
        ("city", json!("x".repeat(101))),
        ("postal_code", json!("x".repeat(21))),
        ("country", json!("fr")),
        ("country", json!("XX")),
        ("country", json!("FRA")),
    ];
    for (field, value) in wrong {
        let mut body = address();
        body[field] = value;
        let answer = camille.post(BOOK, body).await;
        let answer = answer.expect_problem(422, "invalid");
        let named = answer.body["errors"][0]["field"].as_str().unwrap();
        assert!(named.starts_with(field), "{named} is not {field}");
    }
}

#[sqlx::test(migrator = "auth::MIGRATIONS")]
async fn a_book_holds_twenty_addresses_however_fast_they_come(pool: PgPool) {
    let shop = start(&pool).await;
    let camille = shop.customer("camille@example.com").await.client;
    for _ in 0..18 {
        camille.post(BOOK, address()).await.expect(201);
    }
    let (a, b, c, d) = tokio::join!(
        camille.post(BOOK, address()),
        camille.post(BOOK, address()),
        camille.post(BOOK, address()),
        camille.post(BOOK, address()),
    );
    let mut statuses = [a.status, b.status, c.status, d.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409, 409]);
    let full = camille.post(BOOK, address()).await;
    full.expect_problem(409, "too-many-addresses");
    // Another one's book is not full.
    let other = shop.customer("other@example.com").await.client;
    other.post(BOOK, address()).await.expect(201);
}
