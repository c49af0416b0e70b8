//! What a run is asked for.

use std::{path::PathBuf, time::Duration};

use anyhow::bail;
use secrecy::SecretString;
use url::Url;

use crate::{
    arrivals::Spacing,
    mix::Mix,
    plan::{Profile, Stage, duration, number},
    slo::Objective,
};

/// A load test of a shop, through its public API.
#[derive(Clone, Debug, clap::Args)]
// By default groups are called as their types are, and a command that has this one has `Args` of its own.
#[group(id = "load")]
pub struct Args {
    /// The shop's address. Only loopback and private networks are tested, unless the target is said to be yours.
    #[arg(
        long,
        env = "COMPTOIR_TARGET",
        default_value = "http://localhost:8080",
        value_name = "URL"
    )]
    pub(crate) target: Url,
    /// Says that a target on the internet is your own.
    #[arg(long)]
    pub(crate) i_own_this_target: bool,
    /// A named plan around --rate; smoke where no stage and no users are given.
    #[arg(long, conflicts_with_all = ["stages", "users"])]
    pub(crate) profile: Option<Profile>,
    /// The usual rate of the shop in journeys a second, that profiles are made of; at a breakpoint the first one.
    #[arg(long, default_value = "20", value_parser = rate, value_name = "RATE")]
    pub(crate) rate: f64,
    /// A rate and for how long, as in 50/s:30s; repeated, one after the other.
    #[arg(
        long = "stage",
        id = "stages",
        value_name = "STAGE",
        conflicts_with = "users"
    )]
    pub(crate) stages: Vec<Stage>,
    /// A closed model: so many users who each come again when the last journey is over. It slows down with the shop,
    /// and so hides what a stall does to those who would have come.
    #[arg(long, requires = "lasts", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) users: Option<u16>,
    /// For how long users come.
    #[arg(long = "for", id = "lasts", requires = "users", value_parser = duration, value_name = "DURATION")]
    pub(crate) lasts: Option<Duration>,
    /// What users wait between two journeys.
    #[arg(long, requires = "users", value_parser = duration, default_value = "0s", value_name = "DURATION")]
    pub(crate) pause: Duration,
    /// Which journeys, by weight, as in browse=60,abandon=20,purchase=15,returning=5; sign-in is one too.
    #[arg(long)]
    pub(crate) mix: Option<Mix>,
    /// A sale: every purchase is of the same one product. The profile of that name does so anyway.
    #[arg(long)]
    pub(crate) hot_sku: bool,
    /// How the times between two visitors vary.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) arrivals: Spacing,
    /// What everything random is drawn from: the same seed is the same run.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Journeys at the first rate before anything is measured.
    #[arg(long, default_value = "2s", value_parser = duration, value_name = "DURATION")]
    pub(crate) warm_up: Duration,
    /// How many journeys may be under way. Who comes then is counted, and not sent.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) in_flight: u32,
    /// How many accounts to make before; by default what the rate and the mix need, at most 2000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) customers: Option<u32>,
    /// Which share of the purchases is with a card that is declined, as in 5%.
    #[arg(long, default_value = "0%", value_parser = share, value_name = "SHARE")]
    pub(crate) declines: f64,
    /// Which share is with a card that makes the acquirer slow, deaf or unavailable.
    #[arg(long, default_value = "0%", value_parser = share, value_name = "SHARE")]
    pub(crate) faults: f64,
    /// How long a request may take.
    #[arg(long, default_value = "10s", value_parser = duration, value_name = "DURATION")]
    pub(crate) deadline: Duration,
    /// How long a checkout without a definite answer is sent again, under its key.
    #[arg(long, default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub(crate) patience: Duration,
    /// The lateness of this client's own timers, at the 99th percentile, from which on a run is void.
    #[arg(long, default_value = "50ms", value_parser = duration, value_name = "DURATION")]
    pub(crate) max_lag: Duration,
    /// What the run has to show, as in 'checkout.p99<50ms', 'checkout.rate>=300' or 'errors<0.1%'; repeated. Without
    /// one about errors it is errors<1%, except for profiles that are to break the shop.
    #[arg(long = "slo", id = "slo", value_name = "OBJECTIVE")]
    pub(crate) objectives: Vec<Objective>,
    /// Fills the shelves before: at least so many units of each product that is bought. It needs the staff's password.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000), requires = "staff_password")]
    pub(crate) restock: Option<u32>,
    /// Who fills them.
    #[arg(
        long,
        env = "COMPTOIR_STAFF_EMAIL",
        default_value = "admin@example.com",
        value_name = "EMAIL"
    )]
    pub(crate) staff_email: String,
    /// The staff's password, or @ and the file that holds it.
    #[arg(long, env = "COMPTOIR_STAFF_PASSWORD", hide_env_values = true, value_parser = secret::read, value_name = "PASSWORD")]
    pub(crate) staff_password: Option<SecretString>,
    /// A folder on the disk whose durable writes are timed, for the report: best that of the shop's database.
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub(crate) probe: PathBuf,
    /// A folder for report.json and report.html.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the report as JSON instead of a summary.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Accounts beyond this take minutes of password hashing; who needs more says so.
