//! The cookie, the proof in forms, the language, what browsers are told, and what strangers cannot do.

use serde_json::json;

use crate::Front;

async fn open() -> Front {
    let front = Front::open().await;
    let found = json!({
        "items": [], "total": 0, "next_cursor": null,
        "facets": { "categories": [], "price_bands": [], "in_stock": { "count": 0, "out_of_stock": 0 } },
    });
    front
        .answer("GET", "/api/catalog/products", 200, found)
        .await;
    front
}

#[tokio::test]
async fn the_language_is_what_the_browser_prefers_until_the_visitor_chooses() {
    let front = open().await;
    let mut visitor = front.browser().with("accept-language", "fr-FR, en;q=0.8");
    let page = visitor.get("/").await.expect(200);
    assert_eq!(page.headers["content-language"], "fr");
    page.shows("<html lang=\"fr\">");
    page.shows("Panier");

    let choice = [("lang", "en"), ("to", "/?from=here")];
    let sent = visitor.send("/language", &choice).await;
    sent.expect_to("/?from=here");
    let page = visitor.get("/").await.expect(200);
    page.shows("<html lang=\"en\">");
}

#[tokio::test]
async fn a_form_leads_nowhere_else() {
    let front = open().await;
    let mut visitor = front.browser();
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        visitor.get("/").await.expect(200);
        let choice = [("lang", "en"), ("to", elsewhere)];
        visitor.send("/language", &choice).await.expect_to("/");
    }
}

#[tokio::test]
async fn a_form_without_this_visitors_proof_is_refused() {
    let front = open().await;
    let mut visitor = front.browser();
    let choice = [("lang", "fr"), ("to", "/")];
    visitor.get("/").await.expect(200);
    let mut stranger = front.browser();
    stranger.get("/").await.expect(200);

    for wrong in ["", "AAAA", "%00", stranger.proof.as_str()] {
        let fields = [("csrf", wrong), choice[0], choice[1]];
        let page = visitor.send_only("/language", &fields).await.expect(403);
        page.shows("open for too long");
    }
    visitor.send_only("/language", &choice).await.expect(403);
    // The proof without the cookie that it belongs to.
    let mut without = visitor.clone();
    without.cookie = None;
    without.send("/language", &choice).await.expect(403);
    visitor.send("/language", &choice).await.expect_to("/");
}

#[tokio::test]
async fn a_proof_looks_different_every_time() {
    let front = open().await;
    let mut visitor = front.browser();
    visitor.get("/").await.expect(200);
    let first = visitor.proof.clone();
    visitor.get("/").await.expect(200);
    assert_ne!(first, visitor.proof);
}

#[tokio::test]
async fn the_cookie_is_out_of_the_reach_of_scripts_and_other_sites() {
    let front = open().await;
    let page = front.browser().get("/").await.expect(200);
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("comptoir="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure") && !cookie.contains("csrf"),
        "{cookie}"
    );

    let front = Front::open_with(|it| it.https = true).await;
    let page = front.browser().get("/nothing").await.expect(404);
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-comptoir="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
    assert_eq!(
        page.headers["strict-transport-security"],
        "max-age=31536000"
    );
}

/// Browsers keep no cookie of more than 4096 bytes, and say nothing of it: its visitor would be signed out
/// by signing in.
#[tokio::test]
async fn the_cookie_is_kept_by_browsers_however_long_a_name_is() {
    let front = open().await;
    // Twice as long as those of the auth service are.
    let tokens = json!({
        "access_token": "a".repeat(1000), "refresh_token": "r".repeat(100),
        "token_type": "Bearer", "expires_in": 300,
    });
    let me = json!({
        "id": "0199a000-0000-7000-8000-000000000001", "email": "ada@example.com",
        "name": "\u{1F9C0}".repeat(100), "roles": ["staff"], "created_at": "2026-11-01T10:00:00Z",
    });
    front.answer("POST", "/api/auth/login", 200, tokens).await;
    front.answer("GET", "/api/auth/me", 200, me).await;
    let mut ada = front.guest_with_a_cart();
    ada.get("/sign-in").await.expect(200);
    let fields = [("email", "ada@example.com"), ("password", "a phrase")];
    let page = ada.send("/sign-in", &fields).await.expect(303);
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.len() <= 4096, "{} bytes", cookie.len());
}

#[tokio::test]
async fn a_cookie_of_somebody_elses_making_is_not_believed() {
    let front = open().await;
    let mut visitor = front.browser();
    visitor.get("/").await.expect(200);
    let honest = visitor.cookie.clone().unwrap();
    let mut changed = honest.clone().into_bytes();
    let last = changed.len() - 3;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    for cookie in [
        String::from_utf8(changed).unwrap(),
        "comptoir={\"csrf\":\"\"}".to_owned(),
        "comptoir=".to_owned(),
    ] {
        let mut forger = front.browser();
        forger.cookie = Some(cookie);
        let page = forger.get("/").await.expect(200);
        // A new visitor, with a new cookie.
        assert!(page.headers.contains_key("set-cookie"));
    }
    visitor.cookie = Some(honest);
    let page = visitor.get("/").await.expect(200);
    assert!(!page.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn browsers_are_told_to_run_nothing_but_our_files() {
    let front = open().await;
    for path in ["/", "/nothing", "/styleguide"] {
        let page = front.browser().get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("script-src 'self'"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(policy.contains("form-action 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["cache-control"], "no-store");
        for inline in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
            page.hides(inline);
        }
    }
}

#[tokio::test]
async fn files_are_kept_for_a_year_under_a_name_that_changes_with_them() {
    let front = open().await;
    let mut visitor = front.browser();
    let page = visitor.get("/").await.expect(200);
    let mut found = 0;
    for (_, rest) in page
        .html
        .match_indices("\"/assets/")
        .map(|(at, it)| (at, &page.html[at + it.len()..]))
    {
        let url = format!("/assets/{}", rest.split('"').next().unwrap());
        let file = visitor.get(&url).await.expect(200);
        assert_eq!(
            file.headers["cache-control"], "public, max-age=31536000, immutable",
            "{url}"
        );
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        let name = url.rsplit('/').next().unwrap();
        let other = visitor.get(&format!("/assets/000000000000/{name}")).await;
        assert_eq!(
            other.expect(200).headers["cache-control"],
            "no-cache",
            "{url}"
        );
        found += 1;
    }
    assert!(found >= 4, "{found} files");

    let mut visitor = visitor.with("accept-encoding", "br");
    let page = visitor.get("/").await.expect(200);
    assert_eq!(page.headers["content-encoding"], "br");
}

#[tokio::test]
async fn an_unknown_path_is_a_page_for_people_and_a_problem_for_programs() {
    let front = open().await;
    let page = front.browser().get("/teapot").await.expect(404);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    page.shows("There is nothing here");
    let problem = front.browser().get("/api/teapot").await.expect(404);
    assert_eq!(problem.headers["content-type"], "application/problem+json");
}
