//! The whole shop: which service needs what, and in which order they come and go.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chassis::{Http, Running};
use sqlx::PgPool;
use tokio::try_join;
use upstream::Credentials;
use url::Url;

use crate::{
    audit::{Audited, Records},
    auditor::Auditor,
    data::Addresses,
    databases::Databases,
    gateway::Services,
    secrets::Secrets,
};

/// Every service, up.
pub(crate) struct Shop {
    auth: Running,
    catalog: Running,
    cart: Running,
    payment: payment::Running,
    order: Running,
    storefront: Running,
}

/// As the services' own defaults.
const RESERVATION_TTL: u32 = 900;
const GUEST_CART_TTL_DAYS: u16 = 30;

impl Shop {
    /// Starts every service on a free port of loopback; whoever is called starts first.
    pub(crate) async fn open(databases: &Databases, secrets: &Secrets) -> anyhow::Result<Self> {
        let auth = auth::Service {
            // The gateway says who it is, and nobody else can reach the service.
            trust_forwarded_for: true,
            seed: true,
            ..auth::Service::new(
                Http::loopback(),
                databases.of("auth")?,
                secrets.of_all(),
                secrets.key_encryption_key(),
            )
        };
        let auth = started("auth", auth::start(&auth)).await?;
        let credentials = |name| {
            anyhow::Ok(Credentials {
                auth_url: auth.url().clone(),
                service_secret: secrets.of(name)?,
            })
        };

        let catalog = catalog::Service {
            http: Http::loopback(),
            database: databases.of("catalog")?,
            credentials: credentials("catalog")?,
            reservation_ttl: RESERVATION_TTL,
            seed: true,
        };
        let payment = payment::Service {
            http: Http::loopback(),
            database: databases.of("payment")?,
            credentials: credentials("payment")?,
            gateway: payment::GatewayAccess::sandbox(),
            sandbox: payment::sandbox::Options::loopback(),
        };
        let (catalog, payment) = try_join!(
            started("catalog", catalog::start(&catalog)),
            started("payment", payment::start(&payment)),
        )?;

        let cart = cart::Service {
            http: Http::loopback(),
            database: databases.of("cart")?,
            credentials: credentials("cart")?,
            catalog_url: catalog.url().clone(),
            guest_cart_ttl_days: GUEST_CART_TTL_DAYS,
        };
        let cart = started("cart", cart::start(&cart)).await?;
        let order = order::Service {
            http: Http::loopback(),
            database: databases.of("order")?,
            credentials: credentials("order")?,
            catalog_url: catalog.url().clone(),
            cart_url: cart.url().clone(),
            payment_url: payment.url().clone(),
        };
        let order = started("order", order::start(&order)).await?;
        let storefront = storefront::Service {
            http: Http::loopback(),
            addresses: storefront::Addresses {
                auth_url: auth.url().clone(),
                catalog_url: catalog.url().clone(),
                cart_url: cart.url().clone(),
                payment_url: payment.url().clone(),
                order_url: order.url().clone(),
                auth_management_url: auth.management_url().clone(),
                catalog_management_url: catalog.management_url().clone(),
                cart_management_url: cart.management_url().clone(),
                payment_management_url: payment.management_url().clone(),
                order_management_url: order.management_url().clone(),
            },
            cookie_key: secrets.cookie_key(),
            https: false,
            trust_forwarded_for: true,
        };
        let storefront = started("storefront", storefront::start(&storefront)).await?;
        Ok(Self {
            auth,
            catalog,
            cart,
            payment,
            order,
            storefront,
        })
    }

    /// Where the gateway finds the services.
    pub(crate) fn addresses(&self) -> Services {
        Services {
            auth: self.auth.url().clone(),
            catalog: self.catalog.url().clone(),
            cart: self.cart.url().clone(),
            payment: self.payment.url().clone(),
            order: self.order.url().clone(),
            storefront: self.storefront.url().clone(),
        }
    }

    /// Each service's address and that of its probes and metrics, by its name.
    pub(crate) fn services(&self) -> BTreeMap<String, Addresses> {
        let addresses = |url: &Url, management_url: &Url| Addresses {
            url: url.clone(),
            management_url: management_url.clone(),
        };
        let of = |it: &Running| addresses(it.url(), it.management_url());
        let payment = addresses(self.payment.url(), self.payment.management_url());
        [
            ("auth", of(&self.auth)),
            ("catalog", of(&self.catalog)),
            ("cart", of(&self.cart)),
            ("payment", payment),
            ("order", of(&self.order)),
            ("storefront", of(&self.storefront)),
        ]
        .map(|(name, addresses)| (name.to_owned(), addresses))
        .into()
    }

    /// Who audits it.
    pub(crate) fn auditor(&self, secrets: &Secrets) -> anyhow::Result<Auditor> {
        let credentials = Credentials {
            auth_url: self.auth.url().clone(),
            service_secret: secrets.of("audit")?,
        };
        let records = Records::new(self.order.url(), &credentials)?;
        Ok(Auditor::new(self.audited()?, records))
    }

    /// The databases that an audit reads.
    fn audited(&self) -> anyhow::Result<Audited> {
        let pool = |name, pool: Option<&PgPool>| {
            let pool = pool.cloned();
            pool.with_context(|| format!("the {name} service has no database"))
        };
        Ok(Audited::of_running(
            pool("catalog", self.catalog.database())?,
            pool("payment", self.payment.database())?,
            pool("order", self.order.database())?,
        ))
    }

    /// Stops every service; whoever calls stops first, so that what is under way still finds the others.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        stopped("storefront", self.storefront.stop()).await?;
        stopped("order", self.order.stop()).await?;
        stopped("payment", self.payment.stop()).await?;
        stopped("cart", self.cart.stop()).await?;
        stopped("catalog", self.catalog.stop()).await?;
        stopped("auth", self.auth.stop()).await
    }
}

async fn started<T>(
    name: &str,
    start: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let started = start.await;
    started.with_context(|| format!("the {name} service did not start"))
}

async fn stopped(name: &str, stop: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let stopped = stop.await;
    stopped.with_context(|| format!("the {name} service did not stop well"))
}
