//! Sends visitors on their journeys: at their own times (open), or one after the other (closed).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{interval, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    arrivals::{Arrivals, Spacing},
    customers::{Customer, Customers},
    journeys::{Supply, Traveller},
    mix::{Journey, Mix},
    plan::Stage,
    prepare,
    record::{Ended, NotStarted, Recorder, StageResult},
    target::Target,
    visit::{Stop, Visit},
};

/// All that a run needs while it runs.
pub(crate) struct Run {
    pub(crate) target: Target,
    pub(crate) supply: Supply,
    pub(crate) customers: Customers,
    pub(crate) recorder: Recorder,
    pub(crate) mix: Mix,
    /// How long an answer to a checkout is asked for.
    pub(crate) patience: Duration,
    /// When the measured time begins: after the warm-up.
    pub(crate) begins: Instant,
}

/// Visitors who come at their own times.
pub(crate) struct Open<'a> {
    pub(crate) stages: &'a [Stage],
    pub(crate) spacing: Spacing,
    pub(crate) seed: u64,
    /// How many journeys may be under way; who comes then is counted and not sent.
    pub(crate) in_flight: usize,
    /// Whether to end with the first stage that the shop does not keep up with.
    pub(crate) until_it_breaks: bool,
}

/// Visitors of whom each comes again when the last journey is over.
pub(crate) struct Closed {
    pub(crate) users: usize,
    pub(crate) seconds: f64,
    pub(crate) pause: Duration,
    pub(crate) seed: u64,
}

/// How often it is looked whether this client gets its turn: what it learns late it measures as slow.
const HEARTBEAT: Duration = Duration::from_millis(10);
/// Customers cared for at once.
const CARED_FOR: usize = 16;
/// The first stage in which less than this share of what is offered is done well is beyond the knee.
const KEPT_UP: f64 = 0.95;

impl Run {
    /// How far into the measured time it is; none before.
    fn at(&self, now: Instant) -> Option<Duration> {
        now.checked_duration_since(self.begins)
    }

    /// One journey, from when it was to begin.
    async fn travel(
        &self,
        journey: Journey,
        mut customer: Option<Customer>,
        random: fastrand::Rng,
        intended: Instant,
        stage: usize,
    ) {
        self.recorder.lag(intended.elapsed());
        let mut visit = Visit::new(&self.target, self.patience);
        let mut traveller = Traveller {
            visit: &mut visit,
            supply: &self.supply,
            random,
        };
        let result = match &mut customer {
            Some(customer) => traveller.as_customer(journey, customer).await,
            None => traveller.as_guest(journey).await,
        };
        let now = Instant::now();
        self.recorder.ended(&Ended {
            journey,
            measured: self.at(intended).map(|_| stage),
            took: now.saturating_duration_since(intended),
            ended: self.at(now),
            result,
            steps: visit.steps,
            errors: visit.errors,
            retries: visit.retries,
        });
        if let Some(mut customer) = customer {
            customer.left_a_cart |= result.is_err();
            self.customers.give_back(customer);
        }
    }

    /// The customer for a journey, if it needs one.
    fn companion(&self, journey: Journey) -> Result<Option<Customer>, NotStarted> {
        if !journey.needs_a_customer() {
            return Ok(None);
        }
        let customer = self.customers.take();
        customer.map(Some).ok_or(NotStarted::NoCustomerFree)
    }
}

/// Offers `open` until it is over or `stop` says so, and waits for the journeys that are under way. For how long
/// it was measured.
pub(crate) async fn open(
    run: &Arc<Run>,
    open: &Open<'_>,
    warm_up: Duration,
    stop: &CancellationToken,
) -> f64 {
    let places = Arc::new(Semaphore::new(open.in_flight));
    let mut random = fastrand::Rng::with_seed(open.seed);
    let rate = open.stages.first().map_or(0.0, |it| it.rate);
    let before = [Stage {
        rate,
        seconds: warm_up.as_secs_f64(),
    }];
    let warming = Arrivals::new(&before, open.spacing, open.seed.wrapping_add(1))
        .map(|it| (run.begins - warm_up + it.at, None));
    let measured = Arrivals::new(open.stages, open.spacing, open.seed)
        .map(|it| (run.begins + it.at, Some(it)));
    let (mut newest, mut broke) = (0, false);
    for (intended, arrival) in warming.chain(measured) {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = sleep_until(intended.into()) => {}
        }
        let stage = arrival.map_or(0, |it| it.stage);
        if open.until_it_breaks && stage > newest {
            broke = !run.recorder.stage(newest).is_some_and(|it| it.kept_up());
            if broke {
                break;
            }
        }
        newest = stage;
        let journey = run.mix.draw(&mut random);
        let seed = random.fork();
        let sent = send(run, &places, journey, seed, intended, stage);
        if let Some(arrival) = arrival {
            let in_flight = open.in_flight - places.available_permits();
            run.recorder.offered(stage, arrival.at, in_flight);
            if let Err(why) = sent {
                run.recorder.not_started(stage, arrival.at, why);
            }
        }
    }
    let reached = if broke { newest + 1 } else { open.stages.len() };
    let reached = open.stages.iter().take(reached).map(|it| it.seconds);
    let until = run.begins + Duration::from_secs_f64(reached.sum());
    let measured = close(run, until, stop).await;
    drain(run, &places, open.in_flight).await;
    measured
}

