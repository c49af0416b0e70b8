//! Signing up, in and out.

use serde_json::{Value, json};

use testkit::Browser;

use crate::{Front, empty_cart};

fn tokens() -> Value {
    json!({
        "access_token": "token-of-Ada", "refresh_token": "refresh-of-Ada", "token_type": "Bearer",
        "expires_in": 300,
    })
}

fn me() -> Value {
    json!({
        "id": "0199a000-0000-7000-8000-000000000001", "email": "ada@example.com", "name": "Ada",
        "roles": ["customer"], "created_at": "2026-11-01T10:00:00Z",
    })
}

async fn open() -> Front {
    let front = Front::open().await;
    front.answer("GET", "/api/cart", 200, empty_cart()).await;
    front
}

async fn sign_in(visitor: &mut Browser, to: &str) -> testkit::Page {
    let fields = [
        ("email", "ada@example.com"),
        ("password", "a long enough phrase"),
        ("to", to),
    ];
    visitor.send("/sign-in", &fields).await
}

async fn sign_up(visitor: &mut Browser, to: &str) -> testkit::Page {
    let fields = [
        ("name", "Ada <script>"),
        ("email", "ada@example.com"),
        ("password", "a long enough phrase"),
        ("to", to),
    ];
    visitor.send("/sign-up", &fields).await
}

#[tokio::test]
async fn whoever_signs_in_comes_back_to_where_they_were() {
    let front = open().await;
    front.answer("POST", "/api/auth/login", 200, tokens()).await;
    front.answer("GET", "/api/auth/me", 200, me()).await;
    let mut visitor = front.browser();
    let page = visitor.get("/sign-in?to=/cart%3Fa%3Db").await.expect(200);
    page.shows("name=\"to\" value=\"/cart?a=b\"");
    page.shows("/sign-up?to=%2Fcart%3Fa%3Db");
    sign_in(&mut visitor, "/cart?a=b")
        .await
        .expect_to("/cart?a=b");
    let page = visitor.get("/nothing").await.expect(404);
    page.shows("You are signed in.");
    page.shows("Ada");

    // Somebody who is signed in has no need of these pages.
    for page in ["/sign-in?to=/cart", "/sign-up?to=/cart"] {
        visitor.get(page).await.expect_to("/cart");
    }
    sign_in(&mut visitor, "/").await.expect_to("/");
    sign_up(&mut visitor, "/").await.expect_to("/");
    assert_eq!(front.count("POST", "/api/auth/login").await, 1);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let front = open().await;
    front.answer("POST", "/api/auth/login", 200, tokens()).await;
    front.answer("GET", "/api/auth/me", 200, me()).await;
    for elsewhere in [
        "//evil.example",
        "https://evil.example/",
        "/%5Cevil.example",
    ] {
        let mut visitor = front.browser();
        let page = visitor.get(&format!("/sign-in?to={elsewhere}")).await;
        page.expect(200)
            .shows("<input type=\"hidden\" name=\"to\" value=\"/\">");
        sign_in(&mut visitor, "//evil.example").await.expect_to("/");
    }
}

#[tokio::test]
async fn signing_in_makes_old_forms_worthless_and_takes_the_guests_cart_along() {
    let front = open().await;
    front.answer("POST", "/api/auth/login", 200, tokens()).await;
    front.answer("GET", "/api/auth/me", 200, me()).await;
    front
        .answer("POST", "/api/cart/merge", 200, empty_cart())
        .await;
    let mut visitor = front.guest_with_a_cart();
    visitor
        .get("/sign-in")
        .await
        .expect(200)
        .shows("comes along");
    let old = visitor.proof.clone();
    sign_in(&mut visitor, "/").await.expect_to("/");

    let merged = front.last("POST", "/api/cart/merge").await;
    assert_eq!(merged.headers["x-cart-token"], "the-guests-cart");
    assert_eq!(merged.headers["authorization"], "Bearer token-of-Ada");
    visitor.proof = old;
    visitor.send("/sign-out", &[]).await.expect(403);

    // The guest's token is forgotten: nothing is left to take along.
    visitor.get("/nothing").await.expect(404);
    front
        .answer("POST", "/api/auth/logout", 200, json!({}))
        .await;
    visitor.send("/sign-out", &[]).await.expect_to("/");
    visitor
        .get("/sign-in")
        .await
        .expect(200)
        .hides("comes along");
    sign_in(&mut visitor, "/").await.expect_to("/");
    assert_eq!(front.count("POST", "/api/cart/merge").await, 1);
}

