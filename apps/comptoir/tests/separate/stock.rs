//! What there is to buy.

use serde_json::json;
use uuid::Uuid;

use crate::people::Person;

/// One that any member of staff may read.
pub(crate) const STAFF_ROUTE: &str = "/api/catalog/admin/products?limit=1";

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    /// Of one unit, in cents.
    pub(crate) price: i64,
}

/// A new product with so many units.
pub(crate) async fn product(staff: &Person, price: i64, units: i64) -> Product {
    named(staff, "Test tin", price, units).await
}

/// The same with a name to search for.
pub(crate) async fn named(staff: &Person, name: &str, price: i64, units: i64) -> Product {
    let slug = format!("test-{}", Uuid::new_v4().simple());
    let body = json!({
        "slug": slug, "category": "breads", "name": name, "name_fr": format!("{name} (fr)"),
        "description": "", "description_fr": "",
        "price": { "amount": price, "currency": "EUR" }, "available": units,
    });
    let product = staff
        .front
        .post("/api/catalog/admin/products", body)
        .await
        .expect(201);
    Product {
        id: product.text("/id").parse().expect("an id"),
        slug,
        price,
    }
}
