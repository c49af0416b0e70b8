//! What visitors do, request by request. `load/journeys.js` does the same with k6.

use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::{
    customers::Customer,
    mix::Journey,
    prepare::{self, APPROVED, DECLINED, Product, TROUBLED},
    visit::{Step, Stop, Visit},
};

/// What journeys draw from.
pub(crate) struct Supply {
    pub(crate) products: Vec<Product>,
    /// The one product of a sale, if that is what is tested.
    pub(crate) hot: Option<Product>,
    /// Which shares of the checkouts are with a card that is declined, and with one that gives trouble, from 0
    /// to 1.
    pub(crate) declines: f64,
    pub(crate) faults: f64,
}

/// How a checkout will end.
#[derive(Clone, Copy)]
enum Payment {
    Approved,
    Declined,
    Troubled(&'static str),
}

impl Payment {
    fn draw(supply: &Supply, random: &mut fastrand::Rng) -> Self {
        let drawn = random.f64();
        if drawn < supply.declines {
            Self::Declined
        } else if drawn < supply.declines + supply.faults {
            Self::Troubled(random.choice(TROUBLED).unwrap_or(APPROVED))
        } else {
            Self::Approved
        }
    }

    fn card(self) -> &'static str {
        match self {
            Self::Approved => APPROVED,
            Self::Declined => DECLINED,
            Self::Troubled(card) => card,
        }
    }

    fn step(self) -> Step {
        match self {
            Self::Approved => Step::Checkout,
            Self::Declined => Step::CheckoutDeclined,
            Self::Troubled(_) => Step::CheckoutTroubled,
        }
    }
}

/// One visitor's journey, with all that it draws.
pub(crate) struct Traveller<'a, 'v> {
    pub(crate) visit: &'a mut Visit<'v>,
    pub(crate) supply: &'a Supply,
    pub(crate) random: fastrand::Rng,
}

impl Traveller<'_, '_> {
    /// Goes on a journey of somebody without an account.
    pub(crate) async fn as_guest(&mut self, journey: Journey) -> Result<(), Stop> {
        match journey {
            Journey::Abandon => self.abandon().await,
            _ => self.browse().await,
        }
    }

    /// Goes on a journey of somebody with an account.
    pub(crate) async fn as_customer(
        &mut self,
        journey: Journey,
        customer: &mut Customer,
    ) -> Result<(), Stop> {
        if journey == Journey::SignIn {
            return prepare::sign_in(self.visit, customer).await;
        }
        self.visit.sign_in_as(&customer.access_token);
        match journey {
            Journey::Returning => self.buy_again(customer).await,
            _ => self.purchase(customer).await,
        }
    }

    fn draw_product(&mut self) -> Result<Product, Stop> {
        let drawn = self.supply.hot.clone();
        drawn
            .or_else(|| self.random.choice(&self.supply.products).cloned())
            .ok_or(Stop::Failed)
    }

    async fn browse(&mut self) -> Result<(), Stop> {
        self.visit
            .get(Step::Categories, "/api/catalog/categories")
            .await?;
        let first = self.draw_product()?;
        self.search(&first).await?;
        self.look_at(&first).await?;
        let second = self.draw_product()?;
        self.look_at(&second).await
    }

    async fn abandon(&mut self) -> Result<(), Stop> {
        self.fill_cart().await?;
        self.visit.get(Step::Cart, "/api/cart").await?;
        Ok(())
    }

    async fn purchase(&mut self, customer: &mut Customer) -> Result<(), Stop> {
        self.fill_cart().await?;
        let path = format!("/api/auth/me/addresses/{}", customer.address);
        let address = prepare::address();
        self.visit
            .once(
                Step::Address,
                Method::PUT,
                &path,
                Some(&address),
                StatusCode::OK,
            )
            .await?;
        let payment = Payment::draw(self.supply, &mut self.random);
        let method = prepare::add_card(self.visit, payment.card()).await?;
        let order = self.check_out(payment.step(), &method).await;
        customer.used_methods.push(method);
        order?;
        self.visit
            .get(Step::History, "/api/orders?limit=10")
            .await?;
        Ok(())
    }

    async fn buy_again(&mut self, customer: &Customer) -> Result<(), Stop> {
        let product = self.draw_product()?;
        self.look_at(&product).await?;
        self.add(&product).await?;
        let order = self.check_out(Step::Checkout, &customer.method).await?;
        self.visit
            .get(Step::Order, &format!("/api/orders/{order}"))
            .await?;
        Ok(())
    }

    /// Search, product, two into the cart; in a sale the one that it is about.
    async fn fill_cart(&mut self) -> Result<(), Stop> {
        let first = self.draw_product()?;
        self.search(&first).await?;
        self.look_at(&first).await?;
        self.add(&first).await?;
        if self.supply.hot.is_none() {
            let second = self.draw_product()?;
            self.add(&second).await?;
        }
        Ok(())
    }

    async fn search(&mut self, product: &Product) -> Result<(), Stop> {
        let path = format!("/api/catalog/products?q={}&limit=20", product.word);
        self.visit.get(Step::Search, &path).await?;
        Ok(())
    }

    async fn look_at(&mut self, product: &Product) -> Result<(), Stop> {
        let path = format!("/api/catalog/products/{}", product.slug);
        self.visit.get(Step::Product, &path).await?;
        Ok(())
    }

    async fn add(&mut self, product: &Product) -> Result<(), Stop> {
        let path = format!("/api/cart/items/{}", product.id);
        let body = json!({ "quantity": 1 });
        self.visit
            .once(Step::Add, Method::PUT, &path, Some(&body), StatusCode::OK)
            .await?;
        Ok(())
    }

    /// Buys what is in the cart, under a key of its own; the order's id.
    async fn check_out(&mut self, step: Step, method: &str) -> Result<String, Stop> {
        let key = Uuid::new_v4().to_string();
        let body = json!({ "payment_method_id": method, "shipping_address": prepare::address() });
        let answer = self
            .visit
            .insist(step, "/api/orders", Some(&key), &body)
            .await?;
        match (answer.status, answer.problem()) {
            // One that is still pending is no answer yet that a customer would take for one.
            (StatusCode::CREATED, _) if answer.text("/status") == Some("confirmed") => {
                self.visit.text(step, answer, "/id")
            }
            (StatusCode::PAYMENT_REQUIRED, "payment-declined")
                if step == Step::CheckoutDeclined =>
            {
                Err(Stop::Declined)
            }
            (StatusCode::CONFLICT, "out-of-stock") => Err(Stop::SoldOut),
            _ => Err(self.visit.failed(step, &Ok(answer))),
        }
    }
}
