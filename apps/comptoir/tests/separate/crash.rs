//! The crash test: a stream of checkouts while order, payment and catalog are killed again and again.
//!
//! Every choice follows from a seed, `CRASH_SEED`, which is printed; what the clock makes of the choices
//! does not, so the same seed brings the same plan and not the same interleaving.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use testkit::Answer;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use uuid::Uuid;

use crate::{
    checkout::{Told, insist, is_problem},
    harness::{House, Name, variable},
    ledger::{Books, Order},
    people::{Card, Person},
    random::Random,
    stock::{self, Product},
};

const SEED: u64 = 1183;
const BUYERS: usize = 16;
/// One at a time, during the stream; three more at once end it.
const KILLS: usize = 33;
const VICTIMS: [Name; 3] = [Name::Order, Name::Payment, Name::Catalog];
/// More than all of them can buy.
const UNITS: i64 = 100_000;
/// Good cards that cause trouble come as often as those that do not.
const CARDS: [Card; 10] = [
    Card::Approved,
    Card::Approved,
    Card::Approved,
    Card::Declined,
    Card::InsufficientFunds,
    Card::Slow,
    Card::Slow,
    Card::AnswerLost,
    Card::AnswerLost,
    Card::Unavailable,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_services_lose_no_order_and_tell_the_truth() {
    let seed =
        variable("CRASH_SEED").map_or(SEED, |it| it.parse().expect("CRASH_SEED is a number"));
    println!("CRASH_SEED={seed}");
    let mut house = House::open_with("crash", &[(Name::Acquirer, "SLOW_MS", "700")]).await;
    let staff = Person::staff(&house).await;
    let mut products = Vec::new();
    for price in [199, 1250, 4999, 12_345] {
        products.push(stock::product(&staff, price, UNITS).await);
    }
    let products = Arc::new(products);

    let started = Instant::now();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut buying = JoinSet::new();
    for (index, person) in Person::crowd(&house.front(), BUYERS)
        .await
        .into_iter()
        .enumerate()
    {
        let random = Random::new(seed, index.try_into().expect("a count"));
        let buyer = Buyer::new(person, random, products.clone()).await;
        let is_over = is_over.clone();
        buying.spawn(buyer.shop(is_over));
    }
    let mut random = Random::new(seed, u64::MAX);
    let mut kills: BTreeMap<Name, usize> = BTreeMap::new();
    for _ in 0..KILLS {
        sleep(random.milliseconds(100..1100)).await;
        let victim = *random.one_of(&VICTIMS);
        house.kill(victim);
        *kills.entry(victim).or_default() += 1;
        sleep(random.milliseconds(20..700)).await;
        house.start(victim);
        house.ready(victim).await;
    }

    // All at once, under the last checkouts, whose clients do not ask again.
    is_over.store(true, Ordering::Release);
    let mut buyers = buying.join_all().await;
    let streamed = started.elapsed();
    let mut leaving = JoinSet::new();
    for mut buyer in std::mem::take(&mut buyers) {
        buyer.fill_cart().await;
        leaving.spawn(async move {
            buyer.check_out_once().await;
            buyer
        });
    }
    sleep(random.milliseconds(30..150)).await;
    for victim in VICTIMS {
        house.kill(victim);
        *kills.entry(victim).or_default() += 1;
    }
    let buyers = leaving.join_all().await;
    let killed = Instant::now();
    for victim in VICTIMS {
        house.start(victim);
    }
    for victim in VICTIMS {
        house.ready(victim).await;
    }

    // Nobody asks, and all the same every order that was recorded comes to an end.
    let books = Books::open(&house).await;
    books.settled(Duration::from_secs(60)).await;
    let recovered = killed.elapsed();
    let recovered_alone = books.orders().await;

    // Now they come back with their keys, and with all the others, twice.
    let mut asking = JoinSet::new();
    for buyer in buyers {
        asking.spawn(buyer.ask_again());
    }
    let checkouts: Vec<Checkout> = asking.join_all().await.into_iter().flatten().collect();
    house.audit().await;
    house.metrics().await;

    let orders = books.orders().await;
    let tally = compare(&checkouts, &orders, &books, &recovered_alone).await;
    books
        .expect_stock(&sold(&checkouts, &orders), &units(&products))
        .await;
    books.expect_nothing_reserved().await;
    books.expect_payments_as_the_acquirer_has_them().await;

    println!(
        "seed {seed}: {} kills {kills:?} in {streamed:.1?}; {tally:#?}",
        KILLS + 3
    );
    println!(
        "recovered {recovered:.1?} after the last kills, without being asked; {:.1?} in all",
        started.elapsed()
    );
    // Without these the test would have shown little.
    assert!(kills.len() == VICTIMS.len() && kills.values().sum::<usize>() >= 30);
    assert!(tally.confirmed > 50 && tally.declined > 5 && tally.asked_more_than_once > 10);
}

/// What became of all the checkouts.
#[derive(Debug, Default)]
struct Tally {
    confirmed: usize,
    cancelled_by_customer: usize,
    cancelled_by_shop: usize,
    declined: usize,
    given_up: usize,
    by_card: BTreeMap<(Card, u16), usize>,
    asked_more_than_once: usize,
    asked_at_most: u32,
    unanswered_and_recorded: usize,
    unanswered_and_not_recorded: usize,
}

/// One key of one buyer.
struct Checkout {
    buyer: Uuid,
    key: String,
    card: Card,
    lines: BTreeMap<Uuid, u32>,
    total: i64,
    /// None where the client left without an answer.
    told: Option<Told>,
    cancelled: bool,
    /// What the key was answered in the end, twice.
    again: Vec<Answer>,
    method: Uuid,
}

struct Buyer {
    person: Person,
    random: Random,
    products: Arc<Vec<Product>>,
    methods: BTreeMap<Card, Uuid>,
    cart: BTreeMap<Uuid, u32>,
    checkouts: Vec<Checkout>,
}

impl Buyer {
    async fn new(person: Person, random: Random, products: Arc<Vec<Product>>) -> Self {
        let mut methods = BTreeMap::new();
        for card in Card::ALL {
            methods.insert(card, person.method(card).await);
        }
        Self {
            person,
            random,
            products,
            methods,
            cart: BTreeMap::new(),
            checkouts: Vec::new(),
        }
    }

    async fn shop(mut self, is_over: Arc<AtomicBool>) -> Self {
        while !is_over.load(Ordering::Acquire) {
            self.fill_cart().await;
            let (key, card, method) = self.choose();
            let told = insist(&self.person, &key, method).await;
            self.note(key, card, method, Some(told));
            self.settle_cart().await;
            if self.random.below(6) == 0 {
                self.cancel().await;
            }
        }
        self
    }

    async fn check_out_once(&mut self) {
        sleep(self.random.milliseconds(0..150)).await;
        let (key, card, method) = self.choose();
        let answer = self.person.try_check_out(&key, method).await;
        let told = answer
            .ok()
            .filter(|it| matches!(it.status, 201 | 402))
            .map(|answer| Told {
                answer,
                attempts: 1,
            });
        self.note(key, card, method, told);
    }

    fn choose(&mut self) -> (String, Card, Uuid) {
        let card = *self.random.one_of(&CARDS);
        let key = format!("{}-{}", self.person.id, self.checkouts.len());
        (key, card, self.methods[&card])
    }

    fn note(&mut self, key: String, card: Card, method: Uuid, told: Option<Told>) {
        let lines = std::mem::take(&mut self.cart);
        let total = lines
            .iter()
            .map(|(id, quantity)| {
                let product = self.products.iter().find(|it| it.id == *id);
                product.expect("a product").price * i64::from(*quantity)
            })
            .sum();
        self.checkouts.push(Checkout {
            buyer: self.person.id,
            key,
            card,
            lines,
            total,
            told,
            cancelled: false,
            again: Vec::new(),
            method,
        });
    }

    async fn fill_cart(&mut self) {
        for _ in 0..1 + self.random.below(3) {
            let product = self.random.one_of(&self.products).id;
            let quantity = u32::try_from(1 + self.random.below(3)).expect("small");
            let path = format!("/api/cart/items/{product}");
            let body = json!({ "quantity": quantity });
            self.persist(Method::PUT, &path, Some(body))
                .await
                .expect(200);
            self.cart.insert(product, quantity);
        }
    }

    /// Until what was bought is out of the cart, or what was not is put back on the shelf.
    async fn settle_cart(&mut self) {
        let last = self.checkouts.last().and_then(|it| it.told.as_ref());
        if last.is_some_and(|it| it.answer.status != 201) {
            self.persist(Method::DELETE, "/api/cart", None)
                .await
                .expect(200);
        }
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let cart = self
                .persist(Method::GET, "/api/cart", None)
                .await
                .expect(200);
            if cart.body["items"].as_array().is_some_and(Vec::is_empty) {
                return;
            }
            assert!(Instant::now() < until, "the cart is still {:#}", cart.body);
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Calls the last order off, if it is one.
    async fn cancel(&mut self) {
        let last = self.checkouts.last_mut().expect("a checkout");
        let Some(told) = last.told.as_ref().filter(|it| it.answer.status == 201) else {
            return;
        };
        let path = format!("/api/orders/{}", told.answer.text("/id"));
        let cancel = format!("{path}/cancel");
        let answer = persist(&self.person, Method::POST, &cancel, Some(json!({}))).await;
        if !is_problem(&answer, "not-cancellable") {
            answer.expect(200);
        }
        // The answer to the cancellation itself may have been lost.
        let order = persist(&self.person, Method::GET, &path, None)
            .await
            .expect(200);
        assert_eq!(order.body["status"], "cancelled");
        last.cancelled = true;
    }

    /// Sends every key again until its answer is final, and then once more.
    async fn ask_again(mut self) -> Vec<Checkout> {
        for checkout in &mut self.checkouts {
            for _ in 0..2 {
                let told = insist(&self.person, &checkout.key, checkout.method).await;
                checkout.again.push(told.answer);
            }
        }
        self.checkouts
    }

    async fn persist(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        persist(&self.person, method, path, body).await
    }
}

/// Sends a request that does no harm twice until a service answers that is up.
async fn persist(person: &Person, method: Method, path: &str, body: Option<Value>) -> Answer {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = person
            .front
            .try_send(method.clone(), path, body.clone())
            .await;
        let last = match answer {
            Ok(answer) if !matches!(answer.status, 408 | 502..=504) => return answer,
            Ok(answer) => answer.body.to_string(),
            Err(error) => error.to_string(),
        };
        assert!(Instant::now() < until, "{method} {path}: {last}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Whether what clients were told, what the shop recorded and what the acquirer did are the same.
async fn compare(
    checkouts: &[Checkout],
    orders: &[Order],
    books: &Books,
    recovered_alone: &[Order],
) -> Tally {
    let mut tally = Tally::default();
    let mut by_key: HashMap<(Uuid, &str), Vec<&Order>> = HashMap::new();
    for order in orders {
        by_key
            .entry((order.user_id, &order.key))
            .or_default()
            .push(order);
    }
    assert_eq!(orders.len(), checkouts.len(), "an order for each key");
    let recorded: BTreeSet<_> = recovered_alone.iter().map(|it| it.id).collect();
    let charges = books.charges().await;

    for checkout in checkouts {
        let key = (checkout.buyer, checkout.key.as_str());
        let [order] = by_key[&key][..] else {
            panic!("{} has {:?}", checkout.key, by_key[&key]);
        };
        match &checkout.told {
            Some(told) => {
                tally.asked_more_than_once += usize::from(told.attempts > 1);
                tally.asked_at_most = tally.asked_at_most.max(told.attempts);
            }
            None if recorded.contains(&order.id) => tally.unanswered_and_recorded += 1,
            None => tally.unanswered_and_not_recorded += 1,
        }

        // Whenever it was asked, the answer was the same, and what happened is what was said.
        let told = checkout.told.iter().map(|it| &it.answer);
        let answers: Vec<_> = told.chain(&checkout.again).collect();
        let status = answers[0].status;
        *tally.by_card.entry((checkout.card, status)).or_default() += 1;
        for answer in answers {
            assert_eq!(answer.status, status, "{order:?}: {:#}", answer.body);
            match status {
                201 => {
                    assert_eq!(answer.text("/id"), order.id.to_string());
                    assert_eq!(answer.body["total"]["amount"], checkout.total, "{order:?}");
                    assert_eq!(lines(&answer.body), checkout.lines, "{order:?}");
                }
                402 => {
                    answer.clone().expect_problem(402, "payment-declined");
                }
                _ => panic!("{order:?} was answered {:#}", answer.body),
            }
        }
        assert_eq!(order.total, checkout.total, "{order:?}");

        let charges = charges.get(&order.id.to_string());
        let captured: i64 = charges.iter().map(|it| it.captured).sum();
        let refunded: i64 = charges.iter().map(|it| it.refunded).sum();
        let captures: i64 = charges.iter().map(|it| it.captures).sum();
        match (status, order.status.as_str()) {
            (201, "confirmed") => {
                assert!(checkout.card.is_good() && !checkout.cancelled, "{order:?}");
                assert_eq!(
                    (captured, refunded, captures),
                    (order.total, 0, 1),
                    "{order:?}"
                );
                tally.confirmed += 1;
            }
            (201, "cancelled") => {
                assert!(checkout.card.is_good(), "{order:?}");
                assert_eq!((captured, captures), (order.total, 1), "{order:?}");
                assert_eq!(refunded, order.total, "{order:?}");
                assert_eq!(order.refunded, order.total, "{order:?}");
                if checkout.cancelled {
                    tally.cancelled_by_customer += 1;
                } else {
                    tally.cancelled_by_shop += 1;
                }
            }
            (402, "payment_failed") => {
                assert_eq!(captured, refunded, "{order:?}");
                if checkout.card.is_good() {
                    assert_eq!(order.failure.as_deref(), Some("expired"), "{order:?}");
                    tally.given_up += 1;
                } else {
                    assert_eq!((captured, captures), (0, 0), "{order:?}");
                    tally.declined += 1;
                }
            }
            _ => panic!("{order:?} was answered {status}"),
        }
    }
    let known: BTreeSet<_> = orders.iter().map(|it| it.id.to_string()).collect();
    for reference in charges.keys() {
        assert!(known.contains(reference), "nobody ordered {reference}");
    }
    // Stock there was plenty, and time too.
    assert_eq!(
        (tally.cancelled_by_shop, tally.given_up),
        (0, 0),
        "{tally:#?}"
    );
    tally
}

fn lines(order: &Value) -> BTreeMap<Uuid, u32> {
    let lines = order["lines"].as_array().expect("lines");
    lines
        .iter()
        .map(|it| {
            let product = it["product_id"].as_str().expect("a product");
            let quantity = it["quantity"].as_u64().expect("a quantity");
            (
                product.parse().expect("an id"),
                quantity.try_into().expect("small"),
            )
        })
        .collect()
}

/// How many units of each product are with customers.
fn sold(checkouts: &[Checkout], orders: &[Order]) -> BTreeMap<Uuid, i64> {
    let confirmed: BTreeSet<_> = orders
        .iter()
        .filter(|it| it.status == "confirmed")
        .map(|it| (it.user_id, it.key.as_str()))
        .collect();
    let mut sold = BTreeMap::new();
    for checkout in checkouts {
        if confirmed.contains(&(checkout.buyer, checkout.key.as_str())) {
            for (product, quantity) in &checkout.lines {
                *sold.entry(*product).or_default() += i64::from(*quantity);
            }
        }
    }
    sold
}

fn units(products: &[Product]) -> BTreeMap<Uuid, i64> {
    products.iter().map(|it| (it.id, UNITS)).collect()
}
