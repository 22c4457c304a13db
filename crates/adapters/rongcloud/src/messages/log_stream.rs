//! The zip of a log, written while it is read: in memory is a page of messages and what of the zip waits for its reader.

use std::sync::Arc;

use actix_web::rt::task::{JoinError, spawn_blocking};
use sixin_application::bulkhead::Permit;
use sixin_application::messages::read_logs::{LoggedMessage, ReadLogs};
use sixin_application::ports::StoreError;
use sixin_domain::message::log_hour::LogHour;
use sixin_web::answer::archive::Archive;
use sixin_web::answer::streamed::{BodySender, BrokenOff};
use thiserror::Error;
use zip::result::ZipError;

use crate::messages::log_lines::Lines;

/// Why a zip broke off.
#[derive(Debug, Error)]
enum WriteError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Line(#[from] serde_json::Error),
    #[error(transparent)]
    Zip(#[from] ZipError),
    #[error(transparent)]
    Thread(#[from] JoinError),
    #[error(transparent)]
    Broken(#[from] BrokenOff),
}

/// Writes the log of an hour; on any failure the sender is dropped unfinished, which breaks the connection off. The turn is
/// held until then.
pub(crate) async fn write(
    logs: Arc<dyn ReadLogs>,
    hour: LogHour,
    lines: Lines,
    sender: BodySender,
    permit: Permit,
) {
    match written(&*logs, hour, lines, sender).await {
        Ok(()) => {}
        Err(error @ WriteError::Broken(_)) => tracing::info!(%error, "a log was not read to its end"),
        Err(error) => tracing::error!(%error, "a log broke off"),
    }
    drop(permit);
}

async fn written(
    logs: &dyn ReadLogs,
    hour: LogHour,
    lines: Lines,
    sender: BodySender,
) -> Result<(), WriteError> {
    let lines = Arc::new(lines);
    let mut archive = Archive::new(hour.file_name());
    let mut after = None;
    loop {
        let page = logs.page(hour, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.message.id);
        let lines = Arc::clone(&lines);
        let piece;
        (archive, piece) = spawn_blocking(move || compressed(archive, &lines, page)).await??;
        sender.send(piece).await?;
    }
    sender.send(spawn_blocking(move || archive.finish()).await??).await?;
    Ok(sender.finish().await?)
}

fn compressed(
    mut archive: Archive,
    lines: &Lines,
    page: Vec<LoggedMessage>,
) -> Result<(Archive, Vec<u8>), WriteError> {
    for message in page {
        archive.add(&lines.line(message)?)?;
    }
    let piece = archive.take();
    Ok((archive, piece))
}
