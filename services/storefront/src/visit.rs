//! Who asks for a page, and what the shop remembers of them between two requests: all of it in one cookie
//! that is encrypted, that no script can read, and that no other site makes a browser send with a form.

use std::{
    cell::{Ref, RefCell, RefMut},
    future::{Ready, ready},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest,
    body::{BoxBody, MessageBody},
    cookie::{Cookie, CookieJar, SameSite, time::Duration as CookieDuration},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use aws_lc_rs::{constant_time::verify_slices_are_equal, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use fluent_bundle::{FluentArgs, FluentValue};
use language::Language;
use money::Money;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::{
    Shop,
    failure::{self, Failure},
    form::local_path,
    services::{Services, auth::Tokens, cart::Shopper},
    texts::Speech,
};

/// A request for a page, by somebody.
#[derive(Clone)]
pub(crate) struct Visit(Rc<Inner>);

struct Inner {
    shop: web::Data<Shop>,
    language: Language,
    /// Path and query.
    here: String,
    /// Path and query of the page that sent a form or asks for a part, where the browser says.
    came_from: Option<String>,
    /// Whether something is asked for, and nothing is to be done.
    safe: bool,
    /// Whether htmx asks, for a part of a page.
    partial: bool,
    /// Why nobody can say at the moment whether the visitor is still signed in.
    unknown: Option<Arc<upstream::Error>>,
    client: Client,
    memory: RefCell<Memory>,
}

/// Where a request comes from, for the auth service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) forwarded_for: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// What is in the cookie.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Memory {
    /// What the visitor chose, whatever the browser prefers.
    pub(crate) language: Option<Language>,
    /// Proves that a form was made for this visitor.
    csrf: String,
    /// The guest's cart.
    pub(crate) cart: Option<String>,
    /// Who is signed in.
    pub(crate) member: Option<Member>,
    /// The message to be shown on the next page, by its name.
    notice: Option<String>,
    /// The checkout under way.
    pub(crate) checkout: Option<Checkout>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Whether the back office is shown; what may be done in it is for the services to say.
    pub(crate) staff: bool,
    access_token: String,
    refresh_token: String,
    /// When the access token ends.
    ends_at: DateTime<Utc>,
}

/// What has been chosen on the way to an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Checkout {
    /// The idempotency key: the same until the order is there or the card was declined, so that neither
    /// two clicks nor two tabs buy twice.
    pub(crate) key: Uuid,
    /// Of the address book.
    pub(crate) address: Option<Uuid>,
    /// Of the cards.
    pub(crate) method: Option<Uuid>,
}

/// How long a browser remembers; the sessions of the auth service do not last longer.
const REMEMBERED: CookieDuration = CookieDuration::days(30);
/// A token that ends so soon is exchanged first: it has to last for the calls of one page.
const MARGIN: chrono::TimeDelta = chrono::TimeDelta::seconds(15);
/// Length of a proof, in bytes.
const PROOF: usize = 16;

/// Nothing inline, nothing from elsewhere, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Middleware around every page: opens the cookie, renews the token, shows failures as pages, writes the
/// cookie, and sets the headers that browsers are told by what a page may do.
pub(crate) async fn remember(
    shop: web::Data<Shop>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let opened = shop.open(request.request());
    let mut memory = opened.clone().unwrap_or_default();
    if memory.csrf.is_empty() {
        memory.csrf = draw_proof()?;
    }
    let renewed = shop.renew(&mut memory).await;
    // Who cannot be recognised can still look around; pages for members say why they are not shown.
    let visit = Visit::new(shop, request.request(), memory, renewed.err());
    request.extensions_mut().insert(visit.clone());

    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = failure::show(&visit, response).await;

    let shop = &visit.0.shop;
    let memory = visit.0.memory.borrow();
    if opened.as_ref() != Some(&*memory) {
        let cookie = shop.seal(&memory)?;
        response.response_mut().add_cookie(&cookie)?;
    }
    secure(response.headers_mut(), shop.https, visit.language());
    Ok(response)
}

fn secure(headers: &mut HeaderMap, https: bool, language: Language) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "same-origin");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        header::PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    // Every page says who is signed in and what is in the cart.
    set(header::CACHE_CONTROL, "no-store");
    set(header::CONTENT_LANGUAGE, language.tag());
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

