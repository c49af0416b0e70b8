//! The account: who may see it, what is changed, and what cannot be.

use serde_json::{Value, json};

use crate::Front;

const ADDRESS: &str = "0199a000-0000-7000-8000-0000000000a1";
const CARD: &str = "0199a000-0000-7000-8000-0000000000c1";
const SESSION: &str = "0199a000-0000-7000-8000-0000000000e1";
const OTHER_SESSION: &str = "0199a000-0000-7000-8000-0000000000e2";

fn address() -> Value {
    json!({
        "id": ADDRESS, "name": "Ada <script>alert(1)</script>", "line1": "1 rue Rambuteau",
        "line2": "3e étage", "city": "Paris", "postal_code": "75001", "country": "FR",
    })
}

fn sessions() -> Value {
    let session = |id: &str, current: bool, user_agent: Option<&str>| {
        json!({
            "id": id, "created_at": "2026-11-20T10:00:00Z", "last_used_at": "2026-11-25T10:00:00Z",
            "user_agent": user_agent, "current": current,
        })
    };
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    json!({ "items": [
        session(SESSION, true, Some(firefox)),
        session(OTHER_SESSION, false, Some("<script>")),
    ] })
}

fn tokens() -> Value {
    json!({
        "access_token": "new-token", "refresh_token": "new-refresh", "token_type": "Bearer",
        "expires_in": 300,
    })
}

/// With everything that the pages of the account ask for.
async fn open() -> Front {
    let front = Front::open().await;
    let none = json!({ "items": [], "next_cursor": null });
    front.answer("GET", "/api/orders", 200, none).await;
    front
        .answer(
            "GET",
            "/api/auth/me/addresses",
            200,
            json!({ "items": [address()] }),
        )
        .await;
    front
        .answer("GET", "/api/auth/me/sessions", 200, sessions())
        .await;
    let cards = json!({ "items": [
        { "id": CARD, "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030 },
        { "id": ADDRESS, "brand": "other", "last4": "1111", "exp_month": 1, "exp_year": 2020 },
    ] });
    front
        .answer("GET", "/api/payments/methods", 200, cards)
        .await;
    front
}

fn invalid(field: &str) -> Value {
    json!({
        "type": "urn:comptoir:problem:invalid", "title": "Invalid request", "status": 422,
        "errors": [{ "field": field, "detail": "is wrong in the API's words" }],
    })
}

const PAGES: [&str; 6] = [
    "/account",
    "/account/addresses",
    "/account/addresses/new",
    "/account/cards",
    "/account/security",
    "/account/delete",
];

/// Every form, with fields that are complete.
fn forms() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let address = vec![
        ("name", "Ada"),
        ("line1", "1 rue Rambuteau"),
        ("line2", " "),
        ("city", "Paris"),
        ("postal_code", "75001"),
        ("country", "FR"),
    ];
    vec![
        ("/account/name".to_owned(), vec![("name", "Ada L.")]),
        (
            "/account/email".to_owned(),
            vec![
                ("email", "ada@example.org"),
                ("current_password", "the old phrase"),
            ],
        ),
        ("/account/addresses".to_owned(), address.clone()),
        (format!("/account/addresses/{ADDRESS}"), address),
        (format!("/account/addresses/{ADDRESS}/delete"), vec![]),
        (format!("/account/cards/{CARD}/delete"), vec![]),
        (
            "/account/security/password".to_owned(),
            vec![
                ("current_password", "the old phrase"),
                ("new_password", "the new phrase"),
            ],
        ),
        (
            format!("/account/security/sessions/{OTHER_SESSION}/end"),
            vec![],
        ),
        ("/account/security/sign-out-everywhere".to_owned(), vec![]),
        (
            "/account/delete".to_owned(),
            vec![("confirmation", " ADA@example.com ")],
        ),
    ]
}

