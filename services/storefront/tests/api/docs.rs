use crate::{directive, fetch_all, open};

const SERVICES: [&str; 5] = ["auth", "catalog", "cart", "payment", "order"];

#[tokio::test]
async fn the_documents_of_all_five_services_are_listed() {
    let (_running, client) = open().await;
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
    let (_running, client) = open().await;
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
async fn only_the_files_of_the_page_are_served() {
    let (_running, client) = open().await;
    for file in ["oauth2-redirect.html", "index.html", "Cargo.toml"] {
        let path = format!("/api/docs/{file}");
        client.get(&path).await.expect_problem(404, "not-found");
    }
}