/// Waits for the end of the measured time, which the last arrival is before. For how long it was measured.
async fn close(run: &Run, until: Instant, stop: &CancellationToken) -> f64 {
    tokio::select! {
        () = stop.cancelled() => {}
        () = sleep_until(until.into()) => {}
    }
    let measured = run.at(Instant::now().min(until)).unwrap_or_default();
    run.recorder.close(measured);
    measured.as_secs_f64()
}

/// Sends somebody off, if there is a place and, where one is needed, a customer.
fn send(
    run: &Arc<Run>,
    places: &Arc<Semaphore>,
    journey: Journey,
    random: fastrand::Rng,
    intended: Instant,
    stage: usize,
) -> Result<(), NotStarted> {
    let place: OwnedSemaphorePermit = Arc::clone(places)
        .try_acquire_owned()
        .map_err(|_all_taken| NotStarted::TooManyInFlight)?;
    let customer = run.companion(journey)?;
    let run = Arc::clone(run);
    tokio::spawn(async move {
        run.travel(journey, customer, random, intended, stage).await;
        drop(place);
    });
    Ok(())
}

/// Waits for those who are under way, which ends: every request has a deadline, and asking again has one.
async fn drain(run: &Run, places: &Semaphore, all: usize) {
    let longest = 2 * run.patience + Duration::from_secs(60);
    let all = u32::try_from(all).unwrap_or(u32::MAX);
    // A journey that outlasts this is in no figure, and its customers' order is the audit's.
    let _ = timeout(longest, places.acquire_many(all)).await;
}

/// Lets `closed` users come one journey after the other. For how long it was measured.
pub(crate) async fn closed(run: &Arc<Run>, closed: &Closed, stop: &CancellationToken) -> f64 {
    let until = run.begins + Duration::from_secs_f64(closed.seconds);
    let mut random = fastrand::Rng::with_seed(closed.seed);
    let mut users = JoinSet::new();
    for _ in 0..closed.users {
        let (run, stop, random, pause) =
            (Arc::clone(run), stop.clone(), random.fork(), closed.pause);
        let users_now = closed.users;
        users.spawn(async move { come_again(&run, random, until, pause, users_now, &stop).await });
    }
    let measured = close(run, until, stop).await;
    while users.join_next().await.is_some() {}
    measured
}

async fn come_again(
    run: &Run,
    mut random: fastrand::Rng,
    until: Instant,
    pause: Duration,
    users: usize,
    stop: &CancellationToken,
) {
    while Instant::now() < until && !stop.is_cancelled() {
        let journey = run.mix.draw(&mut random);
        let now = Instant::now();
        match run.companion(journey) {
            Ok(customer) => {
                if let Some(at) = run.at(now) {
                    run.recorder.offered(0, at, users);
                }
                run.travel(journey, customer, random.fork(), now, 0).await;
                sleep(pause).await;
            }
            // Waiting is what users of a closed model do.
            Err(_) => sleep(HEARTBEAT).await,
        }
    }
}

/// Measures how late this client's own timers are, until it is dropped.
pub(crate) async fn watch_own_lag(run: Arc<Run>) {
    let mut beat = interval(HEARTBEAT);
    loop {
        let due = beat.tick().await;
        run.recorder.lag(due.elapsed());
    }
}

/// Refreshes tokens, forgets cards and empties carts, between journeys, until it is dropped.
pub(crate) async fn look_after_customers(run: Arc<Run>) {
    let mut beat = interval(HEARTBEAT);
    let mut cared_for = JoinSet::new();
    loop {
        beat.tick().await;
        while cared_for.try_join_next().is_some() {}
        while cared_for.len() < CARED_FOR
            && let Some(mut customer) = run.customers.take_for_care()
        {
            let run = Arc::clone(&run);
            cared_for.spawn(async move {
                let mut visit = Visit::new(&run.target, run.patience);
                let cared_for: Result<(), Stop> =
                    prepare::care_for(&mut visit, &mut customer).await;
                run.recorder.beside(&visit.steps, &visit.errors);
                // Who could not be cared for would be in the way for ever; the error is counted.
                if cared_for.is_ok() {
                    run.customers.add(customer);
                }
            });
        }
    }
}

impl StageResult {
    /// Whether the shop did what it was offered. The last journeys of a stage end in the next one, and it gets those of
    /// the one before: how many that are differs by chance, and by more of the whole where few come.
    pub(crate) fn kept_up(&self) -> bool {
        let lost = count(self.not_started + self.failed);
        let offered = count(self.offered);
        count(self.achieved) >= KEPT_UP * offered - offered.sqrt()
            && lost <= (1.0 - KEPT_UP) * offered
    }
}

/// A count as a number to calculate shares with.
#[expect(
    clippy::as_conversions,
    reason = "exact up to 2^53, and no run has so many"
)]
pub(crate) fn count(count: u64) -> f64 {
    count as f64
}
