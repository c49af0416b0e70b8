//! `comptoir dora`: how well changes reach the shop, by Git and by what the pipeline remembers.
//!
//! [`events`] is what happened, [`history`] when it was written, [`keys`] what the figures mean, [`report`] what is
//! printed.

mod events;
mod history;
mod keys;
mod report;

use std::{path::PathBuf, process::ExitCode};

use chrono::{TimeDelta, Utc};

use crate::say;
use events::{Deployment, Event, Outcome};
use keys::{Delivered, Keys, Window};

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// What the pipeline remembers (ci/event).
    #[arg(
        long,
        default_value = "out/deployments/events.jsonl",
        value_name = "FILE"
    )]
    events: PathBuf,
    /// A clone of the shop's source that knows the commits that were deployed.
    #[arg(long, default_value = ".", value_name = "DIR")]
    repository: PathBuf,
    /// The environment.
    #[arg(long, default_value = "prod", value_name = "NAME")]
    environment: String,
    /// How far back.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    /// Print the figures as JSON, durations in seconds.
    #[arg(long, conflicts_with = "prometheus")]
    json: bool,
    /// Print them as Prometheus reads them, for a push gateway or the node exporter's text files.
    #[arg(long)]
    prometheus: bool,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let events = events::read(&args.events, &args.environment)?;
    let to = Utc::now();
    let window = Window {
        from: to - TimeDelta::days(args.days.into()),
        to,
    };
    let delivered = delivered(args, &events, window).await?;
    let keys = Keys::of(&events, &delivered, window);
    if args.json {
        say::line(report::json(&args.environment, &keys)?);
    } else if args.prometheus {
        say::line(report::prometheus(&args.environment, &keys)?.trim_end());
    } else {
        say::line(report::table(&args.environment, &keys));
    }
    Ok(ExitCode::SUCCESS)
}

/// Every commit that a deployment of the window brought for the first time.
async fn delivered(
    args: &Args,
    events: &[Event],
    window: Window,
) -> anyhow::Result<Vec<Delivered>> {
    let mut delivered = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    for deployment in deployments(events).filter(|it| it.outcome == Outcome::Deployed) {
        let revision = deployment.revision.as_str();
        if !history::knows(&args.repository, revision).await? {
            say::wrong(format_args!(
                "comptoir: lead times are without {revision}, which this clone does not know; git fetch --unshallow \
                 may bring it"
            ));
            continue;
        }
        if window.contains(deployment.at) {
            let commits = history::commits(&args.repository, revision, &before).await?;
            delivered.extend(commits.into_iter().map(|committed| Delivered {
                committed,
                deployed: deployment.at,
            }));
        }
        before.push(revision);
    }
    Ok(delivered)
}

fn deployments(events: &[Event]) -> impl Iterator<Item = &Deployment> {
    events.iter().filter_map(|event| match event {
        Event::Deployment(it) => Some(it),
        _ => None,
    })
}
