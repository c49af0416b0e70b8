//! The API documents in a browser.

use testkit::{Answer, Client};

use crate::Front;

const SERVICES: [&str; 5] = ["auth", "catalog", "cart", "payment", "order"];

#[tokio::test]
async fn the_documents_of_all_five_services_are_listed() {
    let front = Front::open().await;
    let client = front.client();
    for path in ["/api/docs", "/api/docs/"] {
        let page = client.get(path).await.expect(200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        let files = fetch_all(&client, &page).await;
        let (_, config) = files
            .iter()
            .find(|(name, _)| name.ends_with("swagger-initializer.js"))
            .unwrap();
        for service in SERVICES {
            let url = format!(r#""url": "/api/{service}/openapi.json""#);
            assert!(config.contains(&url), "{config}");
            let link = format!("href=\"/api/{service}/openapi.json\"");
            assert!(page.body.as_str().unwrap().contains(&link), "{link}");
        }
        assert_eq!(config.matches("openapi.json").count(), SERVICES.len());
    }
}

#[tokio::test]
async fn the_page_works_without_the_internet_and_under_its_policy() {
    let front = Front::open().await;
    let client = front.client();
    let page = client.get("/api/docs").await.expect(200);
    assert_eq!(directive(&page, "default-src"), "'none'");
    assert_eq!(directive(&page, "script-src"), "'self'");
    assert_eq!(directive(&page, "style-src"), "'self'");
    assert_eq!(directive(&page, "connect-src"), "'self'");
    let html = page.body.as_str().unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"));

    let files = fetch_all(&client, &page).await;
    assert_eq!(files.len(), 6);
    let (_, config) = files
        .iter()
        .find(|(name, _)| name.ends_with("swagger-initializer.js"))
        .unwrap();
    assert!(!config.contains("http://") && !config.contains("https://"));
    // Swagger UI would otherwise send each document to a validator on the internet.
    assert!(config.contains(r#""validatorUrl": "none""#), "{config}");
}

#[tokio::test]
async fn files_come_compressed() {
    let front = Front::open().await;
    let client = front.client();
    let bundle = client.get("/api/docs/swagger-ui-bundle.js").await;
    let bundle = bundle.expect(200);
    assert_eq!(bundle.headers["content-encoding"], "gzip");
    // It is made while it is served.
    let initializer = client.get("/api/docs/swagger-initializer.js").await;
    assert!(!initializer.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn only_the_files_of_the_page_are_served() {
    let front = Front::open().await;
    let client = front.client();
    for file in ["oauth2-redirect.html", "index.html", "Cargo.toml"] {
        let path = format!("/api/docs/{file}");
        client.get(&path).await.expect_problem(404, "not-found");
    }
}

/// What a page loads by itself, by `src` anywhere and by `href` in a `link`.
fn loaded_by(html: &str) -> Vec<String> {
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
fn directive(page: &Answer, name: &str) -> String {
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    policy
        .split(';')
        .find_map(|it| it.trim().strip_prefix(name))
        .unwrap_or_else(|| panic!("no {name} in {policy}"))
        .trim()
        .to_owned()
}

/// Fetches what a page loads, all of it from the same server; the names and the texts.
async fn fetch_all(client: &Client, page: &Answer) -> Vec<(String, String)> {
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
