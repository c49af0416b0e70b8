//! The operator's tool.
//!
//! `comptoir` opens the whole shop in one process, on one port; `comptoir audit` proves that it kept its
//! promises. Read in this order: [`run`] (the command), [`shop`] (which service needs what), [`gateway`]
//! (the one port), [`databases`] (embedded ones, or a server's), [`audit`] (the invariants), [`auditor`] (who
//! checks them while the shop is open).

mod audit;
mod auditor;
mod data;
mod databases;
#[cfg(feature = "embedded-database")]
mod embedded;
mod gateway;
mod management;
mod run;
mod say;
mod secrets;
mod server;
mod shop;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A shop in one process: without a command, opens it.
#[derive(Parser)]
#[command(name = "comptoir", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Args,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the shop's promises about orders, money and stock over its databases.
    Audit(audit::Args),
}

/// What a command that could not do its work exits with; 1 is left to "it did, and the answer is no".
const FAILED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        None => run::run(&cli.run).await,
        Some(Command::Audit(args)) => audit::run(&args).await,
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
