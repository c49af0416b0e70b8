//! Every request of ours against Stripe's own description of its API: `ci/stripe` runs these with `stripe-mock`,
//! which refuses what that description does not have, and answers in its shapes.

#![expect(
    clippy::disallowed_methods,
    reason = "where stripe-mock is, only the environment of the test says"
)]

use uuid::Uuid;

use super::*;

fn stripe() -> StripeGateway {
    let url = std::env::var("STRIPE_MOCK_URL").expect("ci/stripe names one");
    let url = url.parse().unwrap();
    StripeGateway::new(url, "sk_test_123".into(), Duration::from_secs(8)).unwrap()
}

const WHAT: Authorisation<'static> = Authorisation {
    token: "cus_1/pm_1",
    reference: "an-order",
    amount: Money {
        amount: 1299,
        currency: Currency::Eur,
    },
};

#[tokio::test]
#[ignore = "needs stripe-mock: ci/stripe"]
async fn a_card_is_taken_as_we_send_it() {
    let card = crate::card::Card {
        number: "4242424242424242".into(),
        cvc: "123".into(),
        brand: crate::card::Brand::Visa,
        last4: "4242".to_owned(),
        exp_month: 12,
        exp_year: 2040,
    };
    let key = Uuid::new_v4().to_string();
    let Outcome::Approved(token) = stripe().tokenise(&key, &card).await else {
        panic!("no token")
    };
    assert!(
        token.starts_with("cus_") && token.contains("/pm_"),
        "{token}"
    );
}

#[tokio::test]
#[ignore = "needs stripe-mock: ci/stripe"]
async fn intents_are_taken_as_we_send_them() {
    let stripe = stripe();
    let made = stripe.intent(WHAT).await.unwrap();
    assert!(made.id.starts_with("pi_"));
    stripe.confirm("confirm", &made.id).await.unwrap();
    let form = [("amount_to_capture", "1299")];
    for (template, key, form) in [(CAPTURE, Some("capture"), &form[..]), (CANCEL, None, &[])] {
        let intent = stripe.step(template, key, &made.id, form).await.unwrap();
        assert!(intent.received().is_ok());
    }
    let seen: Intent = stripe.api.get(INTENT, &made.id, &[]).await.unwrap();
    assert_eq!(seen.id, made.id);
    let token = Token::read(WHAT.token).unwrap();
    assert!(stripe.find(&token, "nobody's").await.unwrap().is_none());
}

#[tokio::test]
#[ignore = "needs stripe-mock: ci/stripe"]
async fn refunds_are_taken_as_we_send_them() {
    let stripe = stripe();
    let key = Uuid::new_v4().to_string();
    let refund = stripe.refund(&key, "pi_1", WHAT.amount).await;
    assert!(matches!(refund, Outcome::Approved(())), "{refund:?}");
    assert!(
        stripe
            .find_refund("pi_1", "nobody's")
            .await
            .unwrap()
            .is_none()
    );
}

/// That it is the pinned description, and that a request which is not in it fails here.
#[tokio::test]
#[ignore = "needs stripe-mock: ci/stripe"]
async fn what_stripe_does_not_know_is_refused() {
    let stripe = stripe();
    let form = [("amount", "1299"), ("currency", "eur"), ("reference", "x")];
    let refused = stripe.api.post::<Intent>(INTENTS, "", None, &form).await;
    assert!(matches!(refused, Err(Failure::Unknown(_))), "{refused:?}");
}
