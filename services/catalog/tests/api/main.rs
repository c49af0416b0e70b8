//! The catalog, over HTTP, against a database of its own per test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod browse;
mod featured;
mod images;
mod invariant;
mod openapi;
mod products;
mod races;
mod related;
mod reservations;
mod restocks;
mod search;
mod seed;
mod service;
mod shortages;
mod stock;

use chassis::{Http, Running};
use identity::Scope;
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::{Authority, Client};

/// The service under test, with the clients that talk to it.
pub(crate) struct Shop {
    pub(crate) authority: Authority,
    pub(crate) running: Running,
    pub(crate) pool: PgPool,
    /// Nobody in particular.
    pub(crate) visitor: Client,
    /// A member of staff.
    pub(crate) staff: Client,
    /// The order service.
    pub(crate) order: Client,
    /// The cart service.
    pub(crate) cart: Client,
}

/// An empty shop.
pub(crate) fn open(pool: PgPool) -> Shop {
    let authority = Authority::over("catalog");
    let running =
        catalog::serve(pool.clone(), authority.identity(), &Http::loopback(), 900).unwrap();
    let visitor = Client::new(running.url());
    Shop {
        staff: visitor.bearer(&authority.staff().token),
        order: visitor.bearer(&authority.service("order", "catalog", Scope::Stock)),
        cart: visitor.bearer(&authority.service("cart", "catalog", Scope::Products)),
        visitor,
        authority,
        running,
        pool,
    }
}

/// A shop with the seed in it.
pub(crate) async fn open_seeded(pool: PgPool) -> Shop {
    assert!(catalog::seed(&pool).await.unwrap());
    open(pool)
}

/// A shop with one category, `things`.
pub(crate) async fn open_with_category(pool: PgPool) -> Shop {
    sqlx::query("insert into categories (slug, parent, name, name_fr, position) values ('things', null, 'Things', 'Choses', 1)")
        .execute(&pool)
        .await
        .unwrap();
    open(pool)
}

/// A product that can be added.
pub(crate) fn thing(slug: &str, price: i64, available: i64) -> Value {
    json!({
        "slug": slug, "category": "things", "name": slug, "name_fr": format!("{slug} fr"),
        "description": "", "description_fr": "",
        "price": { "amount": price, "currency": "EUR" }, "available": available,
    })
}

impl Shop {
    /// Adds a product and answers its id.
    pub(crate) async fn add(&self, product: Value) -> String {
        self.staff
            .post("/api/catalog/admin/products", product)
            .await
            .expect(201)
            .text("/id")
    }

    /// Available, reserved and sold.
    pub(crate) async fn level(&self, product: &str) -> [i64; 3] {
        let body = self
            .staff
            .get(&format!("/api/catalog/admin/products/{product}"))
            .await
            .expect(200)
            .body;
        ["available", "reserved", "sold"].map(|it| body[it].as_i64().unwrap())
    }

    /// Panics unless I4 holds for every product and the stock says what the reservations say.
    pub(crate) async fn assert_i4(&self) {
        let wrong: Vec<(String,)> = sqlx::query_as(
            "select p.slug
             from products p join stock s on s.product_id = p.id
             where s.available + s.reserved + s.sold
                   <> coalesce((select sum(delta) from stock_movements m where m.product_id = p.id), 0)
                or s.reserved <> coalesce((select sum(l.quantity) from reservation_lines l
                       join reservations r on r.id = l.reservation_id
                       where l.product_id = p.id and r.state = 'reserved'), 0)
                or s.sold <> coalesce((select sum(l.quantity) from reservation_lines l
                       join reservations r on r.id = l.reservation_id
                       where l.product_id = p.id and r.state = 'committed'), 0)
                or s.available < 0",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap();
        assert!(wrong.is_empty(), "I4 does not hold for {wrong:?}");
    }

    /// Lets the time of a reservation run out.
    pub(crate) async fn run_out(&self, reservation: &str) {
        let changed = sqlx::query(
            "update reservations set expires_at = now() - interval '1 second' where id::text = $1",
        )
        .bind(reservation)
        .execute(&self.pool)
        .await
        .unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }
}

/// The slugs of a page of products.
pub(crate) fn slugs(body: &Value) -> Vec<&str> {
    body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["slug"].as_str().unwrap())
        .collect()
}
