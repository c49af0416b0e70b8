//! The storefront as a process of its own.

use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(checked) = chassis::healthcheck::<8086>(std::env::args_os()) {
        return checked;
    }
    let config = storefront::Config::parse();
    let telemetry = telemetry::init(&config.telemetry, "storefront")?;

    let service = storefront::start(&config.service).await?;
    chassis::asked_to_stop().await?;
    service.stop().await?;

    telemetry.shutdown();
    Ok(())
}
