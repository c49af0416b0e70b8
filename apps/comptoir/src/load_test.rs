//! `comptoir load`: a load test of a shop, with its audit as part of the verdict.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use load::{Comparison, Report};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    audit::{self, Books},
    data::{self, Data, Taken},
    say,
};

/// What to do; without a command, a run.
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: load::Args,
    #[command(flatten)]
    audit: AuditArgs,
}

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "The shop's books")]
struct AuditArgs {
    /// Leave the shop's books alone afterwards: for clients that cannot reach them.
    #[arg(long)]
    no_audit: bool,
    /// How many seconds the shop has to settle what is under way, before that counts as a failure.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    audit_wait: u64,
    #[command(flatten)]
    books: Books,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Puts two reports side by side; exits 1 where the second is worse than is tolerated.
    Compare {
        /// The report.json of the run before.
        before: PathBuf,
        /// That of the run after.
        after: PathBuf,
        /// How much slower, or how much less, in percent.
        #[arg(long, default_value_t = 10, value_name = "PERCENT")]
        tolerance: u32,
    },
    /// Makes one report of those of several clients that tested the same shop at once.
    Merge {
        /// Their report.json.
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// A folder for report.json and report.html.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// Exits 0 for a good run, 1 where an objective was missed or the books are not in order, 3 for a run that is void.
pub(crate) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.command {
        None => test(args).await,
        Some(Command::Compare {
            before,
            after,
            tolerance,
        }) => {
            let tolerance = f64::from(*tolerance) / 100.0;
            let (before, after) = (Report::read(before)?, Report::read(after)?);
            let comparison = Comparison::new(&before, &after, tolerance);
            say::line(comparison.to_string().trim_end());
            Ok(if comparison.is_tolerable() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Some(Command::Merge { reports, out }) => {
            let reports: anyhow::Result<_> = reports.iter().map(|it| Report::read(it)).collect();
            let report = load::merge(reports?)?;
            say::line(&report);
            conclude(&report, out.as_deref())
        }
    }
}

async fn test(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.audit.no_audit {
        args.audit.can_look_into(args.run.target())?;
    }
    let stop = CancellationToken::new();
    // Ends the run early; what was measured so far is reported.
    let asked = {
        let stop = stop.clone();
        tokio::spawn(async move {
            let asked = chassis::asked_to_stop().await;
            stop.cancel();
            asked
        })
    };
    let report = load::measure(&args.run, &stop).await;
    asked.abort();
    let mut report = report?;
    if !args.audit.no_audit {
        report.audit = args.audit.result().await;
    }
    report.judge(&args.run.objectives());
    if args.run.is_json() {
        say::line(serde_json::to_string(&report)?);
    } else {
        say::line(&report);
    }
    conclude(&report, args.run.out())
}

/// Writes the report where there is a folder for it, and exits as it says.
fn conclude(report: &Report, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    if let Some(out) = out {
        let write = |name: &str, text: String| {
            let path = out.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        write("report.json", serde_json::to_string_pretty(report)?)?;
        write("report.html", load::page(report))?;
    }
    Ok(ExitCode::from(report.verdict.exit_code()))
}

impl AuditArgs {
    /// Before a run, so that nobody learns after half an hour that the books cannot be seen, or are another shop's.
    fn can_look_into(&self, target: &Url) -> anyhow::Result<()> {
        let Some(folder) = self.books.folder() else {
            return Ok(());
        };
        let how = "name the folder of the shop with --data or its databases with --database-url, or say --no-audit";
        if !folder.is_dir() {
            bail!(
                "there is no shop in {}, whose books could be checked: {how}",
                folder.display()
            );
        }
        if let Taken::Here(_) = Data::take(folder)? {
            bail!("the shop in {} is not open: {how}", folder.display());
        }
        let announced = data::announced(folder)?.url;
        if announced.port_or_known_default() != target.port_or_known_default() {
            bail!(
                "the shop in {} is {announced}, and not the target: {how}",
                folder.display()
            );
        }
        Ok(())
    }

    /// Books that could not be seen are not known to be in order.
    async fn result(&self) -> load::Audit {
        let options = audit::Options {
            wait_seconds: self.audit_wait,
        };
        match audit::report(&self.books, &options).await {
            Ok(report) if report.is_clean() => load::Audit::Clean(report.to_string()),
            Ok(report) => load::Audit::Unclean(report.to_string()),
            Err(error) => load::Audit::Unclean(format!("the audit was not possible: {error:#}")),
        }
    }
}
