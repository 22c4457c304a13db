//! `sixin serve`

use std::path::PathBuf;
use std::task::Poll;

use actix_web::rt::signal::unix::{SignalKind, signal};
use sixin_storage::Database;

use super::CommandError;
use crate::api::Apis;
use crate::config::Config;
use crate::reloading::Reloading;
use crate::running::{Running, prepare_database};
use crate::{telemetry, traces};

/// The whole command, with parts of the API exchanged for others.
pub(crate) fn run_with(exchange: impl FnOnce(Apis) -> Apis) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(None)?;
    let collecting = traces::begin(&config.traces)?;
    telemetry::log(&config.log, collecting.as_ref());
    let database = prepare_database(&config)?.database;
    actix_web::rt::System::new().block_on(run(None, &config, database, exchange))?;
    Ok(())
}

/// Serves until it is stopped. SIGHUP has `file`, or the usual one, read again.
pub(super) async fn run(
    file: Option<PathBuf>,
    config: &Config,
    database: Database,
    exchange: impl FnOnce(Apis) -> Apis,
) -> Result<(), CommandError> {
    let url = database.options().url.to_string();
    let running = Running::start(config, database, exchange).await?;
    let metrics = running.metrics.map(|address| address.to_string()).unwrap_or_default();
    let console = running.console.map(|address| address.to_string());
    let tls = running.tls.is_some();
    tracing::info!(address = %running.address, tls, metrics, console, database = url, "sixin serves");
    let reloading = Reloading::new(file, config.clone());
    until_stopped(Some(&|| reloading.reload(&running))).await?;
    tracing::info!("stopping: finishing what was accepted");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Returns on SIGTERM or Ctrl-C; does that on SIGHUP, which otherwise ends the process.
pub(crate) async fn until_stopped(hung_up: Option<&dyn Fn()>) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up =
        hung_up.map(|act| Ok::<_, std::io::Error>((signal(SignalKind::hangup())?, act))).transpose()?;
    std::future::poll_fn(|context| {
        if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
            return Poll::Ready(());
        }
        while let Some((hang_up, act)) = &mut hang_up
            && hang_up.poll_recv(context).is_ready()
        {
            act();
        }
        Poll::Pending
    })
    .await;
    Ok(())
}
