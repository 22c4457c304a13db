//! `sixin demo`: everything a newcomer needs to see, made on the spot.

mod credentials;
mod people;
mod show;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use sixin_storage::Database;
use thiserror::Error;

pub(crate) use credentials::{Credentials, credentials_path, read_credentials};

use crate::api::Apis;
use crate::cli::Demo;
use crate::commands::until_stopped;
use crate::config::{Config, ConfigError, TlsValues};
use crate::output::say;
use crate::reference::filled_in;
use crate::running::{Running, StartError};

/// Why the demo can't be shown.
#[derive(Debug, Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] sixin_application::ports::StoreError),
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    #[error("{0} is not what a demo wrote ({1}); remove it and run the demo again")]
    BadCredentials(String, #[source] serde_json::Error),
    #[error("making the demo's keys and users failed: {0}")]
    Setup(String),
    #[error("the server did not answer: {0}")]
    Call(String),
    #[error("a message was not accepted: {0}")]
    Refused(String),
    #[error("can't wait for Ctrl-C")]
    Signal(#[from] std::io::Error),
}

/// Bends the configuration to the demo: its own directory and address, no metrics, a quiet log.
pub(crate) fn configure(config: &mut Config, demo: &Demo) -> Result<(), DemoError> {
    use_directory(config, &demo.dir)?;
    config.server.listen = demo.listen;
    config.metrics.listen.clear();
    // It calls itself, and everything it prints is for this machine.
    config.server.tls = TlsValues::default();
    config.log.level = "warn".to_owned();
    Ok(())
}

/// Uses the database in the demo's directory, which is made if it does not exist.
pub(crate) fn use_directory(config: &mut Config, dir: &Path) -> Result<(), DemoError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| DemoError::File(dir.display().to_string(), error))?;
    config.database.url = format!("sqlite://{}", dir.join("sixin.db").display());
    config.database.migrate_at_start = true;
    config.files.folder = dir.join("files");
    config.files.arriving = dir.join("arriving");
    Ok(())
}

/// Shows everything, then serves until Ctrl-C.
pub(crate) async fn run(config: &Config, database: Database, demo: &Demo) -> Result<(), DemoError> {
    let credentials = credentials::prepare(&database, &demo.dir).await?;
    // Whoever reaches the pages may use the demo's keys, so they are there only where nobody else reaches them.
    let is_ours = demo.listen.ip().is_loopback();
    let sdk = demo.client_sdk.as_deref().map(people::Sdk::read).transpose()?;
    let running = Running::start(config, database.clone(), |apis| Apis {
        filled_in: is_ours.then(|| filled_in(&credentials)),
        pages: if is_ours { people::pages(&credentials, sdk.as_ref()) } else { Vec::new() },
        ..apis
    })
    .await?;
    let url = format!("http://{}", running.address);
    let shown = show::run(&database, &credentials, &url, &demo.dir).await;
    if shown.is_ok() && !demo.once {
        if is_ours {
            say(format_args!("\nAlice and Bob chat in your browser at {url}/demo/"));
            if sdk.is_some() {
                say(format_args!("With RongCloud's own SDK in Alice's app: {url}/demo/?sdk"));
            }
        }
        say(format_args!("\nServing on {url} until Ctrl-C. The API is described at {url}/docs/"));
        until_stopped(None).await?;
    }
    running.stop().await;
    shown
}