impl Shop {
    fn cookie_name(&self) -> &'static str {
        // Browsers take a cookie of the first name only by https and for this host alone (RFC 6265bis).
        if self.https {
            "__Host-comptoir"
        } else {
            "comptoir"
        }
    }

    /// What the request's cookie holds, if this shop wrote it.
    fn open(&self, request: &HttpRequest) -> Option<Memory> {
        let mut jar = CookieJar::new();
        jar.add_original(request.cookie(self.cookie_name())?);
        let cookie = jar.private(&self.cookie_key).get(self.cookie_name())?;
        serde_json::from_str(cookie.value()).ok()
    }

    fn seal(&self, memory: &Memory) -> Result<Cookie<'static>, Failure> {
        let value = serde_json::to_string(memory).map_err(Failure::internal)?;
        let cookie = Cookie::build(self.cookie_name(), value)
            .path("/")
            .http_only(true)
            .secure(self.https)
            .same_site(SameSite::Lax)
            .max_age(REMEMBERED)
            .finish();
        let mut jar = CookieJar::new();
        jar.private_mut(&self.cookie_key).add(cookie);
        jar.get(self.cookie_name())
            .cloned()
            .ok_or_else(|| Failure::internal("no cookie was made"))
    }

    /// Exchanges a token that is about to end. Where the session has ended instead, the visitor is a guest
    /// from now on; where nobody can say, the error tells why.
    async fn renew(&self, memory: &mut Memory) -> Result<(), Arc<upstream::Error>> {
        let Some(member) = &mut memory.member else {
            return Ok(());
        };
        if Utc::now() + MARGIN < member.ends_at {
            return Ok(());
        }
        match self.services.auth.refresh(&member.refresh_token).await {
            Ok(tokens) => member.take(&tokens),
            Err(error) if error.refusal().is_some() => {
                memory.forget_member();
                memory.notice = Some("notice-session-ended".to_owned());
            }
            Err(_unknown) if member.ends_at > Utc::now() => {}
            Err(unknown) => return Err(unknown),
        }
        Ok(())
    }
}

impl Member {
    fn take(&mut self, tokens: &Tokens) {
        self.access_token.clone_from(&tokens.access_token);
        self.refresh_token.clone_from(&tokens.refresh_token);
        self.ends_at = tokens.ends_at;
    }
}

impl Memory {
    fn forget_member(&mut self) {
        self.member = None;
        self.checkout = None;
        self.cart = None;
    }
}

impl Visit {
    fn new(
        shop: web::Data<Shop>,
        request: &HttpRequest,
        memory: Memory,
        unknown: Option<Arc<upstream::Error>>,
    ) -> Self {
        let Ok(accepted) = Language::from_request(request, &mut Payload::None).into_inner();
        let text = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        let here = request.uri().path_and_query().map(ToString::to_string);
        let peer = || request.peer_addr().map(|it| it.ip().to_string());
        Self(Rc::new(Inner {
            language: memory.language.unwrap_or(accepted),
            here: here.unwrap_or_default(),
            // Whatever site it names, only a path of this one is taken from it.
            came_from: text("referer").and_then(|it| path_of(&it)),
            unknown,
            safe: request.method().is_safe(),
            partial: request.headers().contains_key("HX-Request"),
            client: Client {
                forwarded_for: text("x-forwarded-for")
                    .filter(|_| shop.trust_forwarded_for)
                    .or_else(peer),
                user_agent: text("user-agent"),
            },
            shop,
            memory: RefCell::new(memory),
        }))
    }

    /// The services behind the page.
    pub(crate) fn services(&self) -> &Services {
        &self.0.shop.services
    }

    pub(crate) fn language(&self) -> Language {
        self.0.language
    }

    /// Path and query of this request.
    pub(crate) fn here(&self) -> &str {
        &self.0.here
    }

    /// The page that the visitor looks at: this one, or the one that sent a form or asks for a part of
    /// itself, where the browser says which.
    pub(crate) fn page(&self) -> Option<&str> {
        if self.0.safe && !self.0.partial {
            Some(&self.0.here)
        } else {
            self.0.came_from.as_deref()
        }
    }

    /// Whether a part of a page is asked for, by htmx, and not a whole one.
    pub(crate) fn is_partial(&self) -> bool {
        self.0.partial
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(crate) fn memory(&self) -> Ref<'_, Memory> {
        self.0.memory.borrow()
    }