#[tokio::test]
async fn strangers_are_asked_to_sign_in_and_come_back() {
    let front = open().await;
    for page in PAGES {
        let to = format!("/sign-in?to={}", page.replace('/', "%2F"));
        front.browser().get(page).await.expect_to(&to);
    }
    for (path, fields) in forms() {
        let mut stranger = front
            .browser()
            .with("referer", "http://shop.example/account/cards?a=b");
        stranger.get("/sign-in").await.expect(200);
        stranger
            .send(&path, &fields)
            .await
            .expect_to("/sign-in?to=%2Faccount%2Fcards%3Fa%3Db");
        stranger.send_only(&path, &fields).await.expect(403);
    }
}

#[tokio::test]
async fn a_session_that_a_service_refuses_has_ended() {
    for page in ["/account/addresses", "/account/security"] {
        let front = Front::open().await;
        for at in ["/api/auth/me/addresses", "/api/auth/me/sessions"] {
            front.refuse("GET", at, 401, "unauthenticated").await;
        }
        let mut member = front.member("Ada", &["customer"]).await;
        let to = format!("/sign-in?to={}", page.replace('/', "%2F"));
        member.get(page).await.expect_to(&to);
        let page = member.get(&to).await.expect(200);
        page.shows("You have been signed out");
        page.hides("Ada");
    }
}

#[tokio::test]
async fn every_page_asks_the_services_once() {
    let front = open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    for (page, at) in [
        ("/account", "/api/auth/me"),
        ("/account", "/api/orders"),
        ("/account/addresses", "/api/auth/me/addresses"),
        ("/account/cards", "/api/payments/methods"),
        ("/account/security", "/api/auth/me/sessions"),
    ] {
        let (before, carts) = (
            front.count("GET", at).await,
            front.count("GET", "/api/cart").await,
        );
        let shown = member.get(page).await.expect(200);
        shown.shows("data-test=\"sign-out\"");
        shown.shows("aria-current=\"page\"");
        assert_eq!(front.count("GET", at).await, before + 1, "{page}");
        assert_eq!(front.count("GET", "/api/cart").await, carts + 1, "{page}");
        let sent = front.last("GET", at).await;
        assert_eq!(sent.headers["authorization"], "Bearer token-of-Ada");
    }
}

#[tokio::test]
async fn the_overview_shows_the_account_where_orders_are_down() {
    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    let page = member.get("/account").await.expect(200);
    page.shows("Hello Ada");
    page.shows("Your orders cannot be shown at the moment");
}

#[tokio::test]
async fn a_service_that_is_down_is_said_with_what_still_works() {
    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    for (page, says) in [
        ("/account/addresses", "Accounts cannot be reached"),
        ("/account/security", "Accounts cannot be reached"),
        ("/account/cards", "Orders and payments cannot be reached"),
    ] {
        let shown = member.get(page).await.expect(503);
        shown.shows(says);
        shown.shows("go on looking around");
        shown.shows(&format!("href=\"{page}\""));
    }
    // A form is tried again from the page that it is on.
    let mut member = member.with("referer", "http://shop.example/account/security");
    member.get("/nothing").await.expect(404);
    let path = "/account/security/sign-out-everywhere";
    let page = member.send(path, &[]).await.expect(503);
    page.shows("href=\"/account/security\"");
    page.hides(path);
}

#[tokio::test]
async fn names_and_addresses_are_escaped_wherever_they_stand() {
    let front = open().await;
    let mut member = front
        .member("<script>alert(1)</script>", &["customer"])
        .await;
    for page in PAGES
        .into_iter()
        .chain(["/account/addresses/0199a000-0000-7000-8000-0000000000a1"])
    {
        let shown = member.get(page).await.expect(200);
        shown.hides("<script>");
        shown.shows("&lt;script&gt;");
    }
}

