//! Which tokens are accepted, and how keys are kept up with.

use std::time::Duration;

use identity::{Identity, Refused, Scope};
use testkit::Authority;
use upstream::Upstream;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

fn token(header: &str) -> &str {
    header.strip_prefix("Bearer ").unwrap_or(header)
}

#[tokio::test]
async fn a_users_token_is_accepted_until_the_session_is_revoked() {
    let authority = Authority::over("cart");
    let user = authority.customer();
    let claims = authority.identity().user(&user.token).await.unwrap();
    assert_eq!((claims.sub, claims.sid), (user.id, user.session));

    authority.revoke(&user);
    let refused = authority.identity().user(&user.token).await.unwrap_err();
    assert_eq!(refused, Refused::Revoked);
}

#[tokio::test]
async fn no_bad_token_is_accepted() {
    let authority = Authority::over("cart");
    for (why, header) in authority.bad_user_headers() {
        let header = header.unwrap_or_default();
        let answer = authority.identity().user(token(&header)).await;
        assert!(answer.is_err(), "{why}");
    }
}

#[tokio::test]
async fn a_services_token_is_good_for_its_audience_only() {
    let authority = Authority::over("catalog");
    let for_us = authority.service("order", "catalog", Scope::Stock);
    let claims = authority.identity().peer(&for_us).await.unwrap();
    assert_eq!((claims.sub.as_str(), claims.scope), ("order", Scope::Stock));

    let for_others = authority.service("order", "payment", Scope::Stock);
    assert!(authority.identity().peer(&for_others).await.is_err());
    assert!(authority.identity().user(&for_us).await.is_err());
    let user = authority.staff();
    assert!(authority.identity().peer(&user.token).await.is_err());
}

#[tokio::test]
async fn an_unknown_key_is_looked_up_and_forgeries_do_not_flood_the_auth_service() {
    let authority = Authority::over("cart");
    let auth = MockServer::start().await;
    Mock::given(path("/.well-known/jwks.json"))
        .respond_with(ResponseTemplate::new(200).set_body_json(authority.jwks()))
        .expect(1)
        .mount(&auth)
        .await;
    let upstream = Upstream::new("auth", auth.uri().parse().unwrap(), Duration::from_secs(1));
    let identity = Identity::of_auth("cart", upstream.unwrap());

    let user = authority.customer();
    assert!(identity.user(&user.token).await.is_ok());
    for (why, header) in authority.bad_user_headers() {
        let header = header.unwrap_or_default();
        let answer = identity.user(token(&header)).await;
        // This identity was not told of the revocation.
        assert!(answer.is_err() || why == "revoked", "{why}");
    }
}

#[tokio::test]
async fn an_auth_service_that_does_not_answer_is_waited_for_once() {
    let auth = MockServer::start().await;
    Mock::given(path("/.well-known/jwks.json"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(3)))
        .expect(1)
        .mount(&auth)
        .await;
    // Longer than the second in which keys are looked up once.
    let deadline = Duration::from_millis(1100);
    let upstream = Upstream::new("auth", auth.uri().parse().unwrap(), deadline);
    let identity = Identity::of_auth("cart", upstream.unwrap());
    let forged = Authority::over("cart").customer().token;
    let answers = tokio::join!(
        identity.user(&forged),
        identity.user(&forged),
        identity.user(&forged)
    );
    assert!(answers.0.is_err() && answers.1.is_err() && answers.2.is_err());
}
