//! `sixin serve`

use actix_web::rt::signal::unix::{SignalKind, signal};
use sixin_storage::Database;

use super::CommandError;
use crate::api::Apis;
use crate::config::Config;
use crate::running::{Running, prepare_database};
use crate::telemetry;

/// The whole command, with parts of the API exchanged for others.
pub(crate) fn run_with(exchange: impl FnOnce(Apis) -> Apis) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(None)?;
    telemetry::log(&config.log);
    let database = prepare_database(&config)?.database;
    actix_web::rt::System::new().block_on(run(&config, database, exchange))?;
    Ok(())
}

pub(super) async fn run(
    config: &Config,
    database: Database,
    exchange: impl FnOnce(Apis) -> Apis,
) -> Result<(), CommandError> {
    let url = database.options().url.to_string();
    let running = Running::start(config, database, exchange).await?;
    let metrics = running.metrics.map(|address| address.to_string()).unwrap_or_default();
    let console = running.console.map(|address| address.to_string());
    tracing::info!(address = %running.address, metrics, console, database = url, "sixin serves");
    until_stopped().await?;
    tracing::info!("stopping: finishing what was accepted");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Returns on SIGTERM or Ctrl-C.
pub(crate) async fn until_stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    std::future::poll_fn(|context| {
        if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
            return std::task::Poll::Ready(());
        }
        std::task::Poll::Pending
    })
    .await;
    Ok(())
}