#[tokio::test]
async fn every_change_is_made_with_the_members_token_and_says_so() {
    let front = open().await;
    let me = json!({
        "id": ADDRESS, "email": "ada@example.org", "name": "Ada L.", "roles": ["customer"],
        "created_at": "2026-11-01T10:00:00Z",
    });
    let new = address();
    front.answer("PATCH", "/api/auth/me", 200, me).await;
    front
        .answer("POST", "/api/auth/me/addresses", 201, new.clone())
        .await;
    front
        .answer(
            "PUT",
            &format!("/api/auth/me/addresses/{ADDRESS}"),
            200,
            new,
        )
        .await;
    for at in [
        format!("/api/auth/me/addresses/{ADDRESS}"),
        format!("/api/payments/methods/{CARD}"),
        format!("/api/payments/methods/{ADDRESS}"),
        format!("/api/auth/me/sessions/{OTHER_SESSION}"),
        "/api/auth/me/sessions".to_owned(),
        "/api/auth/me".to_owned(),
    ] {
        front.answer("DELETE", &at, 200, json!({})).await;
    }
    front
        .answer("PUT", "/api/auth/me/password", 200, tokens())
        .await;
    let says = [
        ("Your name is changed", "/account"),
        ("Your e-mail address is changed", "/account"),
        ("The address is in your book", "/account/addresses"),
        ("The address is changed", "/account/addresses"),
        ("The address is deleted", "/account/addresses"),
        ("The card is deleted", "/account/cards"),
        ("Your password is changed", "/account/security"),
        ("That device is signed out", "/account/security"),
        ("You are signed out on all devices", "/sign-in"),
        ("Your account is deleted", "/"),
    ];
    for ((path, fields), (says, to)) in forms().into_iter().zip(says) {
        let mut member = front.member("ada", &["customer"]).await;
        member.get("/account").await.expect(200);
        member.send(&path, &fields).await.expect_to(to);
        let page = member.get("/nothing").await.expect(404);
        page.shows(says);
        match path.as_str() {
            // The name in the frame is the new one at once.
            "/account/name" => page.shows("Ada L."),
            "/account/delete" | "/account/security/sign-out-everywhere" => {
                page.hides("class=\"who\"");
            }
            "/account/security/password" => {
                member.get("/account/security").await.expect(200);
                let sent = front.last("GET", "/api/auth/me/sessions").await;
                assert_eq!(sent.headers["authorization"], "Bearer new-token");
            }
            _ => page.shows("class=\"who\""),
        }
    }
    let sent = front.last("POST", "/api/auth/me/addresses").await;
    let sent: Value = sent.body_json().unwrap();
    // What is blank is left out.
    assert_eq!(sent.get("line2"), None);
    // With the account go its cards.
    let at = format!("/api/payments/methods/{CARD}");
    assert_eq!(front.count("DELETE", &at).await, 2);
}

#[tokio::test]
async fn a_change_of_the_password_makes_old_forms_worthless() {
    let front = open().await;
    front
        .answer("PUT", "/api/auth/me/password", 200, tokens())
        .await;
    let mut member = front.member("Ada", &["customer"]).await;
    member.get("/account/security").await.expect(200);
    let old = member.proof.clone();
    let fields = [
        ("current_password", "the old phrase"),
        ("new_password", "the new phrase"),
    ];
    let path = "/account/security/password";
    member
        .send(path, &fields)
        .await
        .expect_to("/account/security");
    member.proof = old;
    member.send(path, &fields).await.expect(403);
}

#[tokio::test]
async fn what_the_auth_service_refuses_stands_at_its_field_and_no_password_is_repeated() {
    let me = ("PATCH", "/api/auth/me");
    let book = ("POST", "/api/auth/me/addresses");
    let entry = format!("/api/auth/me/addresses/{ADDRESS}");
    let entry = ("PUT", entry.as_str());
    let password = ("PUT", "/api/auth/me/password");
    let wrong = || problem(403, "wrong-password");
    let full = problem(409, "too-many-addresses");
    let weak = problem(422, "weak-password");
    for ((verb, at), form, refusal, says) in [
        (me, 0, invalid("name"), "Write a name"),
        (me, 1, invalid("email"), "Write a whole address"),
        (me, 1, wrong(), "That is not your current password"),
        (me, 1, problem(409, "email-taken"), "There is another"),
        (me, 1, problem(429, "too-many-attempts"), "Wait a minute"),
        (me, 1, problem(503, "unavailable"), "The door is crowded"),
        (book, 2, full, "The book is full"),
        (book, 2, invalid("postal_code"), "Write a postal code"),
        (entry, 3, invalid("city"), "Write a town"),
        (password, 6, wrong(), "That is not your current password"),
        (password, 6, weak, "does not contain your e-mail"),
        (password, 6, invalid("new_password"), "Choose a password"),
    ] {
        let front = open().await;
        let status = u16::try_from(refusal["status"].as_u64().unwrap()).unwrap();
        front.answer(verb, at, status, refusal).await;
        let mut member = front.member("Ada", &["customer"]).await;
        member.get("/account").await.expect(200);
        let (path, fields) = forms().remove(form);
        let shown = match status {
            429 | 503 => status,
            _ => 422,
        };
        let page = member.send(&path, &fields).await.expect(shown);
        page.shows(says);
        page.hides("in the API's words");
        page.hides("the old phrase");
        page.hides("the new phrase");
        for (name, value) in fields {
            if !name.contains("password") && !value.trim().is_empty() {
                page.shows(value);
            }
        }
    }
}

