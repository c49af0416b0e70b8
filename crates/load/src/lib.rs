//! Load tests of the shop, through its public API.
//!
//! Visitors come at their own times, whatever the shop does (an open model), and each journey is timed from when it
//! was to begin: a shop that stalls is seen to stall by everybody who would have come meanwhile. Who could not be
//! sent is counted, and when it is this client that was late the run is void.
//!
//! Read in this order: [`plan`] and [`mix`] (what is asked for), [`arrivals`] (who comes when), [`drive`] (sends
//! them), [`journeys`] (what they do) by [`visit`] (their requests), [`record`] (what happened), [`report`] (whether
//! that is good). Its users are `comptoir load` and its tests.

mod args;
mod arrivals;
mod chart;
mod compare;
mod customers;
mod drive;
mod environment;
mod journeys;
mod merge;
mod mix;
mod page;
mod plan;
mod prepare;
mod progress;
mod record;
mod report;
mod slo;
mod summary;
mod target;
mod timing;
mod visit;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use chrono::Utc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use args::Args;
pub use compare::Comparison;
pub use merge::merge;
pub use page::page;
pub use report::{Audit, Report, Verdict};

use args::Plan;
use customers::Customers;
use drive::{Closed, Open, Run};
use environment::{Environment, own_cpu};
use journeys::Supply;
use plan::{Profile, Stage};
use record::Recorder;
use report::{Circumstances, Model};
use target::Target;

/// Prepares a run, makes it, and says what it showed; `stop` ends it early. Nothing is judged yet, for the audit
/// comes first: [`Report::judge`].
///
/// # Errors
/// Where the run could not be made: a target that is not ours to test, or a shop that does not even take the accounts
/// that are needed.
pub async fn measure(args: &Args, stop: &CancellationToken) -> anyhow::Result<Report> {
    let plan = args.plan()?;
    let mix = args.mix();
    let mut environment = Environment::before(&args.probe);
    let target = Target::new(&args.target, args.deadline, args.i_own_this_target).await?;
    let customers = Customers::default();
    let stages = match &plan {
        Plan::Open { stages, .. } => stages.clone(),
        Plan::Closed { seconds, .. } => vec![Stage {
            rate: 0.0,
            seconds: *seconds,
        }],
    };
    let recorder = Recorder::new(&stages);
    let products = prepare::products(&target).await?;
    if let Some(units) = args.restock {
        let password = args
            .staff_password
            .as_ref()
            .context("--restock needs the staff's password")?;
        prepare::restock(&target, &products, units, &args.staff_email, password).await?;
    }
    let wanted = args.customers(&plan, &mix);
    tokio::select! {
        () = stop.cancelled() => bail!("stopped before anything was measured"),
        signed_up = sign_up(&target, wanted, &customers, &recorder) => signed_up?,
    }

    let is_a_sale = args.hot_sku || args.profile() == Some(Profile::HotSku);
    let hot = is_a_sale.then(|| products.first().cloned()).flatten();
    let begins = Instant::now() + args.warm_up + SOON;
    let run = Arc::new(Run {
        target,
        supply: Supply {
            products,
            hot,
            declines: args.declines,
            faults: args.faults,
        },
        customers,
        recorder,
        mix: mix.clone(),
        patience: args.patience,
        begins,
    });
    let mut company = JoinSet::new();
    company.spawn(drive::watch_own_lag(Arc::clone(&run)));
    company.spawn(drive::look_after_customers(Arc::clone(&run)));
    company.spawn(progress::show(Arc::clone(&run)));
    let began_at = Utc::now() + args.warm_up + SOON;
    let before = own_cpu();
    let measured_seconds = match &plan {
        Plan::Open {
            until_it_breaks, ..
        } => {
            let open = Open {
                stages: &stages,
                spacing: args.arrivals,
                seed: args.seed,
                in_flight: usize::try_from(args.in_flight)?,
                until_it_breaks: *until_it_breaks,
            };
            drive::open(&run, &open, args.warm_up, stop).await
        }
        Plan::Closed { users, seconds } => {
            let closed = Closed {
                users: usize::from(*users),
                seconds: *seconds,
                pause: args.pause,
                seed: args.seed,
            };
            drive::closed(&run, &closed, stop).await
        }
    };
    company.shutdown().await;
    progress::done();
    environment.own_cpu_seconds = before
        .zip(own_cpu())
        .map(|(before, after)| after.saturating_sub(before).as_secs_f64());
    let circumstances = Circumstances {
        began_at,
        target: args.target.to_string(),
        model: match plan {
            Plan::Open { .. } => Model::Open {
                spacing: args.arrivals,
                seed: args.seed,
            },
            Plan::Closed { users, .. } => Model::Closed {
                users: users.into(),
                pause_ms: u64::try_from(args.pause.as_millis())?,
            },
        },
        profile: args.profile(),
        mix,
        measured_seconds,
        ended_early: stop.is_cancelled(),
        largest_lag: args.max_lag,
        environment,
    };
    Ok(Report::new(circumstances, run.recorder.so_far()))
}

/// Between the preparation and the first visitor.
const SOON: Duration = Duration::from_millis(100);

async fn sign_up(
    target: &Target,
    wanted: usize,
    customers: &Customers,
    recorder: &Recorder,
) -> anyhow::Result<()> {
    let counting = async {
        loop {
            progress::preparing(customers.count(), wanted);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        done = prepare::sign_up(target, wanted, customers, |steps| recorder.beside(steps, &[])) => done,
        () = counting => Ok(()),
    }
}
