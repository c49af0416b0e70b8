//! The operator's tool.
//!
//! `comptoir` opens the whole shop in one process, on one port; `comptoir audit` proves that it kept its
//! promises, and `comptoir load` tests how much it bears. Read in this order: [`run`] (the command), [`shop`]
//! (which service needs what), [`gateway`] (the one port), [`databases`] (embedded ones, or a server's),
//! [`audit`] (the invariants), [`auditor`] (who checks them while the shop is open), [`load_test`] (the load
//! test, whose work is done in the crate `load`), [`dora`] (how well changes reach it).

#![cfg_attr(
    not(feature = "shop"),
    allow(dead_code, reason = "much of what the audit stands on is for the shop")
)]

mod audit;
#[cfg(feature = "shop")]
mod auditor;
mod data;
mod databases;
mod dora;
#[cfg(feature = "embedded-database")]
mod embedded;
#[cfg(feature = "shop")]
mod gateway;
mod load_test;
#[cfg(feature = "shop")]
mod management;
#[cfg(feature = "shop")]
mod run;
mod say;
#[cfg(feature = "shop")]
mod secrets;
mod server;
#[cfg(feature = "shop")]
mod shop;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A shop in one process: without a command, opens it.
#[derive(Parser)]
#[command(name = "comptoir", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[cfg(feature = "shop")]
    #[command(flatten)]
    run: run::Args,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the shop's promises about orders, money and stock over its databases.
    Audit(Box<audit::Args>),
    /// Says how well changes reach the shop: the four keys of DORA, and how fast vulnerabilities are found and fixed.
    Dora(dora::Args),
    /// Tests how much a shop bears, and whether its books are in order afterwards.
    Load(Box<load_test::Args>),
}

/// What a command that could not do its work exits with; 1 is left to "it did, and the answer is no".
const FAILED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        #[cfg(feature = "shop")]
        None => run::run(&cli.run).await,
        #[cfg(not(feature = "shop"))]
        None => Err(anyhow::anyhow!(
            "this build has no shop in one process; it audits: comptoir audit --help"
        )),
        Some(Command::Audit(args)) => audit::run(&args).await,
        Some(Command::Dora(args)) => dora::run(&args).await,
        Some(Command::Load(args)) => load_test::run(&args).await,
    };
    result.unwrap_or_else(|error| {
        say::wrong(format_args!("comptoir: {error:#}"));
        ExitCode::from(FAILED)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }
}
