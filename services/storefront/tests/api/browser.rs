//! A browser without JavaScript: keeps the cookie, and sends forms with the proof of the page before.

use std::time::Duration;

use reqwest::{Method, header::HeaderMap, redirect::Policy};
use url::Url;

/// One visitor.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    base: Url,
    http: reqwest::Client,
    headers: Vec<(&'static str, String)>,
    pub(crate) cookie: Option<String>,
    /// That of the last page that had a form.
    pub(crate) proof: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(base: &Url) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(4))
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            base: base.clone(),
            http,
            headers: Vec::new(),
            cookie: None,
            proof: String::new(),
        }
    }

    /// The same visitor with one more header in every request.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) async fn head(&mut self, path: &str) -> Page {
        self.request(Method::HEAD, path, None).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.request(Method::GET, path, None).await
    }

    /// Sends a form with the proof of the page before.
    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let proof = self.proof.clone();
        let mut fields = fields.to_vec();
        fields.insert(0, ("csrf", &proof));
        self.send_only(path, &fields).await
    }

    /// Sends these fields and no others.
    pub(crate) async fn send_only(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(fields).unwrap();
        self.request(Method::POST, path, Some(body)).await
    }

    async fn request(&mut self, method: Method, path: &str, body: Option<String>) -> Page {
        let mut request = self.http.request(method, self.base.join(path).unwrap());
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
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if let Some(cookie) = headers.get("set-cookie") {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(cookie.to_owned());
        }
        let html = response.text().await.unwrap();
        if let Some((_, rest)) = html.split_once("name=\"csrf\" value=\"") {
            self.proof = rest.split('"').next().unwrap().to_owned();
        }
        Page {
            status,
            headers,
            html,
        }
    }
}

impl Page {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.html);
        self
    }

    /// Panics unless the visitor is sent there.
    #[track_caller]
    pub(crate) fn expect_to(self, location: &str) -> Self {
        assert_eq!(self.status, 303, "{}", self.html);
        assert_eq!(self.headers["location"], location);
        self
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
    }

    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
    }
}
