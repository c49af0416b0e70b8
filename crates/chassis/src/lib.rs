//! What every service is bolted to: listeners, probes, a database pool, workers, a graceful stop.
//!
//! A service calls [`serve`] with its routes and gets a [`Running`] back, to which it adds its
//! [workers](Running::worker). Nothing here is global, so that all services can live in one process.

mod database;
mod healthcheck;
mod migrate;
mod operator;
mod pool;
mod probes;
mod worker;

pub use database::{Database, violates};
pub use healthcheck::healthcheck;
pub use migrate::migrate;
pub use worker::Progress;

use std::{
    future::poll_fn,
    net::{SocketAddr, TcpListener},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, Error, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{ServerHandle, ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::{DefaultHeaders, Next, from_fn},
    web,
};
use anyhow::Context as _;
use chrono::Utc;
use futures_util::FutureExt as _;
use identity::Identity;
use problem::Problem;
use sqlx::PgPool;
use telemetry::{BUILD, Metrics};
use tokio::{runtime::Handle, task::JoinHandle, time::timeout};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use url::Url;
use utoipa::openapi::{
    Info, License, OpenApi, RefOr,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_actix_web::{AppExt as _, service_config::ServiceConfig};

/// Where a service listens; `PORT` is its port on a laptop, and a thousand above it is its management
/// port.
#[derive(Clone, Debug, clap::Args)]
pub struct Http<const PORT: u16> {
    /// The address for requests; port 0 picks a free one.
    #[arg(long, env = "LISTEN", default_value_t = SocketAddr::from(([127, 0, 0, 1], PORT)))]
    pub listen: SocketAddr,
    /// The address for probes, metrics and the operator, kept out of the public URL space; port 0 picks a free
    /// one.
    #[arg(long, env = "MANAGEMENT_LISTEN", default_value_t = SocketAddr::from(([127, 0, 0, 1], PORT + 1000)))]
    pub management_listen: SocketAddr,
    /// How many worker threads serve requests.
    #[arg(long, env = "WORKERS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
}

impl<const PORT: u16> Http<PORT> {
    /// Free ports on loopback: for tests, and for the one-process shop.
    pub fn loopback() -> Self {
        Self {
            listen: ([127, 0, 0, 1], 0).into(),
            management_listen: ([127, 0, 0, 1], 0).into(),
            workers: 1,
        }
    }
}

/// What a service is made of, besides its routes.
#[derive(Debug)]
pub struct Parts {
    /// The service's metrics; they carry its name.
    pub metrics: Metrics,
    /// What it knows of tokens, for the services that check any.
    pub identity: Option<Arc<Identity>>,
    /// Its database, for the services that have one.
    pub database: Option<PgPool>,
    /// Ends the work that was started before the service itself, such as following the auth service.
    pub stop: CancellationToken,
}

/// A service that is up, until this is dropped.
#[derive(Debug)]
pub struct Running {
    url: Url,
    management_url: Url,
    stopping: Arc<AtomicBool>,
    server: Server,
    management: Server,
    workers: TaskTracker,
    steps: worker::Steps,
    database: Option<PgPool>,
    stop_workers: CancellationToken,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

/// A server, until this is dropped.
#[derive(Debug)]
struct Server {
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

/// How long requests and workers may take to finish what they are at when a service stops. With what comes before
/// and after, it is less than Kubernetes and Compose wait until they kill the process.
const DRAIN: Duration = Duration::from_secs(15);
/// How long the connections to the database may take to be closed after that.
const CLOSE: Duration = Duration::from_secs(2);

impl Running {
    /// Where to reach the service.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where its probes and metrics are.
    pub fn management_url(&self) -> &Url {
        &self.management_url
    }

    /// Its database, if it has one: for those who run the service and ask questions of their own.
    pub fn database(&self) -> Option<&PgPool> {
        self.database.as_ref()
    }

    /// Says "not ready", lets requests and workers finish what they are at, then stops; within 20 seconds.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stopping.store(true, Ordering::Release);
        self.stop_workers.cancel();
        self.workers.close();
        let (served, worked) =
            tokio::join!(self.server.stop(), timeout(DRAIN, self.workers.wait()));
        if worked.is_err() {
            tracing::warn!("a worker is left in the middle of a step");
        }
        self.stop.cancel();
        let managed = self.management.stop().await;
        if let Some(database) = self.database
            && timeout(CLOSE, database.close()).await.is_err()
        {
            tracing::warn!("somebody keeps a connection to the database");
        }
        served.and(managed)
    }
}

impl Server {
    async fn stop(mut self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        (&mut self.task)
            .await
            .context("the server panicked")?
            .context("the server failed")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// Serves `routes` and the API document at `/api/{service}/openapi.json`; on the management port
/// `/health`, `/health/live`, `/health/ready`, `/metrics`, and for the operator `/activity`, `/traces/{id}` and
/// `/log`.
pub fn serve<const PORT: u16, R>(
    http: &Http<PORT>,
    parts: Parts,
    routes: R,
) -> anyhow::Result<Running>
where
    R: Fn(&mut ServiceConfig<'_>) + Clone + Send + 'static,
{
    let service = parts.metrics.service().to_owned();
    let registry = parts.metrics.registry();
    if let Some(pool) = &parts.database {
        registry.register(Box::new(pool::Connections::of(pool.clone())?))?;
    }
    let steps = worker::Steps::register(registry)?;
    let stopping = Arc::new(AtomicBool::new(false));
    let identity = parts.identity.clone().map(web::Data::from);
    let metrics = web::Data::new(parts.metrics);

    let (listener, url) = listen(http.listen)?;
    let app_metrics = metrics.clone();
    let home = web::Data::new(Handle::current());
    let title = service.clone();
    let app = move || {
        let (app, mut api) = App::new()
            .into_utoipa_app()
            .configure(routes.clone())
            .split_for_parts();
        describe(&mut api, &title);
        let document = format!("/api/{title}/openapi.json");
        let app = app
            .app_data(web::Data::new(api))
            .route(&document, web::get().to(openapi))
            .app_data(app_metrics.clone())
            .app_data(home.clone())
            .app_data(web::PayloadConfig::new(problem::BODY_LIMIT))
            .app_data(problem::json_config())
            .app_data(problem::path_config())
            .app_data(problem::query_config())
            .default_service(web::to(no_such_route));
        let app = match identity.clone() {
            Some(identity) => app.app_data(identity),
            None => app,
        };
        app.wrap(from_fn(at_home))
            .wrap(from_fn(survive))
            .wrap(DefaultHeaders::new().add(("X-Content-Type-Options", "nosniff")))
            .wrap(from_fn(telemetry::observe))
    };
    let server = HttpServer::new(app)
        .workers(http.workers.into())
        .disable_signals()
        .shutdown_timeout(DRAIN.as_secs())
        .listen(listener)?
        .run();
    let server = Server::spawn(server);

    let (listener, management_url) = listen(http.management_listen)?;
    let ready = web::Data::new(probes::Ready {
        database: parts.database.clone(),
        identity: parts.identity,
        stopping: stopping.clone(),
        server: server.task.abort_handle(),
    });
    let about = web::Data::new(probes::About {
        service: service.clone(),
        started_at: Utc::now(),
    });
    let management = HttpServer::new(move || {
        App::new()
            .app_data(metrics.clone())
            .app_data(about.clone())
            .app_data(ready.clone())
            .configure(probes::routes)
            .configure(operator::routes)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();

    tracing::info!(service, %url, management = %management_url, "listening");
    Ok(Running {
        url,
        management_url,
        stopping,
        server,
        management: Server::spawn(management),
        workers: TaskTracker::new(),
        steps,
        database: parts.database,
        stop_workers: parts.stop.child_token(),
        stop: parts.stop.clone(),
        _stop_on_drop: parts.stop.drop_guard(),
    })
}

impl Server {
    fn spawn(server: actix_web::dev::Server) -> Self {
        Self {
            handle: server.handle(),
            task: tokio::spawn(server),
        }
    }
}

fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, Url)> {
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let url = Url::parse(&format!("http://{address}")).context("an address is always a URL")?;
    Ok((listener, url))
}

/// Says whose document this is (the default names the generator's authors), and that tokens are bearer
/// tokens; which routes need one is in their descriptions.
fn describe(api: &mut OpenApi, service: &str) {
    api.info = Info::builder()
        .title(format!("Comptoir: {service}"))
        .version(BUILD.version)
        .description(Some(
            "Routes tagged `internal` are for other services, with a service token; no proxy routes them.",
        ))
        .license(Some(License::new("Apache-2.0")))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    api.components
        .get_or_insert_default()
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let no_scopes: [&str; 0] = [];
    api.security = Some(vec![
        SecurityRequirement::default(),
        SecurityRequirement::new("bearer", no_scopes),
    ]);
    // Every answer needs a description; where a route gives none, its status says enough.
    for path in api.paths.paths.values_mut() {
        let methods = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.delete,
            &mut path.patch,
        ];
        for operation in methods.into_iter().flatten() {
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    meaning(status).clone_into(&mut response.description);
                }
            }
        }
    }
}

/// What a status of an API document means; it may be a range.
fn meaning(status: &str) -> &'static str {
    StatusCode::from_bytes(status.as_bytes())
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or("The request is refused; the problem says why.")
}

/// Answers a request on its thread, but with the runtime that the service was started in.
///
/// What a request opens and leaves in a pool, a connection to the database or to another service, is driven by
/// the runtime it was opened in. Each thread of the server has one of its own, which ends with the thread: and
/// when a service stops, a thread without requests ends at once, while others still use such connections.
async fn at_home(
    home: web::Data<Handle>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut answer = pin!(next.call(request));
    poll_fn(|context| {
        let _home = home.enter();
        answer.as_mut().poll(context)
    })
    .await
}

/// Answers also where a handler panics, so that the client need not guess and the failure is measured.
async fn survive(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let answer = AssertUnwindSafe(async { next.call(request).await });
    answer
        .catch_unwind()
        .await
        .unwrap_or_else(|_told| Err(Problem::internal("a handler panicked").into()))
}

async fn openapi(api: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(api.get_ref())
}

async fn no_such_route() -> Result<HttpResponse, Problem> {
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        "no-such-route",
        "No such route",
    ))
}

/// Resolves when the process is asked to stop, by Ctrl-C or SIGTERM.
pub async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
