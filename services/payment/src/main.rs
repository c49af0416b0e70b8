//! The payment service as a process of its own; `payment sandbox` is the sandbox acquirer alone.

use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(checked) = chassis::healthcheck::<8084>(std::env::args_os()) {
        return checked;
    }
    if let Some(migrated) =
        chassis::migrate(std::env::args_os(), "payment", &payment::MIGRATIONS).await
    {
        return migrated;
    }
    // The acquirer needs none of what the service needs, so it is a command line of its own.
    if std::env::args_os().nth(1).is_some_and(|it| it == "sandbox") {
        return sandbox().await;
    }
    let config = payment::Config::parse();
    let telemetry = telemetry::init(&config.telemetry, "payment")?;

    let service = payment::start(&config.service).await?;
    chassis::asked_to_stop().await?;
    service.stop().await?;

    telemetry.shutdown();
    Ok(())
}

async fn sandbox() -> anyhow::Result<()> {
    let config = payment::sandbox::Config::parse_from(std::env::args_os().skip(1));
    let telemetry = telemetry::init(&config.telemetry, "acquirer")?;

    let acquirer = payment::sandbox::start(&config.service).await?;
    chassis::asked_to_stop().await?;
    acquirer.stop().await?;

    telemetry.shutdown();
    Ok(())
}
