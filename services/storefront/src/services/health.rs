//! How each service is, as it says on its management port.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::Deserialize;
use telemetry::{Activity, BUILD, Metrics, Recent, Span};
use upstream::Upstream;
use url::Url;

use super::Listed;
use crate::config::Addresses;

/// The services' management ports.
pub(crate) struct Health {
    services: Vec<(&'static str, Upstream)>,
    /// When the storefront was opened.
    opened_at: DateTime<Utc>,
}

/// How one service is.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) service: &'static str,
    /// What it says of itself; none where it does not answer.
    pub(crate) said: Option<Said>,
    /// How long its answer took.
    pub(crate) took: Duration,
}

/// What a service says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    pub(crate) version: String,
    pub(crate) revision: Option<String>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) ready: bool,
    pub(crate) reason: Option<String>,
}

const STOREFRONT: &str = "storefront";

/// A service that takes longer to say how it is, is not well.
const PATIENCE: Duration = Duration::from_secs(1);

impl Health {
    /// Neither measured nor guarded: a service is asked how it is above all when it is not well.
    pub(crate) fn new(addresses: &Addresses) -> anyhow::Result<Self> {
        let service =
            |name, url: &Url| anyhow::Ok((name, Upstream::new(name, url.clone(), PATIENCE)?));
        Ok(Self {
            services: vec![
                service("auth", &addresses.auth_management_url)?,
                service("catalog", &addresses.catalog_management_url)?,
                service("cart", &addresses.cart_management_url)?,
                service("payment", &addresses.payment_management_url)?,
                service("order", &addresses.order_management_url)?,
            ],
            opened_at: Utc::now(),
        })
    }

    /// The storefront itself: it is ready, for it was asked.
    pub(crate) fn own(&self) -> Said {
        Said {
            version: BUILD.version.to_owned(),
            revision: BUILD.revision.map(ToOwned::to_owned),
            started_at: self.opened_at,
            ready: true,
            reason: None,
        }
    }

    /// All of them, asked at once.
    pub(crate) async fn of_all(&self) -> Vec<State> {
        join_all(self.services.iter().map(async |(service, upstream)| {
            let asked = Instant::now();
            let said = upstream.get("/health").await.ok();
            State {
                service,
                said,
                took: asked.elapsed(),
            }
        }))
        .await
    }

    /// What each service that answers did in the last minute, the storefront first, whose metrics are `own`.
    pub(crate) async fn activity(&self, own: &Metrics) -> Vec<(&'static str, Activity)> {
        let asked = self.services.iter().map(async |(service, upstream)| {
            let said = upstream.get("/activity").await.ok();
            said.map(|it| (*service, it))
        });
        let answered = join_all(asked).await.into_iter().flatten();
        std::iter::once((STOREFRONT, own.activity()))
            .chain(answered)
            .collect()
    }

    /// What is left of a trace, and the first span of what was done later because of it.
    pub(crate) async fn trace(&self, id: &str) -> Vec<Span> {
        let path = format!("/traces/{id}");
        let asked = self.services.iter().map(async |(_, upstream)| {
            let said: Option<Listed<Span>> = upstream.get(&path).await.ok();
            said.map(|it| it.items).unwrap_or_default()
        });
        let own = Recent::of_process().map(|it| it.trace(STOREFRONT, id));
        let answered = join_all(asked).await.into_iter().flatten();
        answered.chain(own.unwrap_or_default()).collect()
    }

    /// Whether `service` says that it is ready.
    pub(crate) async fn is_ready(&self, service: &str) -> bool {
        let found = self.services.iter().find(|(name, _)| *name == service);
        let Some((_, upstream)) = found else {
            return false;
        };
        let said: Option<Said> = upstream.get("/health").await.ok();
        said.is_some_and(|it| it.ready)
    }
}
