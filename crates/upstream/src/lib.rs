//! Calling another service: deadlines, safe retries, trace headers, its problems decoded, and the
//! caller's own token.
//!
//! A service owns a narrow client for each service it calls (say `services/order/src/payment.rs`),
//! built on [`Upstream`]; nobody depends on another service's crate.

mod breaker;
mod token;
mod trace;

pub use token::{Credentials, ServiceToken};
pub use trace::execute;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub use reqwest::{Method, StatusCode, header};

use problem::Details;
use prometheus::HistogramVec;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use telemetry::Metrics;
use url::Url;

use breaker::Breaker;

/// Another service of the shop.
#[derive(Clone, Debug)]
pub struct Upstream {
    name: &'static str,
    base: Url,
    client: reqwest::Client,
    deadline: Duration,
    token: Option<ServiceToken>,
    durations: Option<HistogramVec>,
    breaker: Option<Breaker>,
}

/// A call that is being put together; [`Upstream::request`] begins one.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call<'a> {
    upstream: &'a Upstream,
    request: reqwest::RequestBuilder,
}

/// Why a call did not bring the answer that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It answered, and said no.
    #[error("{service} answered {status}: {}", .problem.title)]
    Problem {
        /// Which service.
        service: &'static str,
        /// Its status.
        status: StatusCode,
        /// Its reason.
        problem: Box<Details>,
    },
    /// It could not be reached, was too slow, or answered nonsense. Whether it did what was asked is
    /// unknown.
    #[error("{service} is unavailable")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// What went wrong.
        source: reqwest::Error,
    },
    /// It was not asked, because it has not answered for a while. This call has done nothing; an earlier one
    /// with the same key may have.
    #[error("{service} is left alone, because it did not answer")]
    Open {
        /// Which service.
        service: &'static str,
    },
    /// It was not asked, because there is no token for it. This call has done nothing; an earlier one with the
    /// same key may have.
    #[error("{service} is not asked without a token")]
    NoToken {
        /// Which service; not the one that has none to give.
        service: &'static str,
        /// Why; none if that took longer than the call may.
        source: Option<Arc<Error>>,
    },
}

/// What became of a call, as metrics tell it.
#[derive(Clone, Copy)]
enum Outcome {
    /// It was answered.
    Ok,
    /// The answer was a 4xx.
    Refused,
    /// The answer was a 5xx.
    Failed,
    /// There was no answer, or none that could be read.
    Unavailable,
    /// It was not made.
    Open,
}

impl Error {
    /// Which service.
    pub fn service(&self) -> &'static str {
        match self {
            Self::Problem { service, .. }
            | Self::Unavailable { service, .. }
            | Self::Open { service }
            | Self::NoToken { service, .. } => service,
        }
    }

    /// Whether the other side is not there, or its proxy says so for it.
    fn is_silence(&self) -> bool {
        let Self::Unavailable { source, .. } = self else {
            return false;
        };
        source.status().is_none_or(|it| {
            matches!(
                it,
                StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            )
        })
    }

    /// The other side's reason, if it refused for good (a 4xx answer). With any other error the outcome
    /// is unknown and must not be taken for a refusal.
    pub fn refusal(&self) -> Option<&Details> {
        match self {
            Self::Problem {
                status, problem, ..
            } if status.is_client_error() && *status != StatusCode::TOO_MANY_REQUESTS => {
                Some(problem)
            }
            _ => None,
        }
    }

    /// Whether the other side refused with this kind of problem, named by the last part of its `type`.
    pub fn is(&self, slug: &str) -> bool {
        self.refusal()
            .is_some_and(|it| it.kind.strip_prefix(problem::TYPE_PREFIX) == Some(slug))
    }
}

/// A server lets go of an idle connection after five seconds, and answers 408 on one that was opened and
/// not used so long. Below that, no request is written to a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(4);