#[tokio::test]
async fn a_cart_that_cannot_be_taken_along_is_kept_and_said() {
    let front = open().await;
    front.answer("POST", "/api/auth/login", 200, tokens()).await;
    front.answer("GET", "/api/auth/me", 200, me()).await;
    front
        .refuse("POST", "/api/cart/merge", 503, "unavailable")
        .await;
    let mut visitor = front.guest_with_a_cart();
    visitor.get("/sign-in").await.expect(200);
    sign_in(&mut visitor, "/").await.expect_to("/");
    let page = visitor.get("/nothing").await.expect(404);
    page.shows("could not be taken along");
    assert_eq!(front.count("POST", "/api/cart/merge").await, 1);
}

#[tokio::test]
async fn wrong_credentials_are_one_message_and_the_password_is_not_repeated() {
    let front = open().await;
    front
        .refuse("POST", "/api/auth/login", 401, "invalid-credentials")
        .await;
    let mut visitor = front.browser();
    visitor.get("/sign-in").await.expect(200);
    let page = sign_in(&mut visitor, "/orders").await.expect(422);
    page.shows("The e-mail address or the password is not right");
    page.shows("value=\"ada@example.com\"");
    page.shows("value=\"/orders\"");
    page.hides("a long enough phrase");
}

#[tokio::test]
async fn an_address_that_is_none_is_answered_like_a_wrong_one() {
    let front = open().await;
    front
        .refuse("POST", "/api/auth/login", 422, "invalid")
        .await;
    let mut visitor = front.browser();
    visitor.get("/sign-in").await.expect(200);
    let page = sign_in(&mut visitor, "/").await.expect(422);
    page.shows("The e-mail address or the password is not right");
}

#[tokio::test]
async fn too_many_attempts_and_a_full_queue_are_said() {
    for (status, slug, says) in [
        (429, "too-many-attempts", "Wait a minute"),
        (503, "unavailable", "The door is crowded"),
    ] {
        let front = open().await;
        for at in ["/api/auth/login", "/api/auth/register"] {
            front.refuse("POST", at, status, slug).await;
        }
        let mut visitor = front.browser();
        visitor.get("/sign-in").await.expect(200);
        let page = sign_in(&mut visitor, "/").await.expect(status);
        page.shows(says);
        page.shows("value=\"ada@example.com\"");
        let page = sign_up(&mut visitor, "/").await.expect(status);
        page.shows(says);
        page.hides("a long enough phrase");
    }
}

#[tokio::test]
async fn without_the_auth_service_signing_in_says_what_still_works() {
    let front = open().await;
    let mut visitor = front.browser();
    visitor.get("/sign-in").await.expect(200);
    let page = sign_in(&mut visitor, "/").await.expect(503);
    page.shows("Accounts cannot be reached");
}

#[tokio::test]
async fn an_account_is_opened_and_signed_in_at_once() {
    let front = open().await;
    front.answer("POST", "/api/auth/register", 201, me()).await;
    front.answer("POST", "/api/auth/login", 200, tokens()).await;
    let mut visitor = front.browser().with(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    );
    let page = visitor.get("/sign-up?to=/checkout").await.expect(200);
    page.shows("10 to 128 characters");
    sign_up(&mut visitor, "/checkout")
        .await
        .expect_to("/checkout");
    visitor.get("/nothing").await.expect(404).shows("Ada");
    let sent = front.last("POST", "/api/auth/login").await;
    // The auth service hears who is at the other end.
    assert!(
        sent.headers["user-agent"]
            .to_str()
            .unwrap()
            .contains("Firefox")
    );
    assert_eq!(sent.headers["x-forwarded-for"], "127.0.0.1");
}