const CUSTOMERS: f64 = 2000.0;
/// How long a customer is busy with a journey and rests after it, in seconds, with some to spare.
const BUSY: f64 = 2.5;

/// How visitors come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plan {
    Open {
        stages: Vec<Stage>,
        until_it_breaks: bool,
    },
    Closed {
        users: u16,
        seconds: f64,
    },
}

impl Args {
    /// Where the shop is.
    pub fn target(&self) -> &Url {
        &self.target
    }

    /// A folder for the report.
    pub fn out(&self) -> Option<&std::path::Path> {
        self.out.as_deref()
    }

    /// Whether the report is printed as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn profile(&self) -> Option<Profile> {
        let is_named = self.stages.is_empty() && self.users.is_none();
        self.profile.or(is_named.then_some(Profile::Smoke))
    }

    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        if let (Some(users), Some(lasts)) = (self.users, self.lasts) {
            let seconds = lasts.as_secs_f64();
            if seconds <= 0.0 {
                bail!("--for is more than nothing");
            }
            return Ok(Plan::Closed { users, seconds });
        }
        let profile = self.profile();
        let stages = profile.map_or_else(|| self.stages.clone(), |it| it.stages(self.rate));
        if stages.iter().all(|it| it.rate <= 0.0) {
            bail!("nobody would come: every rate is 0");
        }
        let until_it_breaks = profile == Some(Profile::Breakpoint);
        Ok(Plan::Open {
            stages,
            until_it_breaks,
        })
    }

    pub(crate) fn mix(&self) -> Mix {
        let of_profile = || self.profile().map(Profile::mix).unwrap_or_default();
        self.mix.clone().unwrap_or_else(of_profile)
    }

    /// What the run has to show.
    pub fn objectives(&self) -> Vec<Objective> {
        let mut objectives = self.objectives.clone();
        let is_to_break = self.profile().is_some_and(Profile::breaks_the_shop);
        if !is_to_break && !objectives.iter().any(Objective::is_about_errors) {
            objectives.extend("errors<1%".parse());
        }
        objectives
    }

    /// How many accounts the plan needs.
    pub(crate) fn customers(&self, plan: &Plan, mix: &Mix) -> usize {
        let share = mix.share_of_customers();
        let given = self.customers.map(f64::from);
        let needed = match plan {
            Plan::Open { stages, .. } => {
                let highest = stages.iter().map(|it| it.rate).fold(0.0, f64::max);
                highest * share * BUSY
            }
            Plan::Closed { users, .. } => f64::from(*users) * 16.0,
        };
        let needed = if share > 0.0 {
            given.unwrap_or((needed + 16.0).min(CUSTOMERS))
        } else {
            0.0
        };
        #[expect(clippy::as_conversions, reason = "from 0 to 100000")]
        let needed = needed.ceil() as usize;
        needed
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = number(text).filter(|it| *it > 0.0 && *it <= 10_000.0);
    rate.ok_or_else(|| "a rate is above 0 and at most 10000 journeys a second".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text
        .strip_suffix('%')
        .and_then(number)
        .filter(|it| *it <= 100.0);
    share
        .map(|it| it / 100.0)
        .ok_or_else(|| "a share is from 0% to 100%".to_owned())
}
