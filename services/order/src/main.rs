//! The order service as a process of its own.

use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(checked) = chassis::healthcheck::<8085>(std::env::args_os()) {
        return checked;
    }
    if let Some(migrated) = chassis::migrate(std::env::args_os(), "order", &order::MIGRATIONS).await
    {
        return migrated;
    }
    let config = order::Config::parse();
    let telemetry = telemetry::init(&config.telemetry, "order")?;

    let service = order::start(&config.service).await?;
    chassis::asked_to_stop().await?;
    service.stop().await?;

    telemetry.shutdown();
    Ok(())
}
