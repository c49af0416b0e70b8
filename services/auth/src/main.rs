//! The auth service as a process of its own.

use auth::{Command, Config};
use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(checked) = chassis::healthcheck::<8081>(std::env::args_os()) {
        return checked;
    }
    if let Some(migrated) = chassis::migrate(std::env::args_os(), "auth", &auth::MIGRATIONS).await {
        return migrated;
    }
    let config = Config::parse();
    let telemetry = telemetry::init(&config.telemetry, "auth")?;

    match &config.command {
        Some(Command::GrantStaff { email }) => {
            auth::set_staff(&config.service, email, true).await?
        }
        Some(Command::RevokeStaff { email }) => {
            auth::set_staff(&config.service, email, false).await?;
        }
        None => {
            let service = auth::start(&config.service).await?;
            chassis::asked_to_stop().await?;
            service.stop().await?;
        }
    }

    telemetry.shutdown();
    Ok(())
}