impl Upstream {
    /// A service at `base`. A call that has not been answered within `deadline` fails.
    pub fn new(name: &'static str, base: Url, deadline: Duration) -> Result<Self, reqwest::Error> {
        let host = base.host_str().unwrap_or_default().to_owned();
        // Services are called where they are, whatever proxy the environment names for the world outside.
        let client = client(&base, deadline)
            .no_proxy()
            .retry(retry_idempotent(host))
            .build()?;
        Ok(Self {
            name,
            base,
            client,
            deadline,
            token: None,
            durations: None,
            breaker: None,
        })
    }

    /// The same service with another deadline.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same, with every call measured in `upstream_call_duration_seconds`.
    pub fn measured_by(self, metrics: &Metrics) -> Self {
        let durations = metrics.upstream_calls().clone();
        for outcome in Outcome::ALL {
            durations.with_label_values(&[self.name, outcome.as_str()]);
        }
        Self {
            durations: Some(durations),
            ..self
        }
    }

    /// The same, measured, and left alone for a second at a time after ten calls in a row without an answer.
    ///
    /// A service guards each of those that it calls once, and derives what differs from that one. It is an
    /// error to guard a second one of the same name.
    pub fn guarded(self, metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let breaker = Breaker::new(self.name);
        metrics.registry().register(Box::new(breaker.gauge()?))?;
        Ok(Self {
            breaker: Some(breaker),
            ..self.measured_by(metrics)
        })
    }

