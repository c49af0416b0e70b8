//! A browser without JavaScript: keeps the cookie, and sends forms with the proof of the page before.

use std::time::Duration;

use reqwest::{Method, header::HeaderMap, redirect::Policy};
use url::Url;

/// One visitor.
#[derive(Clone, Debug)]
pub struct Browser {
    base: Url,
    http: reqwest::Client,
    headers: Vec<(&'static str, String)>,
    /// What the shop remembers of it.
    pub cookie: Option<String>,
    /// That of the last page that had a form.
    pub proof: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub html: String,
}

impl Browser {
    /// Somebody who has never been here.
    pub fn new(base: &Url) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(4))
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            base: base.clone(),
            http,
            headers: Vec::new(),
            cookie: None,
            proof: String::new(),
        }
    }

    /// The same visitor with one more header in every request.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Asks for the head of a page.
    pub async fn head(&mut self, path: &str) -> Page {
        self.request(Method::HEAD, path, None).await
    }

    /// Asks for a page; a redirect is not followed.
    pub async fn get(&mut self, path: &str) -> Page {
        self.request(Method::GET, path, None).await
    }

    /// Sends a form with the proof of the page before.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let proof = self.proof.clone();
        let mut fields = fields.to_vec();
        fields.insert(0, ("csrf", &proof));
        self.send_only(path, &fields).await
    }

    /// Sends these fields and no others.
    pub async fn send_only(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(fields).expect("a form");
        self.request(Method::POST, path, Some(body)).await
    }

    async fn request(&mut self, method: Method, path: &str, body: Option<String>) -> Page {
        let mut request = self
            .http
            .request(method, self.base.join(path).expect("a path"));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if let Some(cookie) = headers.get("set-cookie") {
            let cookie = cookie
                .to_str()
                .expect("text")
                .split(';')
                .next()
                .unwrap_or_default();
            self.cookie = Some(cookie.to_owned());
        }
        let html = response.text().await.expect("text");
        if let Some((_, rest)) = html.split_once("name=\"csrf\" value=\"") {
            self.proof = rest.split('"').next().unwrap_or_default().to_owned();
        }
        Page {
            status,
            headers,
            html,
        }
    }
}

impl Page {
    /// Panics unless this is the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.html);
        self
    }

    /// Panics unless the visitor is sent there.
    #[track_caller]
    pub fn expect_to(self, location: &str) -> Self {
        assert_eq!(self.status, 303, "{}", self.html);
        assert_eq!(self.headers["location"], location);
        self
    }

    /// Panics unless this is in it.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
    }

    /// Panics if this is in it.
    #[track_caller]
    pub fn hides(&self, text: &str) {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
    }
}
