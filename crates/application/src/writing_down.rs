//! What is gathered in memory is written down from time to time, so that nobody who sends or reads waits for it.

use std::time::Duration;

use crate::ports::StoreResult;

/// Writes for ever, with such a pause in between. Of failures that follow each other the first is told.
pub(crate) async fn for_ever(what: &str, pause: Duration, write: impl AsyncFn() -> StoreResult<()>) {
    let mut has_failed = false;
    loop {
        tokio::time::sleep(pause).await;
        match write().await {
            Ok(()) => has_failed = false,
            Err(error) => {
                if !std::mem::replace(&mut has_failed, true) {
                    tracing::warn!(%error, "{what} can't be noted; trying again");
                }
            }
        }
    }
}