    /// The same service, called with this service's own token.
    pub fn with_token(self, token: ServiceToken) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// `GET path`; `path` may have a query.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.call(Method::GET, path, None::<&()>).await
    }

    /// `POST path` with a JSON body.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// `PUT path` with a JSON body.
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Any other call: with a user's token, more headers, or an answer that is more than its body.
    pub fn request(&self, method: Method, path: &str) -> Call<'_> {
        let mut url = self.base.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(path);
        url.set_query(query);
        Call {
            upstream: self,
            request: self.client.request(method, url).timeout(self.deadline),
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Error> {
        let until = Instant::now() + self.deadline;
        let Some(token) = &self.token else {
            return self.send(method, path, body, None, until).await;
        };
        let mine = self.token(token, until).await?;
        let first = self.send(method.clone(), path, body, Some(&mine), until);
        match first.await {
            // Refused before anything was done: our token has ended early, say after a rotation of keys.
            Err(Error::Problem {
                status: StatusCode::UNAUTHORIZED,
                ..
            }) => {
                token.forget(&mine);
                let new = self.token(token, until).await?;
                self.send(method, path, body, Some(&new), until).await
            }
            first => first,
        }
    }

    async fn token(&self, token: &ServiceToken, until: Instant) -> Result<SecretString, Error> {
        let no_token = |source| Error::NoToken {
            service: self.name,
            source,
        };
        match tokio::time::timeout_at(until.into(), token.get()).await {
            Ok(got) => got.map_err(|why| no_token(Some(why))),
            Err(_elapsed) => Err(no_token(None)),
        }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        token: Option<&SecretString>,
        until: Instant,
    ) -> Result<T, Error> {
        let mut call = self.request(method, path);
        let left = until.saturating_duration_since(Instant::now());
        call.request = call.request.timeout(left);
        if let Some(token) = token {
            call = call.bearer(token.expose_secret());
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        call.send().await
    }

    fn unavailable(&self, source: reqwest::Error) -> Error {
        Error::Unavailable {
            service: self.name,
            // A query may hold what somebody searched for.
            source: source.without_url(),
        }
    }
}

impl Call<'_> {
    /// In the name of the user with this access token.
    pub fn bearer(mut self, token: &str) -> Self {
        self.request = self.request.bearer_auth(token);
        self
    }

    /// With one more header.
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a query, whose names and values are escaped.
    pub fn query(mut self, query: &impl Serialize) -> Self {
        self.request = self.request.query(query);
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sends it, and reads the JSON of the answer.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (body, _) = self.send_for_headers().await?;
        Ok(body)
    }

    /// The same, for an answer whose headers matter too.
    pub async fn send_for_headers<T: DeserializeOwned>(
        self,
    ) -> Result<(T, header::HeaderMap), Error> {
        self.execute(async |mut response| {
            let headers = std::mem::take(response.headers_mut());
            Ok((response.json().await?, headers))
        })
        .await
    }

    /// The same, for an answer whose body does not matter, as that of a 204.
    pub async fn send_for_nothing(self) -> Result<(), Error> {
        self.execute(async |_| Ok(())).await
    }

    /// Sends it, measures how long that took, and tells the breaker.
    async fn execute<T>(
        self,
        read: impl AsyncFnOnce(reqwest::Response) -> Result<T, reqwest::Error>,
    ) -> Result<T, Error> {
        let upstream = self.upstream;
        let started = Instant::now();
        let permit = upstream.breaker.as_ref().map(|it| it.enter(started));
        let result = match permit {
            None => self.exchange(read).await,
            Some(None) => Err(Error::Open {
                service: upstream.name,
            }),
            Some(Some(permit)) => {
                let result = self.exchange(read).await;
                if result.as_ref().is_err_and(Error::is_silence) {
                    permit.unanswered(Instant::now());
                } else {
                    permit.answered();
                }
                result
            }
        };
        if let Some(durations) = &upstream.durations {
            durations
                .with_label_values(&[upstream.name, Outcome::of(&result).as_str()])
                .observe(started.elapsed().as_secs_f64());
        }
        result
    }

    async fn exchange<T>(
        self,
        read: impl AsyncFnOnce(reqwest::Response) -> Result<T, reqwest::Error>,
    ) -> Result<T, Error> {
        let Self { upstream, request } = self;
        let unavailable = |source| upstream.unavailable(source);
        let request = request.build().map_err(unavailable)?;
        let response = trace::execute(&upstream.client, upstream.name, None, request)
            .await
            .map_err(unavailable)?;
        let status = response.status();
        if status.is_success() {
            return read(response).await.map_err(unavailable);
        }
        // What is no problem of ours keeps its status, so that it is told from no answer.
        let refused = response.error_for_status_ref().err();
        match response.json().await {
            Ok(problem) => Err(Error::Problem {
                service: upstream.name,
                status,
                problem: Box::new(problem),
            }),
            Err(unreadable) => Err(unavailable(refused.unwrap_or(unreadable))),
        }
    }
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Ok,
        Self::Refused,
        Self::Failed,
        Self::Unavailable,
        Self::Open,
    ];

    fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(Error::Problem { status, .. }) if status.is_server_error() => Self::Failed,
            Err(Error::Problem { .. }) => Self::Refused,
            Err(Error::Unavailable { .. }) => Self::Unavailable,
            Err(Error::Open { .. } | Error::NoToken { .. }) => Self::Open,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unavailable => "unavailable",
            Self::Open => "open",
        }
    }
}

/// What every client of ours has: a `deadline` for a whole call, one second to connect, no redirects, and
/// connections that are let go before the other side does it.
pub fn client(base: &Url, deadline: Duration) -> reqwest::ClientBuilder {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(deadline)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none());
    if base.scheme() == "http" {
        // Nobody asks for a certificate here, and the system's take a while to load.
        client.tls_certs_only([])
    } else {
        client
    }
}

/// Repeats a request only where a second one does no harm. At most a fifth of all requests are
/// repeats, so a service in trouble is not buried under retries.
fn retry_idempotent(host: String) -> reqwest::retry::Builder {
    reqwest::retry::for_host(Host(host))
        .max_retries_per_request(2)
        .classify_fn(|attempt| {
            let again = match attempt.status() {
                Some(status) => status == StatusCode::SERVICE_UNAVAILABLE,
                None => attempt.error().is_some(),
            };
            if again && matches!(*attempt.method(), Method::GET | Method::PUT) {
                attempt.retryable()
            } else {
                attempt.success()
            }
        })
}

struct Host(String);

impl PartialEq<&str> for Host {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
