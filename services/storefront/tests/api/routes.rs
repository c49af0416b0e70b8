//! What holds for every route there is: the list is read from the source, so that none is forgotten.

use std::path::Path;

use crate::Front;

const ID: &str = "0199f000-0000-7000-8000-000000000001";

/// A route as the source has it, with something in the place of what varies.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Route {
    path: String,
    post: bool,
}

/// Every route of `src/pages`.
fn routes() -> Vec<Route> {
    let mut source = String::new();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    read(&pages.with_extension("rs"), &mut source);
    read(&pages, &mut source);
    for other in [
        "#[get",
        "#[post",
        "web::route()",
        "web::method(",
        "web::to(",
    ] {
        assert!(!source.contains(other), "routes are not read from {other}");
    }
    let said = |post: bool| source.matches(if post { "post().to(" } else { "get().to(" });
    let mut routes = Vec::new();
    let mut path = None;
    // A path, then what is asked of it: one method in a route, some in a resource.
    for part in source.split_inclusive([';', ')']) {
        let begins = [".route(", "web::resource("];
        if let Some(it) = begins
            .iter()
            .find_map(|it| part.split_once(*it)?.1.trim_start().strip_prefix('"'))
        {
            path = it.split('"').next().map(filled);
        }
        for post in [false, true] {
            let method = if post { "post()" } else { "get()" };
            if part.ends_with(method) {
                let path = path.clone().unwrap();
                routes.push(Route { path, post });
            }
        }
    }
    for post in [false, true] {
        let found = routes.iter().filter(|it| it.post == post).count();
        assert_eq!(found, said(post).count(), "a route that is not found");
    }
    routes
}

fn read(path: &Path, into: &mut String) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), into);
        }
    } else {
        let text = std::fs::read_to_string(path).unwrap();
        into.push_str(&text.replace("web::get;", "").replace("web::post;", ""));
    }
}

/// As in `/orders/{id}/cancel`.
fn filled(pattern: &str) -> String {
    let mut path = String::new();
    for part in pattern.split('/').skip(1) {
        path.push('/');
        path.push_str(match part {
            "{slug}" => "brie",
            part if part.starts_with('{') => ID,
            part => part,
        });
    }
    path
}

#[tokio::test]
async fn no_form_is_taken_without_the_visitors_proof() {
    let forms: Vec<_> = routes().into_iter().filter(|it| it.post).collect();
    assert!(forms.len() >= 28, "{} forms", forms.len());
    let front = Front::open().await;
    let mut stranger = front.browser();
    stranger.get("/sign-in").await.expect(200);
    let mut staff = front.member("ada", &["customer", "staff"]).await;
    let before = asked(&front).await;
    for Route { path, .. } in forms {
        let page = staff.send_only(&path, &[]).await.expect(403);
        page.shows("open for too long");
        let theirs = [("csrf", stranger.proof.as_str())];
        let page = staff.send_only(&path, &theirs).await.expect(403);
        page.shows("open for too long");
        // Nor of somebody who has no cookie yet.
        front
            .browser()
            .send_only(&path, &theirs)
            .await
            .expect(403)
            .shows("open for too long");
    }
    assert_eq!(asked(&front).await, before, "a service was asked");
}

async fn asked(front: &Front) -> usize {
    front.services.received_requests().await.unwrap().len()
}

/// Services that say nothing of use, to a guest, a customer and htmx: an answer is a page or leads to one,
/// and says what browsers may do with it.
#[tokio::test]
async fn every_answer_is_a_page_or_leads_to_one_and_names_its_policy() {
    let front = Front::open().await;
    let customer = front.member("ada", &["customer"]).await;
    for Route { path, post } in routes() {
        for (mut visitor, signed_in) in [(front.browser(), false), (customer.clone(), true)] {
            for partial in [false, true] {
                if partial {
                    visitor = visitor.with("hx-request", "true");
                }
                let page = if post {
                    visitor.get("/sign-in").await;
                    visitor.send(&path, &[]).await
                } else {
                    visitor.get(&path).await
                };
                let about = format!("{path} ({post}, {signed_in}, {partial}): {}", page.status);
                assert!(
                    [200, 204, 303, 400, 403, 404, 422, 503].contains(&page.status),
                    "{about}"
                );
                let policy = page.headers["content-security-policy"].to_str().unwrap();
                assert!(policy.contains("default-src 'none'"), "{about}");
                assert_eq!(page.headers["x-content-type-options"], "nosniff", "{about}");
                assert_eq!(page.headers["referrer-policy"], "same-origin", "{about}");
                assert_eq!(page.headers["cache-control"], "no-store", "{about}");
                let leads = page.headers.contains_key("location")
                    || page.headers.contains_key("hx-redirect")
                    || page.status == 204
                    || path == "/suggestions";
                let said = ["<h1", "role=\"alert\""]
                    .iter()
                    .any(|it| page.html.contains(it));
                assert!(leads || said, "{about}: {}", page.html);
                if path.starts_with("/admin") {
                    match (signed_in, page.status) {
                        (true, status) => {
                            assert_eq!(status, if post { status } else { 403 }, "{about}")
                        }
                        (false, _) => assert!(leads || post, "{about}"),
                    }
                }
                if page.status == 503 {
                    assert_eq!(page.headers["retry-after"], "5", "{about}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_page_is_asked_for_by_head_as_by_get() {
    let front = Front::open().await;
    for (path, status) in [
        ("/sign-in", 200),
        ("/cart", 200),
        ("/account", 303),
        ("/nothing", 404),
        ("/sign-out", 404),
        ("/favicon.ico", 308),
        ("/robots.txt", 200),
    ] {
        let page = front.browser().head(path).await.expect(status);
        assert_eq!(page.html, "", "{path}");
        let same = front.browser().get(path).await.expect(status);
        assert_eq!(
            page.headers.get("content-type"),
            same.headers.get("content-type"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn robots_are_told_what_is_nobodys_business() {
    let front = Front::open().await;
    let text = front.browser().get("/robots.txt").await.expect(200);
    assert_eq!(text.headers["content-type"], "text/plain; charset=utf-8");
    for path in [
        "/account",
        "/admin",
        "/cart",
        "/checkout",
        "/orders",
        "/search",
        "/sign-in",
    ] {
        text.shows(&format!("Disallow: {path}\n"));
    }
}
