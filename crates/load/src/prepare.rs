//! What is done before anything is measured: what can be bought, customers who are signed in, full shelves.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::bail;
use chrono::{Datelike as _, Utc};
use futures_util::future::try_join_all;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    customers::{Customer, Customers},
    target::Target,
    visit::{Answer, Step, Stop, Visit},
};

/// Something to buy.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) slug: String,
    /// What people search it by.
    pub(crate) word: String,
    available: i64,
}

/// Cards of the sandbox (docs/reference/test-cards.md).
pub(crate) const APPROVED: &str = "4242 4242 4242 4242";
pub(crate) const DECLINED: &str = "4000 0000 0000 0002";
/// Slow, answer lost after capture, unavailable at first.
pub(crate) const TROUBLED: [&str; 3] = [
    "4000 0000 0000 4087",
    "4000 0000 0000 5027",
    "4000 0000 0000 5035",
];

/// Signing up and in is asked for again for so long: an address may do so only five times a second, once it
/// has done so a hundred times.
const PATIENCE: Duration = Duration::from_secs(600);
/// Sign-ups at once. A password hash fills a core.
const AT_ONCE: usize = 4;
/// How many different products are bought.
const ASSORTMENT: usize = 100;

/// A body with a card.
fn card(number: &str) -> Value {
    let year = Utc::now().year() + 3;
    json!({ "card": { "number": number, "exp_month": 12, "exp_year": year, "cvc": "123" } })
}

/// Adds a card with this number to the customer's, and says under which id.
pub(crate) async fn add_card(visit: &mut Visit<'_>, number: &str) -> Result<String, Stop> {
    let step = Step::Tokenise;
    let (path, card) = ("/api/payments/methods", card(number));
    let answer = visit
        .once(step, Method::POST, path, Some(&card), StatusCode::CREATED)
        .await?;
    visit.text(step, answer, "/id")
}

/// Where everything is sent.
pub(crate) fn address() -> Value {
    json!({
        "name": "Ada Load", "line1": "1 rue Rambuteau", "city": "Paris", "postal_code": "75001",
        "country": "FR",
    })
}

/// Says what a preparation failed by.
fn because(visit: &Visit<'_>, what: &str) -> anyhow::Error {
    let errors = visit.errors.join(", ");
    anyhow::anyhow!("{what} failed: {errors}")
}

/// What can be bought.
pub(crate) async fn products(target: &Target) -> anyhow::Result<Vec<Product>> {
    let mut visit = Visit::new(target, PATIENCE);
    let path = format!("/api/catalog/products?in_stock=true&limit={ASSORTMENT}");
    let answer = visit.get(Step::Search, &path).await;
    let answer = answer.map_err(|_stop| because(&visit, "asking the catalog"))?;
    let items = answer.body.get("items").and_then(Value::as_array);
    let products = items.into_iter().flatten().filter_map(|it| {
        let text = |name| it.get(name).and_then(Value::as_str);
        let slug = text("slug")?;
        Some(Product {
            id: text("id")?.to_owned(),
            slug: slug.to_owned(),
            // Without its accents, which the search forgives.
            word: slug.split('-').max_by_key(|it| it.len())?.to_owned(),
            available: it.get("available").and_then(Value::as_i64)?,
        })
    });
    let products: Vec<_> = products.collect();
    if products.len() < 2 {
        bail!(
            "the shop has fewer than two products in stock; --restock fills the shelves of those it has"
        );
    }
    Ok(products)
}

/// Fills the shelves as staff does, so that there are at least `units` of each product.
pub(crate) async fn restock(
    target: &Target,
    products: &[Product],
    units: u32,
    email: &str,
    password: &SecretString,
) -> anyhow::Result<()> {
    let mut visit = Visit::new(target, PATIENCE);
    let body = json!({ "email": email, "password": password.expose_secret() });
    let answer = visit
        .insist(Step::SignIn, "/api/auth/login", None, &body)
        .await;
    let answer = answer.map_err(|_stop| because(&visit, "signing the staff in"))?;
    let Some(token) = answer.text("/access_token").map(str::to_owned) else {
        bail!(
            "the staff may not sign in: {} {}",
            answer.status,
            answer.problem()
        );
    };
    visit.sign_in_as(&token);
    for product in products {
        let delta = i64::from(units) - product.available;
        if delta > 0 {
            let path = format!("/api/catalog/admin/products/{}/stock", product.id);
            let body = json!({ "delta": delta, "reason": "restock", "note": "load test" });
            let put = visit
                .once(Step::Add, Method::POST, &path, Some(&body), StatusCode::OK)
                .await;
            put.map_err(|_stop| because(&visit, "filling the shelves"))?;
        }
    }
    Ok(())
}

