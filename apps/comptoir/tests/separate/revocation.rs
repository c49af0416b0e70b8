//! I7: whoever is signed out is signed out everywhere within two seconds; and keys change without anybody
//! being signed out.

use std::time::Duration;

use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    checkout::insist,
    front::Front,
    harness::{House, Name},
    people::{Card, PASSWORD, Person},
    stock,
};

/// A route of each service that needs a token; the catalog has such routes for staff only.
const ROUTES: [(Name, &str); 5] = [
    (Name::Auth, "/api/auth/me"),
    (Name::Catalog, stock::STAFF_ROUTE),
    (Name::Cart, "/api/cart"),
    (Name::Payment, "/api/payments/methods"),
    (Name::Order, "/api/orders"),
];
/// The promise.
const AT_MOST: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_session_reaches_every_service_in_two_seconds() {
    let mut house = House::open("revocation").await;
    let front = house.front();

    // Logout: of this session, and of no other.
    let person = Person::staff(&house).await;
    let elsewhere = Person::sign_in(&front, &person.email, PASSWORD).await;
    accepted(&[&person, &elsewhere]).await;
    let since = Instant::now();
    person
        .front
        .post("/api/auth/logout", json!({}))
        .await
        .expect(204);
    refused("logout", &front, &[&person.token], since).await;
    accepted(&[&elsewhere]).await;

    // A service that starts anew has not forgotten, and one that cannot ask goes by what it knows.
    for (name, _) in ROUTES {
        house.kill(name);
        house.start(name);
        house.ready(name).await;
        refused_now(&front, &person.token).await;
    }
    house.kill(Name::Auth);
    for (name, path) in ROUTES.into_iter().filter(|(name, _)| *name != Name::Auth) {
        person
            .front
            .get(path)
            .await
            .expect_problem(401, "unauthenticated");
        let answer = elsewhere.front.get(path).await;
        assert_eq!(
            answer.status, 200,
            "{name:?} without the auth service: {:#}",
            answer.body
        );
    }
    house.start(Name::Auth);
    house.ready(Name::Auth).await;

    // A changed password: every session but the one that the answer opens.
    let person = Person::staff(&house).await;
    let elsewhere = Person::sign_in(&front, &person.email, PASSWORD).await;
    accepted(&[&person, &elsewhere]).await;
    let body = json!({
        "current_password": PASSWORD, "new_password": "mot-de-passe-neuf-1183",
    });
    let since = Instant::now();
    let answer = person
        .front
        .send(reqwest::Method::PUT, "/api/auth/me/password", Some(body))
        .await;
    let answer = answer.expect(200);
    refused(
        "password change",
        &front,
        &[&person.token, &elsewhere.token],
        since,
    )
    .await;
    let fresh = front.bearer(&answer.text("/access_token"));
    for (_, path) in ROUTES {
        fresh.get(path).await.expect(200);
    }

    // A refresh token that is used twice: one of the two users is a thief, so the session ends for both.
    let person = Person::staff(&house).await;
    let body = json!({ "refresh_token": person.refresh_token });
    let rotated = front
        .post("/api/auth/refresh", body.clone())
        .await
        .expect(200);
    let newer = rotated.text("/access_token");
    accepted(&[&person]).await;
    let since = Instant::now();
    front
        .post("/api/auth/refresh", body)
        .await
        .expect_problem(401, "session-ended");
    refused(
        "refresh token reuse",
        &front,
        &[&person.token, &newer],
        since,
    )
    .await;
    let body = json!({ "refresh_token": rotated.text("/refresh_token") });
    front
        .post("/api/auth/refresh", body)
        .await
        .expect_problem(401, "session-ended");

    // The other ways out.
    let person = Person::staff(&house).await;
    accepted(&[&person]).await;
    let since = Instant::now();
    person.front.delete("/api/auth/me/sessions").await;
    refused("sign-out everywhere", &front, &[&person.token], since).await;

    let person = Person::staff(&house).await;
    accepted(&[&person]).await;
    let since = Instant::now();
    house.run(Name::Auth, &["revoke-staff", &person.email]);
    refused("loss of the staff role", &front, &[&person.token], since).await;

    let person = Person::staff(&house).await;
    accepted(&[&person]).await;
    let since = Instant::now();
    person.front.delete("/api/auth/me").await.expect(204);
    refused("deletion of the account", &front, &[&person.token], since).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_without_a_restart_and_nobody_is_signed_out() {
    let house = House::open_with("rotation", &[(Name::Auth, "KEY_ACTIVATION", "0")]).await;
    let front = house.front();
    let staff = Person::staff(&house).await;
    let product = stock::product(&staff, 900, 10).await;
    let mut people = vec![Person::staff(&house).await];
    for rotations in 1..=2 {
        let rotated = staff
            .front
            .post("/api/auth/admin/keys/rotate", json!({}))
            .await;
        let kid = rotated.expect(202).text("/kid");

        let newcomer = Person::sign_in(&front, &people[0].email, PASSWORD).await;
        assert_eq!(key_of(&newcomer.token), kid);
        people.push(newcomer);
        let keys = front.get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(
            keys.body["keys"].as_array().map(Vec::len),
            Some(rotations + 1)
        );
        accepted(&people.iter().collect::<Vec<_>>()).await;

        // The services' own tokens went with the keys too, and they still get on with each other.
        let buyer = &people[rotations];
        buyer.put(product.id, 1).await;
        let method = buyer.method(Card::Approved).await;
        let key = format!("after-rotation-{rotations}");
        insist(buyer, &key, method).await.answer.expect(201);
        // A key that a service has just looked up for may be looked up again a second later.
        sleep(Duration::from_secs(1)).await;
    }
    house.audit().await;
}

/// The `kid` in a token's header.
fn key_of(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64");
    let header: serde_json::Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

/// Every service takes their tokens.
async fn accepted(people: &[&Person]) {
    for person in people {
        for (name, path) in ROUTES {
            let answer = person.front.get(path).await;
            assert_eq!(answer.status, 200, "{name:?}: {:#}", answer.body);
        }
    }
}

/// Every service refuses the tokens soon enough after `since`, and goes on refusing them.
async fn refused(why: &str, front: &Front, tokens: &[&str], since: Instant) {
    let mut services = JoinSet::new();
    for token in tokens {
        for (name, path) in ROUTES {
            let front = front.bearer(token);
            services.spawn(async move {
                loop {
                    let asked = Instant::now();
                    let answer = front.get(path).await;
                    if answer.status == 401 {
                        answer.expect_problem(401, "unauthenticated");
                        return (asked - since, name);
                    }
                    let late = asked - since;
                    assert!(
                        late < AT_MOST,
                        "{name:?} still answers {} after {late:?}",
                        answer.status
                    );
                    sleep(Duration::from_millis(20)).await;
                }
            });
        }
    }
    let mut after = services.join_all().await;
    after.sort();
    let slowest = after.last().expect("services");
    println!(
        "{why}: refused everywhere after {:.0?}, by {:?} last",
        slowest.0, slowest.1
    );
    assert!(slowest.0 < AT_MOST, "{why}: {slowest:?}");
    for token in tokens {
        refused_now(front, token).await;
    }
}

async fn refused_now(front: &Front, token: &str) {
    for (_, path) in ROUTES {
        front
            .bearer(token)
            .get(path)
            .await
            .expect_problem(401, "unauthenticated");
    }
}