fn problem(status: u16, slug: &str) -> Value {
    let kind = format!("urn:comptoir:problem:{slug}");
    json!({ "type": kind, "title": "No", "status": status })
}

#[tokio::test]
async fn what_was_deleted_elsewhere_is_deleted() {
    let front = open().await;
    for at in [
        format!("/api/auth/me/addresses/{ADDRESS}"),
        format!("/api/payments/methods/{CARD}"),
        format!("/api/auth/me/sessions/{OTHER_SESSION}"),
    ] {
        front.refuse("DELETE", &at, 404, "not-found").await;
    }
    let mut member = front.member("Ada", &["customer"]).await;
    member.get("/account").await.expect(200);
    for (path, to) in [
        (
            format!("/account/addresses/{ADDRESS}/delete"),
            "/account/addresses",
        ),
        (format!("/account/cards/{CARD}/delete"), "/account/cards"),
        (
            format!("/account/security/sessions/{OTHER_SESSION}/end"),
            "/account/security",
        ),
    ] {
        member.send(&path, &[]).await.expect_to(to);
    }
}

#[tokio::test]
async fn somebody_elses_address_is_not_there() {
    let front = open().await;
    front
        .refuse(
            "PUT",
            &format!("/api/auth/me/addresses/{CARD}"),
            404,
            "not-found",
        )
        .await;
    let mut member = front.member("Ada", &["customer"]).await;
    let path = format!("/account/addresses/{CARD}");
    member.get(&path).await.expect(404);
    member.get("/account/addresses/none").await.expect(404);
    let (_, fields) = forms().remove(3);
    member.send(&path, &fields).await.expect(404);
}

#[tokio::test]
async fn devices_are_named_in_words_and_this_one_is_marked() {
    let front = open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    let page = member.get("/account/security").await.expect(200);
    page.shows("Firefox, Linux");
    page.shows("This one");
    page.shows("Unknown device");
    page.shows("25 November 2026 at 11:00");
    page.shows(&format!("/account/security/sessions/{OTHER_SESSION}/end"));
    page.hides(&format!("/account/security/sessions/{SESSION}/end"));
}

#[tokio::test]
async fn cards_are_known_by_their_last_digits_and_end() {
    let front = open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    let page = member.get("/account/cards").await.expect(200);
    page.shows("Visa");
    page.shows("4242");
    page.shows("Good until the end of 12/2030");
    page.shows("Expired at the end of 01/2020");
}

#[tokio::test]
async fn an_account_is_deleted_only_by_whoever_types_its_address() {
    let front = open().await;
    let mut member = front.member("ada", &["customer"]).await;
    let page = member.get("/account/delete").await.expect(200);
    page.shows("ada@example.com");
    page.shows("the law asks us");
    let fields = [("confirmation", "somebody@example.com")];
    let page = member.send("/account/delete", &fields).await.expect(422);
    page.shows("That is not the address of this account");
    assert_eq!(front.count("DELETE", "/api/auth/me").await, 0);

    // A card that cannot be deleted stops it before anything is lost for good.
    let fields = [("confirmation", "ada@example.com")];
    let page = member.send("/account/delete", &fields).await.expect(503);
    page.shows("cannot be reached");
    assert_eq!(front.count("DELETE", "/api/auth/me").await, 0);
}
