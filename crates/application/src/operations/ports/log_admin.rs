use async_trait::async_trait;

use crate::ports::StoreResult;

/// The log, for operators.
#[async_trait]
pub trait LogAdmin: Send + Sync {
    /// Gives the history another name, so that cursors of the one before are known not to belong to it. `epoch` is short and of small
    /// letters and digits.
    async fn begin_epoch(&self, epoch: &str) -> StoreResult<()>;
}
