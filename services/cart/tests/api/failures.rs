use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn a_broken_database_is_an_internal_error_without_details(pool: PgPool) {
    let shop = Shop::open(pool.clone()).await;
    let (user, member) = shop.member();
    let id = shop.catalog.add("teapot", 100, 5);
    sqlx::query("alter table carts rename to gone")
        .execute(&pool)
        .await
        .unwrap();

    let item = format!("/api/cart/items/{id}");
    let clear = format!("/internal/carts/{0}/clear?order={0}", user.id);
    let routes = [
        (&member, Method::GET, "/api/cart".to_owned(), None),
        (
            &member,
            Method::PUT,
            item.clone(),
            Some(json!({ "quantity": 1 })),
        ),
        (&member, Method::DELETE, item, None),
        (&member, Method::DELETE, "/api/cart".to_owned(), None),
        (&member, Method::POST, "/api/cart/merge".to_owned(), None),
        (
            &shop.order(),
            Method::GET,
            format!("/internal/carts/{}", user.id),
            None,
        ),
        (
            &shop.order(),
            Method::POST,
            clear,
            Some(json!({ "items": [] })),
        ),
    ];
    for (client, method, path, body) in routes {
        let answer = client.send(method, &path, body).await;
        assert_eq!(
            answer.expect_problem(500, "internal").body,
            json!({ "type": "urn:comptoir:problem:internal", "title": "Internal error", "status": 500 }),
        );
    }
}

#[sqlx::test(migrator = "cart::MIGRATIONS")]
async fn the_schema_refuses_what_the_code_must_never_write(pool: PgPool) {
    let refused = async |statement: &'static str| {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err();
        let constraint = error.as_database_error().unwrap().constraint();
        constraint.unwrap().to_owned()
    };
    sqlx::query("insert into carts (id, user_id) values (gen_random_uuid(), '0198c0de-0000-7000-8000-000000000000')")
        .execute(&pool)
        .await
        .unwrap();

    let no_owner = "insert into carts (id) values (gen_random_uuid())";
    assert_eq!(refused(no_owner).await, "carts_owner_check");
    let short_hash = r"insert into carts (id, token_hash) values (gen_random_uuid(), '\x00')";
    assert_eq!(refused(short_hash).await, "carts_token_hash_check");
    let twice = "insert into carts (id, user_id) values (gen_random_uuid(), '0198c0de-0000-7000-8000-000000000000')";
    assert_eq!(refused(twice).await, "carts_user_id_key");
    let nothing =
        "insert into lines (cart_id, product_id, quantity, slug, name, name_fr, price, currency)
                   select id, gen_random_uuid(), 0, '', '', '', 1, 'EUR' from carts";
    assert_eq!(refused(nothing).await, "lines_quantity_check");
    let negative =
        "insert into lines (cart_id, product_id, quantity, slug, name, name_fr, price, currency)
                    select id, gen_random_uuid(), 1, '', '', '', -1, 'EUR' from carts";
    assert_eq!(refused(negative).await, "lines_price_check");
}
