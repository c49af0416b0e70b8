//! One visitor's requests: each is a step with a name, timed, and answered as expected or not.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode, header::RETRY_AFTER};
use serde_json::Value;
use tokio::time::sleep;

use crate::target::Target;

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Step {
    Categories,
    Search,
    Product,
    Add,
    Cart,
    Address,
    Tokenise,
    Checkout,
    /// The checkout with a card that the acquirer declines.
    CheckoutDeclined,
    /// The checkout with a card that makes the acquirer slow, deaf or unavailable.
    CheckoutTroubled,
    Order,
    History,
    SignUp,
    SignIn,
    /// Access tokens end after minutes.
    Refresh,
    /// Taking away the cards that a customer has too many of.
    Forget,
    /// Emptying the cart of a purchase that came to nothing.
    Empty,
}

impl Step {
    /// Those that journeys are made of, and objectives are about.
    pub(crate) const OF_JOURNEYS: [Self; 13] = [
        Self::Categories,
        Self::Search,
        Self::Product,
        Self::Add,
        Self::Cart,
        Self::Address,
        Self::Tokenise,
        Self::Checkout,
        Self::CheckoutDeclined,
        Self::CheckoutTroubled,
        Self::Order,
        Self::History,
        Self::SignIn,
    ];

    /// As reports, objectives and k6's script call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Search => "search",
            Self::Product => "product",
            Self::Add => "add",
            Self::Cart => "cart",
            Self::Address => "address",
            Self::Tokenise => "tokenise",
            Self::Checkout => "checkout",
            Self::CheckoutDeclined => "checkout-declined",
            Self::CheckoutTroubled => "checkout-troubled",
            Self::Order => "order",
            Self::History => "history",
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::Forget => "forget",
            Self::Empty => "empty",
        }
    }
}

/// Why a journey went no further.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// An answer was wrong, or never came.
    Failed,
    /// Somebody else has the last unit.
    SoldOut,
    /// The card was declined, as cards are that are for that.
    Declined,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) cart_token: Option<String>,
    retry_after: Option<Duration>,
}

/// A visitor, and what became of the requests so far.
pub(crate) struct Visit<'a> {
    target: &'a Target,
    token: Option<String>,
    cart_token: Option<String>,
    /// How long an answer to a checkout is asked for again.
    patience: Duration,
    pub(crate) steps: Vec<(Step, Duration)>,
    /// Answers that ended the journey.
    pub(crate) errors: Vec<String>,
    /// Answers that left open what was done, so that the same was asked again.
    pub(crate) retries: Vec<String>,
}

/// Between two times that the same is asked, where the shop does not say.
const PAUSE: Duration = Duration::from_millis(250);
/// What the shop says is not waited for longer than this: it is patience that ends the asking.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Answer {
    /// The name of the problem, if it is one.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.body.get("type").and_then(Value::as_str);
        let name = kind.and_then(|it| it.strip_prefix("urn:comptoir:problem:"));
        // Bounded: whoever answers does not decide how long our labels are.
        name.filter(|it| it.len() <= 40).unwrap_or_default()
    }

    /// A text of the body.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    /// Whether what was asked may have been done, or may be if it is asked again.
    fn is_undecided(&self) -> bool {
        self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || self.problem() == "checkout-in-progress"
    }
}

/// How no answer came, as errors are counted.
fn kind_of(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "timeout"
    } else {
        "connection lost"
    }
}

impl<'a> Visit<'a> {
    /// Of a guest.
    pub(crate) fn new(target: &'a Target, patience: Duration) -> Self {
        Self {
            target,
            token: None,
            cart_token: None,
            patience,
            steps: Vec::new(),
            errors: Vec::new(),
            retries: Vec::new(),
        }
    }

    /// From now on that of somebody who is signed in.
    pub(crate) fn sign_in_as(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// A text that the answer has to have.
    pub(crate) fn text(
        &mut self,
        step: Step,
        answer: Answer,
        pointer: &str,
    ) -> Result<String, Stop> {
        match answer.text(pointer) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.failed(step, &Ok(answer))),
        }
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Stop> {
        let url = self
            .target
            .base
            .join(path)
            .map_err(|_bad_path| Stop::Failed)?;
        let mut request = self.target.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(token) = &self.cart_token {
            request = request.header("X-Cart-Token", token);
        }
        Ok(request)
    }

    /// A read, which is answered with 200 or ends the journey.
    pub(crate) async fn get(&mut self, step: Step, path: &str) -> Result<Answer, Stop> {
        self.once(step, Method::GET, path, None, StatusCode::OK)
            .await
    }

    /// A request that is answered with `expected` or ends the journey.
    pub(crate) async fn once(
        &mut self,
        step: Step,
        method: Method,
        path: &str,
        body: Option<&Value>,
        expected: StatusCode,
    ) -> Result<Answer, Stop> {
        let mut request = self.request(method, path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let begun = Instant::now();
        let answer = send(request).await;
        self.steps.push((step, begun.elapsed()));
        match answer {
            Ok(answer) if answer.status == expected => {
                self.cart_token = answer.cart_token.clone().or(self.cart_token.take());
                Ok(answer)
            }
            Ok(answer) if answer.problem() == "insufficient-stock" => Err(Stop::SoldOut),
            other => Err(self.failed(step, &other)),
        }
    }

    /// A checkout or a sign-in: what may be asked twice is asked until there is an answer that says something,
    /// and the time is that until then.
    pub(crate) async fn insist(
        &mut self,
        step: Step,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<Answer, Stop> {
        let begun = Instant::now();
        loop {
            let mut request = self.request(Method::POST, path)?.json(body);
            if let Some(key) = key {
                request = request.header("Idempotency-Key", key);
            }
            let answer = send(request).await;
            let pause = match answer {
                Ok(answer) if !answer.is_undecided() => {
                    self.steps.push((step, begun.elapsed()));
                    return Ok(answer);
                }
                Ok(ref undecided) => undecided.retry_after.unwrap_or(PAUSE).min(LONGEST_PAUSE),
                Err(_) => PAUSE,
            };
            if begun.elapsed() + pause > self.patience {
                self.steps.push((step, begun.elapsed()));
                return Err(self.failed(step, &answer));
            }
            self.retries.push(described(step, &answer));
            sleep(pause).await;
        }
    }

    /// Ends the journey for an answer that was not to be expected.
    pub(crate) fn failed(&mut self, step: Step, answer: &Result<Answer, &'static str>) -> Stop {
        self.errors.push(described(step, answer));
        Stop::Failed
    }
}

/// The answer, read whole, or how it did not come.
async fn send(request: RequestBuilder) -> Result<Answer, &'static str> {
    let kind = |error| kind_of(&error);
    let answer = request.send().await.map_err(kind)?;
    let text = |name| answer.headers().get(name)?.to_str().ok();
    let cart_token = text("x-cart-token").map(str::to_owned);
    let seconds = text(RETRY_AFTER.as_str()).and_then(|it| it.parse().ok());
    let status = answer.status();
    let body = answer.bytes().await.map_err(kind)?;
    Ok(Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        cart_token,
        retry_after: seconds.map(Duration::from_secs),
    })
}

/// As in `checkout: 503 outcome-unknown`.
fn described(step: Step, answer: &Result<Answer, &'static str>) -> String {
    let step = step.name();
    match answer {
        Ok(answer) => format!("{step}: {} {}", answer.status.as_u16(), answer.problem())
            .trim_end()
            .to_owned(),
        Err(kind) => format!("{step}: {kind}"),
    }
}
