//! Carts of guests and members.

use language::Language;
use money::Money;
use problem::{Details, TYPE_PREFIX};
use serde::Deserialize;
use upstream::{Call, Error, Method, StatusCode, Upstream, header};
use uuid::Uuid;

/// The cart service.
pub(crate) struct Carts {
    upstream: Upstream,
}

/// Whose cart.
#[derive(Clone, Debug)]
pub(crate) enum Shopper {
    /// Of whoever has this access token.
    Member(String),
    /// Of whoever has this cart token.
    Guest(String),
    /// Somebody who has put nothing into a cart yet.
    Nobody,
    /// A member whose token has ended while nobody can renew it.
    Unknown,
}

/// A cart at today's prices.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cart {
    pub(crate) items: Vec<Line>,
    pub(crate) total: Money,
    /// Whether the catalog did not answer: names and prices are then those of another day.
    pub(crate) stale: bool,
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) product_id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: Money,
    /// What it cost when it was put in, where that has changed.
    pub(crate) previous_unit_price: Option<Money>,
    pub(crate) available: Option<i64>,
    pub(crate) image_url: Option<String>,
    pub(crate) line_total: Money,
    pub(crate) problem: Option<LineProblem>,
}

/// Why a line cannot be bought as it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineProblem {
    OutOfStock,
    InsufficientStock,
    Retired,
    OtherCurrency,
}

impl Cart {
    /// Units of all products.
    pub(crate) fn units(&self) -> i64 {
        self.items.iter().map(|it| it.quantity).sum()
    }

    /// Whether everything in it can be bought as it is.
    pub(crate) fn can_be_ordered(&self) -> bool {
        !self.items.is_empty() && self.items.iter().all(|it| it.problem.is_none())
    }
}

/// The most units of one product.
pub(crate) const QUANTITY_LIMIT: i64 = 99;

impl Carts {
    pub(crate) fn new(upstream: Upstream) -> Self {
        Self { upstream }
    }

    /// What is in the cart; none for somebody who has no cart.
    pub(crate) async fn show(
        &self,
        language: Language,
        shopper: &Shopper,
    ) -> Result<Option<Cart>, Error> {
        if matches!(shopper, Shopper::Nobody) {
            return Ok(None);
        }
        let call = self.call(language, shopper, Method::GET, "/api/cart")?;
        call.send().await.map(Some)
    }

    /// Sets how many units of a product are in the cart, and says by which token a new guest finds it.
    pub(crate) async fn put(
        &self,
        language: Language,
        shopper: &Shopper,
        product: Uuid,
        quantity: i64,
    ) -> Result<(Cart, Option<String>), Error> {
        let path = format!("/api/cart/items/{product}");
        let (cart, headers) = self
            .call(language, shopper, Method::PUT, &path)?
            .json(&serde_json::json!({ "quantity": quantity }))
            .send_for_headers()
            .await?;
        let token = headers.get("x-cart-token").and_then(|it| it.to_str().ok());
        Ok((cart, token.map(str::to_owned)))
    }

    pub(crate) async fn remove(
        &self,
        language: Language,
        shopper: &Shopper,
        product: Uuid,
    ) -> Result<Cart, Error> {
        let path = format!("/api/cart/items/{product}");
        self.call(language, shopper, Method::DELETE, &path)?
            .send()
            .await
    }

    /// Puts what a guest had into the cart of the member that the guest turned out to be.
    pub(crate) async fn merge(&self, token: &str, guest: &str) -> Result<(), Error> {
        self.upstream
            .request(Method::POST, "/api/cart/merge")
            .bearer(token)
            .header(CART_TOKEN, guest)
            .json(&serde_json::json!({}))
            .send_for_nothing()
            .await
    }

    fn call(
        &self,
        language: Language,
        shopper: &Shopper,
        method: Method,
        path: &str,
    ) -> Result<Call<'_>, Error> {
        let call = self
            .upstream
            .request(method, path)
            .header(header::ACCEPT_LANGUAGE, language.tag());
        match shopper {
            Shopper::Member(token) => Ok(call.bearer(token)),
            Shopper::Guest(token) => Ok(call.header(CART_TOKEN, token)),
            Shopper::Nobody => Ok(call),
            Shopper::Unknown => Err(unrecognised()),
        }
    }
}

/// What the cart service would say of a token that has ended must not be taken for an answer: the visitor
/// would be signed out, because the auth service is away.
fn unrecognised() -> Error {
    Error::Problem {
        service: "auth",
        status: StatusCode::SERVICE_UNAVAILABLE,
        problem: Box::new(Details {
            kind: format!("{TYPE_PREFIX}unavailable"),
            title: "Nobody can say whose cart it is".to_owned(),
            status: StatusCode::SERVICE_UNAVAILABLE.as_u16(),
            detail: None,
            errors: Vec::new(),
        }),
    }
}

const CART_TOKEN: header::HeaderName = header::HeaderName::from_static("x-cart-token");