/// So many new customers, signed in, with a card and an address. What it took is handed to `record`.
pub(crate) async fn sign_up(
    target: &Target,
    count: usize,
    customers: &Customers,
    record: impl Fn(&[(Step, Duration)]),
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let worker = async || {
        while next.fetch_add(1, Ordering::Relaxed) < count {
            let mut visit = Visit::new(target, PATIENCE);
            let customer = new_customer(&mut visit).await;
            customers.add(customer.map_err(|_stop| because(&visit, "signing a customer up"))?);
            record(&visit.steps);
        }
        anyhow::Ok(())
    };
    try_join_all((0..AT_ONCE).map(|_| worker())).await?;
    Ok(())
}

async fn new_customer(visit: &mut Visit<'_>) -> Result<Customer, Stop> {
    let email = format!("load-{}@example.com", Uuid::new_v4());
    let mut customer = Customer::new(email, Uuid::new_v4().to_string());
    let account =
        json!({ "email": customer.email, "password": customer.password, "name": "Ada Load" });
    let answer = visit
        .insist(Step::SignUp, "/api/auth/register", None, &account)
        .await?;
    // Taken by ourselves, where the answer to a first try was lost.
    if answer.status != StatusCode::CREATED && answer.problem() != "email-taken" {
        return Err(visit.failed(Step::SignUp, &Ok(answer)));
    }
    sign_in(visit, &mut customer).await?;
    visit.sign_in_as(&customer.access_token);
    customer.method = add_card(visit, APPROVED).await?;
    let (path, address) = ("/api/auth/me/addresses", address());
    let answer = visit
        .once(
            Step::Address,
            Method::POST,
            path,
            Some(&address),
            StatusCode::CREATED,
        )
        .await?;
    customer.address = visit.text(Step::Address, answer, "/id")?;
    Ok(customer)
}

/// Signs a customer in by the password.
pub(crate) async fn sign_in(visit: &mut Visit<'_>, customer: &mut Customer) -> Result<(), Stop> {
    let body = json!({ "email": customer.email, "password": customer.password });
    let answer = visit
        .insist(Step::SignIn, "/api/auth/login", None, &body)
        .await?;
    take_tokens(visit, Step::SignIn, answer, customer)
}

fn take_tokens(
    visit: &mut Visit<'_>,
    step: Step,
    answer: Answer,
    customer: &mut Customer,
) -> Result<(), Stop> {
    let seconds = answer.body.get("expires_in").and_then(Value::as_u64);
    let tokens = (
        answer.text("/access_token"),
        answer.text("/refresh_token"),
        seconds,
    );
    let (Some(access), Some(refresh), Some(seconds)) = tokens else {
        return Err(visit.failed(step, &Ok(answer)));
    };
    customer.access_token = access.to_owned();
    customer.refresh_token = refresh.to_owned();
    customer.token_ends = Instant::now() + Duration::from_secs(seconds);
    Ok(())
}

/// A fresh token, an empty cart, and no more cards than the shop keeps: between journeys, so that none of them
/// pays for it.
pub(crate) async fn care_for(visit: &mut Visit<'_>, customer: &mut Customer) -> Result<(), Stop> {
    if customer.has_an_old_token() {
        let body = json!({ "refresh_token": customer.refresh_token });
        let answer = visit
            .once(
                Step::Refresh,
                Method::POST,
                "/api/auth/refresh",
                Some(&body),
                StatusCode::OK,
            )
            .await?;
        take_tokens(visit, Step::Refresh, answer, customer)?;
    }
    visit.sign_in_as(&customer.access_token);
    if customer.left_a_cart {
        let path = "/api/cart";
        visit
            .once(Step::Empty, Method::DELETE, path, None, StatusCode::OK)
            .await?;
        customer.left_a_cart = false;
    }
    if customer.has_too_many_cards() {
        for method in std::mem::take(&mut customer.used_methods) {
            let path = format!("/api/payments/methods/{method}");
            visit
                .once(
                    Step::Forget,
                    Method::DELETE,
                    &path,
                    None,
                    StatusCode::NO_CONTENT,
                )
                .await?;
        }
    }
    Ok(())
}
