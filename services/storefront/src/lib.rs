//! The web shop: the only place with HTML.
//!
//! Every page works without JavaScript; htmx makes some of them livelier. Read in this order: [`pages`]
//! (every route), [`visit`] (who asks, and what the cookie remembers of them), [`services`] (narrow clients
//! of the other services), [`failure`] (what is shown where something cannot be had), [`frame`] (what stands
//! around every page), [`components`] (what pages are made of), [`texts`] (English and French), [`assets`].

mod assets;
mod components;
mod config;
mod docs;
mod failure;
mod form;
mod frame;
mod pages;
mod services;
mod texts;
mod visit;

pub use config::{Addresses, Config, Service};

use std::sync::Arc;

use actix_web::{
    Error,
    body::MessageBody,
    cookie::Key,
    dev::{ServiceRequest, ServiceResponse},
    guard::{GuardContext, fn_guard},
    http::Method,
    middleware::{Compress, Next, from_fn},
    web,
};
use chassis::{Parts, Running};
use services::Services;
use telemetry::Metrics;
use texts::Texts;
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::service_config::ServiceConfig;

/// What all requests share.
struct Shop {
    services: Services,
    texts: Texts,
    cookie_key: Key,
    https: bool,
    trust_forwarded_for: bool,
}

/// Starts the service.
pub async fn start(service: &Service) -> anyhow::Result<Running> {
    let metrics = Metrics::new("storefront")?;
    let shop = web::Data::from(Arc::new(Shop {
        services: Services::new(&service.addresses, &metrics)?,
        texts: Texts::new()?,
        cookie_key: service.cookie_key()?,
        https: service.https,
        trust_forwarded_for: service.trust_forwarded_for,
    }));
    let parts = Parts {
        metrics,
        identity: None,
        database: None,
        stop: CancellationToken::new(),
    };
    chassis::serve(&service.http, parts, move |app| routes(app, &shop))
}

/// Pages are no part of an API, so none of these routes is in the API document.
fn routes(app: &mut ServiceConfig<'_>, shop: &web::Data<Shop>) {
    app.app_data(shop.clone())
        .configure(docs::routes)
        .map(|app| {
            app.configure(assets::routes).service(
                web::scope("")
                    .guard(fn_guard(is_for_a_person))
                    .wrap(from_fn(visit::remember))
                    .wrap(Compress::default())
                    .wrap(from_fn(head_as_get))
                    .configure(pages::routes)
                    .default_service(web::to(failure::no_such_page)),
            )
        });
}

/// A page is made for HEAD as for GET, and the server sends nothing but its head (RFC 9110, section 9.3.2).
async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// An unknown path of the API is answered as APIs answer, not by a page.
fn is_for_a_person(request: &GuardContext<'_>) -> bool {
    !request.head().uri.path().starts_with("/api/")
}