#[tokio::test]
async fn an_account_that_was_opened_is_not_asked_for_again() {
    let front = open().await;
    front.answer("POST", "/api/auth/register", 201, me()).await;
    front
        .refuse("POST", "/api/auth/login", 503, "unavailable")
        .await;
    let mut visitor = front.browser();
    visitor.get("/sign-up").await.expect(200);
    sign_up(&mut visitor, "/cart")
        .await
        .expect_to("/sign-in?to=%2Fcart");
    let page = visitor.get("/sign-in?to=%2Fcart").await.expect(200);
    page.shows("Your account is open");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_stands_at_its_field() {
    for (status, slug, says) in [
        (409, "email-taken", "There is already an account"),
        (422, "weak-password", "does not contain your e-mail address"),
    ] {
        let front = open().await;
        front
            .refuse("POST", "/api/auth/register", status, slug)
            .await;
        let mut visitor = front.browser();
        visitor.get("/sign-up").await.expect(200);
        let page = sign_up(&mut visitor, "/").await.expect(422);
        page.shows(says);
        page.shows("aria-invalid=\"true\"");
        page.shows("Ada &lt;script&gt;");
        page.hides("Ada <script>");
        page.hides("a long enough phrase");
    }

    let front = open().await;
    let problem = json!({
        "type": "urn:comptoir:problem:invalid", "title": "Invalid request", "status": 422,
        "errors": [
            { "field": "email", "detail": "not a valid email" },
            { "field": "password", "detail": "is shorter than 10" },
        ],
    });
    front
        .answer("POST", "/api/auth/register", 422, problem)
        .await;
    let mut visitor = front.browser();
    visitor.get("/sign-up").await.expect(200);
    let page = sign_up(&mut visitor, "/").await.expect(422);
    page.shows("Write a whole address");
    page.shows("Choose a password of 10 to 128 characters");
    page.hides("not a valid email");
}

#[tokio::test]
async fn no_answer_is_not_called_a_failed_sign_up() {
    let front = open().await;
    let mut visitor = front.browser();
    visitor.get("/sign-up").await.expect(200);
    let page = sign_up(&mut visitor, "/").await.expect(503);
    page.shows("We did not hear whether your account was opened");
    page.shows("value=\"ada@example.com\"");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_forgets_it() {
    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    front
        .answer("POST", "/api/auth/logout", 200, json!({}))
        .await;
    member.get("/nothing").await.expect(404).shows("Ada");
    member.send("/sign-out", &[]).await.expect_to("/");
    let sent = front.last("POST", "/api/auth/logout").await;
    assert_eq!(sent.headers["authorization"], "Bearer token-of-Ada");
    let page = member.get("/nothing").await.expect(404);
    page.shows("You are signed out.");
    page.hides("Ada");
}

#[tokio::test]
async fn a_session_that_is_over_or_cannot_be_ended_is_forgotten_all_the_same() {
    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    front
        .refuse("POST", "/api/auth/logout", 401, "unauthenticated")
        .await;
    member.get("/nothing").await.expect(404);
    member.send("/sign-out", &[]).await.expect_to("/");
    let page = member.get("/nothing").await.expect(404);
    page.shows("You are signed out.");

    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    member.get("/nothing").await.expect(404);
    member.send("/sign-out", &[]).await.expect_to("/");
    let page = member.get("/nothing").await.expect(404);
    page.shows("the session ends there by itself");
    page.hides("Ada");
}

#[tokio::test]
async fn the_forms_of_these_pages_need_a_proof() {
    let front = open().await;
    for path in ["/sign-in", "/sign-up", "/sign-out"] {
        let mut stranger = front.browser();
        stranger.get("/sign-in").await.expect(200);
        let fields = [("email", "a@example.com"), ("password", "p"), ("name", "n")];
        stranger.send_only(path, &fields).await.expect(403);
    }
    assert_eq!(front.count("POST", "/api/auth/login").await, 0);
    assert_eq!(front.count("POST", "/api/auth/register").await, 0);
    // Nobody is signed out by following a link.
    front.browser().get("/sign-out").await.expect(404);
}
