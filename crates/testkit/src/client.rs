//! A client for tests: JSON in, status and JSON out.

use std::time::Duration;

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use url::Url;

/// Talks to one service.
#[derive(Clone, Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where it is empty, a string where it is not JSON.
    pub body: Value,
}

impl Client {
    /// A client of the service at `base`, not signed in.
    pub fn new(base: &Url) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            // As in `upstream`: the services close idle connections after five seconds.
            .pool_idle_timeout(Duration::from_secs(4))
            .build()
            .expect("a client");
        Self {
            base: base.clone(),
            http,
            headers: Vec::new(),
        }
    }

    /// The same client with one more header in every request.
    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut with = self.clone();
        with.headers.push((name, value.into()));
        with
    }

    /// The same client with a bearer token.
    pub fn bearer(&self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// `POST path`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// `PUT path`.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// `PATCH path`.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Any request; panics where no answer comes.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.try_send(method, path, body).await.expect("an answer")
    }

    /// Any request; an error where no answer comes, as when the service has just been killed.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let url = self.base.join(path).expect("a path");
        let mut request = self.http.request(method, url);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

impl Answer {
    /// The answer itself, if it has this status; panics and shows the body otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// Panics unless this is a problem of this status and kind (the last part of its `type`).
    #[track_caller]
    pub fn expect_problem(self, status: u16, slug: &str) -> Self {
        let kind = format!("urn:comptoir:problem:{slug}");
        assert_eq!(self.status, status, "{:#}", self.body);
        assert_eq!(self.body["type"], kind, "{:#}", self.body);
        assert_eq!(self.body["status"], status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self
    }

    /// A string in the body, by JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no text at {pointer} in {:#}", self.body))
            .to_owned()
    }
}
