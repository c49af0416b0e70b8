//! Tells the shop what happened, in the manner of acquirers: signed, at least once, in no certain order.

use std::{sync::Arc, time::Duration};

use chassis::{Progress, Running};
use chrono::Utc;
use reqwest::header;
use secrecy::SecretString;
use serde_json::json;
use sqlx::PgPool;
use url::Url;

use crate::{sandbox::store, signature};

/// The shop's address for events, and what they are signed with.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) url: Url,
    pub(crate) secret: SecretString,
}

/// What carries the signature.
pub(crate) const HEADER: &str = "sandbox-signature";

/// How long the shop may take for an event.
const DEADLINE: Duration = Duration::from_secs(5);

/// Tells `shop` from now on, also what it was not told before.
pub(crate) fn spawn(running: &Running, db: PgPool, shop: Shop) -> Result<(), reqwest::Error> {
    let client = upstream::client(&shop.url, DEADLINE)
        .retry(reqwest::retry::never())
        .build()?;
    let every = Duration::from_secs(1);
    running.worker("webhooks", every, Arc::default(), move || {
        let (db, shop, client) = (db.clone(), shop.clone(), client.clone());
        async move { tell(&db, &shop, &client).await }
    });
    Ok(())
}

async fn tell(db: &PgPool, shop: &Shop, client: &reqwest::Client) -> anyhow::Result<Progress> {
    let Some(event) = store::claim_event(db).await? else {
        return Ok(Progress::Idle);
    };
    let body = serde_json::to_vec(&json!({
        "id": event.id,
        "type": event.kind,
        "data": { "object": { "metadata": { "reference": event.reference } } },
    }))?;
    let request = client
        .post(shop.url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(HEADER, signature::sign(&shop.secret, &body, Utc::now()))
        .body(body)
        .build()?;
    let answer = upstream::execute(client, "shop", None, request)
        .await
        .map_err(reqwest::Error::without_url)?;
    answer
        .error_for_status()
        .map_err(reqwest::Error::without_url)?;
    store::event_delivered(db, &event.id).await?;
    Ok(Progress::More)
}
