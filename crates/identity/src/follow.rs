//! How a service keeps up with the auth service.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use prometheus::Gauge;
use serde::{Deserialize, Serialize};
use telemetry::Metrics;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use upstream::{Credentials, Upstream};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Identity;

/// Four chances to hear of a revocation within the two seconds that the shop promises (I7).
const EVERY: Duration = Duration::from_millis(500);
/// Keys that were withdrawn are forgotten after this; new ones are looked up when they first appear.
const KEYS_EVERY: Duration = Duration::from_secs(60);

/// A session whose access tokens are refused before they end by themselves.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct Revocation {
    /// The session, `sid` in its tokens.
    pub session: Uuid,
    /// When its last access token ends; nothing need be remembered after that.
    pub until: DateTime<Utc>,
}

/// A page of the auth service's revocation feed, `GET /internal/revocations?after=`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Revocations {
    /// In the order in which they took effect.
    pub items: Vec<Revocation>,
    /// What to ask for next as `after`.
    pub next: i64,
}

/// An identity for `service` that follows the auth service until `stop`.
///
/// While the auth service cannot be reached, what is known stays in force: nobody can sign out there
/// either, and access tokens live for minutes only. `revocation_feed_age_seconds` tells how old it is.
pub fn follow(
    service: &'static str,
    credentials: &Credentials,
    metrics: &Metrics,
    stop: CancellationToken,
) -> anyhow::Result<Arc<Identity>> {
    // Not guarded: it is asked at a steady pace, and a revocation must be heard of as soon as it is back.
    let auth = credentials.auth()?.measured_by(metrics);
    let token = credentials.token(&auth, service, "auth", "revocations");
    let auth = auth.with_deadline(Duration::from_secs(2));
    let feed = auth.clone().with_token(token);
    let age = Gauge::new(
        "revocation_feed_age_seconds",
        "How long ago this service last heard from the revocation feed.",
    )?;
    metrics.registry().register(Box::new(age.clone()))?;

    let identity = Arc::new(Identity::of_auth(service, auth));
    let follower = Follower {
        identity: identity.clone(),
        feed,
        after: 0,
        keys_at: None,
        heard_at: Instant::now(),
        reachable: true,
    };
    tokio::spawn(stop.run_until_cancelled_owned(follower.run(age)));
    Ok(identity)
}

struct Follower {
    identity: Arc<Identity>,
    feed: Upstream,
    after: i64,
    keys_at: Option<Instant>,
    heard_at: Instant,
    reachable: bool,
}

impl Follower {
    async fn run(mut self, age: Gauge) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.catch_up().await {
                Ok(()) => {
                    self.heard_at = Instant::now();
                    self.identity.set_current();
                    if !self.reachable {
                        tracing::info!("the revocation feed is back");
                    }
                    self.reachable = true;
                }
                // Said once for each outage, not twice a second.
                Err(error) if self.reachable => {
                    self.reachable = false;
                    tracing::warn!(error = %chain(&error), "the revocation feed cannot be followed");
                }
                Err(_) => {}
            }
            age.set(self.heard_at.elapsed().as_secs_f64());
        }
    }

    async fn catch_up(&mut self) -> Result<(), upstream::Error> {
        if self.keys_at.is_none_or(|it| it.elapsed() >= KEYS_EVERY) {
            let keys = self.feed.get("/.well-known/jwks.json").await?;
            self.identity.use_keys(&keys);
            self.keys_at = Some(Instant::now());
            // The auth service may have returned to an earlier state of its database, which gives numbers again
            // that were read already. What is read twice does no harm, and is no more than the sessions that
            // ended within the life of an access token.
            self.after = 0;
        }
        loop {
            let path = format!("/internal/revocations?after={}", self.after);
            let page: Revocations = self.feed.get(&path).await?;
            let caught_up = page.items.is_empty();
            self.identity.revoke(page.items);
            self.after = page.next;
            if caught_up {
                return Ok(());
            }
        }
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{path, query_param},
    };

    use super::*;

    #[tokio::test]
    async fn numbers_that_an_older_state_of_the_feed_gives_again_are_heard_of() {
        let auth = MockServer::start().await;
        let answers = |body| ResponseTemplate::new(200).set_body_json(body);
        Mock::given(path("/.well-known/jwks.json"))
            .respond_with(answers(serde_json::json!({ "keys": [] })))
            .mount(&auth)
            .await;
        let revoked = Revocation {
            session: Uuid::now_v7(),
            until: Utc::now() + Duration::from_secs(60),
        };
        for (after, items) in [(0, vec![revoked]), (3, vec![]), (7, vec![])] {
            let next = if after == 0 { 3 } else { after };
            let page = serde_json::json!({ "items": items, "next": next });
            Mock::given(path("/internal/revocations"))
                .and(query_param("after", after.to_string()))
                .respond_with(answers(page))
                .mount(&auth)
                .await;
        }
        let feed = Upstream::new("auth", auth.uri().parse().unwrap(), Duration::from_secs(1));
        let mut follower = Follower {
            identity: Arc::new(Identity::new("cart")),
            feed: feed.unwrap(),
            after: 7,
            keys_at: Some(Instant::now()),
            heard_at: Instant::now(),
            reachable: true,
        };
        let hears = |it: &Follower| {
            it.identity
                .revoked
                .read()
                .unwrap()
                .contains_key(&revoked.session)
        };
        follower.catch_up().await.unwrap();
        assert!(!hears(&follower));
        follower.keys_at = None;
        follower.catch_up().await.unwrap();
        assert!(hears(&follower));
    }
}
