//! The storefront, over HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod docs;
mod home;

use chassis::{Http, Running};
use testkit::{Answer, Client};

pub(crate) async fn open() -> (Running, Client) {
    let service = storefront::Service {
        http: Http::loopback(),
    };
    let running = storefront::start(&service).await.unwrap();
    let client = Client::new(running.url());
    (running, client)
}

/// What a page loads by itself, by `src` anywhere and by `href` in a `link`.
pub(crate) fn loaded_by(html: &str) -> Vec<String> {
    let mut urls = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let attribute = if tag.starts_with("link ") {
            "href=\""
        } else {
            "src=\""
        };
        if let Some((_, rest)) = tag.split_once(attribute) {
            urls.push(rest.split('"').next().unwrap().to_owned());
        }
    }
    urls
}

/// The value of one directive of a page's content security policy.
pub(crate) fn directive(page: &Answer, name: &str) -> String {
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    policy
        .split(';')
        .find_map(|it| it.trim().strip_prefix(name))
        .unwrap_or_else(|| panic!("no {name} in {policy}"))
        .trim()
        .to_owned()
}

/// Fetches what a page loads, all of it from the same server; the names and the texts.
pub(crate) async fn fetch_all(client: &Client, page: &Answer) -> Vec<(String, String)> {
    let html = page.body.as_str().unwrap();
    assert!(!html.contains("<style"), "inline style");
    assert!(!html.contains(" style="), "inline style");
    assert!(!html.contains("<script>"), "inline script");
    let mut fetched = Vec::new();
    for url in loaded_by(html) {
        assert!(url.starts_with('/') && !url.starts_with("//"), "{url}");
        let answer = client.get(&url).await.expect(200);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let media_type = answer.headers["content-type"].to_str().unwrap();
        let expected = match url.rsplit('.').next().unwrap() {
            "css" => "text/css",
            "js" => "text/javascript",
            "svg" => "image/svg+xml",
            other => panic!("what is {other}?"),
        };
        assert!(media_type.starts_with(expected), "{url}: {media_type}");
        let text = answer.body.as_str().unwrap().to_owned();
        if expected == "text/css" {
            assert!(!text.contains("url(http"), "{url} loads from elsewhere");
            assert!(!text.contains("url(//"), "{url} loads from elsewhere");
            assert!(!text.contains("@import"), "{url} loads more");
        }
        fetched.push((url, text));
    }
    fetched
}