    /// To change what is remembered. Not to be held across an `await`.
    pub(crate) fn memory_mut(&self) -> RefMut<'_, Memory> {
        self.0.memory.borrow_mut()
    }

    /// The access token of whoever is signed in; none either while it has ended and cannot be renewed.
    pub(crate) fn token(&self) -> Option<String> {
        self.recognised().ok()?;
        let memory = self.memory();
        Some(memory.member.as_ref()?.access_token.clone())
    }

    fn recognised(&self) -> Result<(), Failure> {
        match &self.0.unknown {
            Some(error) => Err(Failure::Down(error.clone())),
            None => Ok(()),
        }
    }

    /// The same, for pages that are for members only.
    pub(crate) fn member_token(&self) -> Result<String, Failure> {
        self.recognised()?;
        self.token().ok_or(Failure::SignIn)
    }

    /// The same, for pages that are for staff only.
    pub(crate) fn staff_token(&self) -> Result<String, Failure> {
        self.recognised()?;
        let memory = self.memory();
        let member = memory.member.as_ref().ok_or(Failure::SignIn)?;
        if member.staff {
            Ok(member.access_token.clone())
        } else {
            Err(Failure::Forbidden)
        }
    }

    /// Whose cart it is: the member's, a guest's, none yet, or that of somebody who cannot be recognised.
    pub(crate) fn shopper(&self) -> Shopper {
        let memory = self.memory();
        match (&memory.member, &memory.cart) {
            (Some(_), _) if self.0.unknown.is_some() => Shopper::Unknown,
            (Some(member), _) => Shopper::Member(member.access_token.clone()),
            (None, Some(token)) => Shopper::Guest(token.clone()),
            (None, None) => Shopper::Nobody,
        }
    }

    /// Remembers somebody who has just proved who they are. What a form was made with before is not good
    /// any more (OWASP: a new session after every sign-in).
    pub(crate) fn sign_in(
        &self,
        name: String,
        staff: bool,
        tokens: &Tokens,
    ) -> Result<(), Failure> {
        let mut memory = self.memory_mut();
        memory.csrf = draw_proof()?;
        memory.checkout = None;
        memory.member = Some(Member {
            name,
            staff,
            access_token: tokens.access_token.clone(),
            refresh_token: tokens.refresh_token.clone(),
            ends_at: tokens.ends_at,
        });
        Ok(())
    }

    /// Forgets who was signed in, and everything that was theirs.
    pub(crate) fn sign_out(&self) -> Result<(), Failure> {
        let mut memory = self.memory_mut();
        memory.forget_member();
        memory.csrf = draw_proof()?;
        Ok(())
    }

    /// Shows a message on the next page.
    pub(crate) fn notify(&self, id: &str) {
        self.memory_mut().notice = Some(id.to_owned());
    }

    /// The message to be shown on this page, once. It came with the cookie, so that it may be one of
    /// another release.
    pub(crate) fn take_notice(&self) -> Option<String> {
        let id = self.memory_mut().notice.take()?;
        self.speech().has(&id).then(|| self.speech().say(&id, None))
    }

    /// The proof for a form. Masked anew each time, so that a page that is compressed does not give it
    /// away to somebody who measures lengths (BREACH).
    pub(crate) fn proof(&self) -> Result<String, Failure> {
        let proof = decode(&self.memory().csrf).unwrap_or_default();
        let mut mask = [0; PROOF];
        rand::fill(&mut mask).map_err(|_unspecified| Failure::internal("no random bytes"))?;
        let masked = mask.iter().zip(proof).map(|(mask, byte)| mask ^ byte);
        let bytes: Vec<u8> = mask.iter().copied().chain(masked).collect();
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether `given` is a proof that was made for this visitor.
    pub(crate) fn is_proof(&self, given: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(given) else {
            return false;
        };
        let Some((mask, masked)) = bytes.split_at_checked(PROOF) else {
            return false;
        };
        let given: Vec<u8> = mask.iter().zip(masked).map(|(a, b)| a ^ b).collect();
        decode(&self.memory().csrf).is_some_and(|it| verify_slices_are_equal(&it, &given).is_ok())
    }

    fn speech(&self) -> &Speech {
        self.0.shop.texts.of(self.0.language)
    }

    /// A text in the visitor's language.
    pub(crate) fn t(&self, id: &str) -> String {
        self.speech().say(id, None)
    }

    /// The same, with something put into it.
    pub(crate) fn tx<'a, const N: usize>(
        &self,
        id: &str,
        arguments: [(&'a str, FluentValue<'a>); N],
    ) -> String {
        let arguments = FluentArgs::from_iter(arguments);
        self.speech().say(id, Some(&arguments))
    }

    pub(crate) fn money(&self, money: Money) -> String {
        self.speech().money(money)
    }

    /// For round figures.
    pub(crate) fn short_money(&self, money: Money) -> String {
        self.speech().short_money(money)
    }

    pub(crate) fn number(&self, number: i64) -> String {
        self.speech().number(number)
    }

    pub(crate) fn tenths(&self, tenths: i64) -> String {
        self.speech().tenths(tenths)
    }

    pub(crate) fn date(&self, at: DateTime<Utc>) -> String {
        self.speech().date(at)
    }

    pub(crate) fn moment(&self, at: DateTime<Utc>) -> String {
        self.speech().moment(at)
    }

    pub(crate) fn short_date(&self, day: NaiveDate) -> String {
        self.speech().short_date(day)
    }
}

/// Path and query of an address, if they make a path of this shop.
fn path_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    (local_path(&path) == path).then_some(path)
}

fn draw_proof() -> Result<String, Failure> {
    let mut bytes = [0; PROOF];
    rand::fill(&mut bytes).map_err(|_unspecified| Failure::internal("no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn decode(proof: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(proof).ok()?;
    (bytes.len() == PROOF).then_some(bytes)
}

impl FromRequest for Visit {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| Failure::internal("a page outside of the shop")))
    }
}
