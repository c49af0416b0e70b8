use crate::{directive, fetch_all, open};

#[tokio::test]
async fn the_page_comes_in_english_and_french() {
    let (_running, client) = open().await;
    for (accepted, language, title) in [
        ("en", "en", "The shop is open"),
        ("fr-FR, en;q=0.8", "fr", "La boutique est ouverte"),
        ("en;q=0.3, fr;q=0.4", "fr", "La boutique est ouverte"),
        ("de, fr;q=0.2, en;q=0.9", "en", "The shop is open"),
        ("de", "en", "The shop is open"),
    ] {
        let client = client.with("accept-language", accepted);
        let page = client.get("/").await.expect(200);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers["content-language"], language);
        assert_eq!(page.headers["vary"], "Accept-Language");
        let html = page.body.as_str().unwrap();
        assert!(html.contains(title), "{accepted}");
        assert!(html.contains(&format!("<html lang=\"{language}\">")));
    }
    let page = client.get("/").await.expect(200);
    assert_eq!(page.headers["content-language"], "en");
}

#[tokio::test]
async fn both_pages_name_the_same_calls_and_link_to_the_documents() {
    let (_running, client) = open().await;
    let mut links = Vec::new();
    for language in ["en", "fr"] {
        let client = client.with("accept-language", language);
        let page = client.get("/").await.expect(200);
        let html = page.body.as_str().unwrap();
        for call in [
            "/api/catalog/products",
            "/api/auth/register",
            "/api/auth/login",
            "/api/cart/items/{product_id}",
            "/api/payments/methods",
            "/api/orders",
        ] {
            assert!(html.contains(call), "{language}: {call}");
        }
        let hrefs: Vec<_> = html
            .split("href=\"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap().to_owned())
            .collect();
        assert!(hrefs.contains(&"/api/docs".to_owned()));
        assert!(hrefs.iter().all(|it| it.starts_with('/')), "{hrefs:?}");
        links.push(hrefs);
    }
    assert_eq!(links[0], links[1]);
}

#[tokio::test]
async fn nothing_inline_is_needed_and_nothing_from_elsewhere() {
    let (_running, client) = open().await;
    for language in ["en", "fr"] {
        let client = client.with("accept-language", language);
        let page = client.get("/").await.expect(200);
        assert_eq!(directive(&page, "default-src"), "'none'");
        assert_eq!(directive(&page, "style-src"), "'self'");
        assert_eq!(directive(&page, "frame-ancestors"), "'none'");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("unsafe"), "{policy}");
        let files = fetch_all(&client, &page).await;
        let names: Vec<_> = files.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["/assets/comptoir.css", "/assets/comptoir.svg"]);
    }
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_a_problem() {
    let (_running, client) = open().await;
    for path in ["/products/teapot", "/cart", "/assets/other.css"] {
        client.get(path).await.expect_problem(404, "no-such-route");
    }
}
