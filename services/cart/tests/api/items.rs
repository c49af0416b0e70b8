use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn what_is_put_in_is_shown_at_the_catalogs_price(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let teapot = shop.catalog.add("teapot", 1999, 5);
    let cup = shop.catalog.add("cup", 450, 2);

    let empty = member.get("/api/cart").await.expect(200);
    assert_eq!(
        empty.body,
        json!({ "items": [], "total": { "amount": 0, "currency": "EUR" }, "version": 0, "stale": false }),
    );
    assert_eq!(empty.headers["cache-control"], "no-store");

    let put = format!("/api/cart/items/{teapot}");
    member.put(&put, json!({ "quantity": 2 })).await.expect(200);
    let put = format!("/api/cart/items/{cup}");
    let answer = member.put(&put, json!({ "quantity": 1 })).await.expect(200);
    assert!(!answer.headers.contains_key("x-cart-token"));

    let shown = member.get("/api/cart").await.expect(200);
    assert_eq!(shown.body, answer.body);
    assert_eq!(
        shown.body,
        json!({
            "items": [{
                "product_id": teapot, "slug": "teapot", "name": "The teapot", "quantity": 2,
                "unit_price": { "amount": 1999, "currency": "EUR" }, "previous_unit_price": null,
                "available": 5, "image_url": "/images/teapot.svg",
                "line_total": { "amount": 3998, "currency": "EUR" }, "problem": null,
            }, {
                "product_id": cup, "slug": "cup", "name": "The cup", "quantity": 1,
                "unit_price": { "amount": 450, "currency": "EUR" }, "previous_unit_price": null,
                "available": 2, "image_url": "/images/cup.svg",
                "line_total": { "amount": 450, "currency": "EUR" }, "problem": null,
            }],
            "total": { "amount": 4448, "currency": "EUR" },
            "version": 2,
            "stale": false,
        }),
    );
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_quantity_is_set_and_not_added(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 5);
    let path = format!("/api/cart/items/{id}");
    member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);
    let cart = member
        .put(&path, json!({ "quantity": 3 }))
        .await
        .expect(200);
    assert_eq!(cart.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(cart.body["items"][0]["quantity"], 3);
    assert_eq!(cart.body["total"]["amount"], 3 * 1999);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn products_are_taken_out_one_by_one_or_all_at_once(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let ids: Vec<_> = (0..3)
        .map(|it| shop.catalog.add(&format!("p{it}"), 100, 5))
        .collect();
    for id in &ids {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect(200);
    }

    let path = format!("/api/cart/items/{}", ids[1]);
    for _ in 0..2 {
        let cart = member.delete(&path).await.expect(200);
        let left: Vec<_> = cart.body["items"].as_array().unwrap().iter().collect();
        assert_eq!(left.len(), 2);
        assert_eq!(left[0]["product_id"], json!(ids[0]));
        assert_eq!(left[1]["product_id"], json!(ids[2]));
    }

    let cart = member.delete("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"], json!([]));
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"], json!([]));
    assert_eq!(cart.body["total"]["amount"], 0);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn taking_out_of_no_cart_is_no_error(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let path = format!("/api/cart/items/{}", Uuid::now_v7());
    for client in [&member, &shop.anybody()] {
        assert_eq!(client.delete(&path).await.expect(200).body["version"], 0);
        let emptied = client.delete("/api/cart").await.expect(200);
        assert_eq!(emptied.body["version"], 0);
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_changed_price_stays_visible_until_the_quantity_is_set_again(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 5);
    let other = shop.catalog.add("cup", 100, 5);
    let path = format!("/api/cart/items/{id}");
    member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);

    let new = json!({ "amount": 2499, "currency": "EUR" });
    shop.catalog.set(id, "price", new.clone());
    let put_other = format!("/api/cart/items/{other}");
    let other = member
        .put(&put_other, json!({ "quantity": 1 }))
        .await
        .expect(200);
    for cart in [other, member.get("/api/cart").await.expect(200)] {
        let line = &cart.body["items"][0];
        assert_eq!(line["unit_price"], new);
        assert_eq!(
            line["previous_unit_price"],
            json!({ "amount": 1999, "currency": "EUR" })
        );
        assert_eq!(line["line_total"]["amount"], 2 * 2499);
        assert_eq!(cart.body["total"]["amount"], 2 * 2499 + 100);
    }

    let cart = member
        .put(&path, json!({ "quantity": 2 }))
        .await
        .expect(200);
    assert_eq!(cart.body["items"][0]["previous_unit_price"], json!(null));
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["previous_unit_price"], json!(null));
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_line_says_why_it_cannot_be_bought(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let [few, none, retired, forgotten] =
        ["few", "none", "retired", "forgotten"].map(|it| shop.catalog.add(it, 100, 5));
    for id in [few, none, retired, forgotten] {
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 3 }))
            .await
            .expect(200);
    }
    shop.catalog.set(few, "available", json!(2));
    shop.catalog.set(none, "available", json!(0));
    shop.catalog.set(retired, "active", json!(false));
    shop.catalog.forget(forgotten);

    let cart = member.get("/api/cart").await.expect(200);
    let lines: Vec<_> = cart.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let total = &it["line_total"]["amount"];
            json!([it["name"], it["problem"], it["available"], total])
        })
        .collect();
    assert_eq!(
        lines,
        [
            json!(["The few", "insufficient_stock", 2, 300]),
            json!(["The none", "out_of_stock", 0, 300]),
            json!(["The retired", "retired", 0, 0]),
            json!(["The forgotten", "retired", 0, 0]),
        ],
    );
    assert_eq!(cart.body["total"]["amount"], 600);
    assert_eq!(cart.body["stale"], false);
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn names_come_in_the_readers_language(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    let id = shop.catalog.add("teapot", 1999, 5);
    let path = format!("/api/cart/items/{id}");
    let french = member.with("accept-language", "fr-FR, en;q=0.5");
    let cart = french
        .put(&path, json!({ "quantity": 1 }))
        .await
        .expect(200);
    assert_eq!(cart.body["items"][0]["name"], "Le teapot");
    let cart = member.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["name"], "The teapot");
    shop.catalog.break_down();
    let cart = french.get("/api/cart").await.expect(200);
    assert_eq!(cart.body["items"][0]["name"], "Le teapot");
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_catalog_is_asked_once_for_a_whole_cart(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let (_, member) = shop.member();
    member.get("/api/cart").await.expect(200);
    assert_eq!(shop.catalog.calls().await, 0);
    for number in 0..5 {
        let id = shop.catalog.add(&format!("p{number}"), 100, 5);
        let path = format!("/api/cart/items/{id}");
        member
            .put(&path, json!({ "quantity": 1 }))
            .await
            .expect(200);
    }
    assert_eq!(shop.catalog.calls().await, 5);
    member.get("/api/cart").await.expect(200);
    assert_eq!(shop.catalog.calls().await, 6);
}
