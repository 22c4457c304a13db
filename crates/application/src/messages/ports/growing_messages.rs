use async_trait::async_trait;
use sixin_domain::id::MessageId;
use sixin_domain::message::growing::{Growing, GrowthRefusal, Piece};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// Messages that grow piece by piece. A message that is stored and says that it grows MUST be among them from then on.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait GrowingMessages: Send + Sync {
    /// What has become of a message of that type, whole or not; `None` if there is none.
    async fn so_far(&self, message: MessageId) -> StoreResult<Option<Growing>>;

    /// Adds a piece by [`Growing::add`], on disk before that is answered. Whether it is kept and not told. MUST be right whatever
    /// comes at the same time; what is told both sides read and hear of.
    async fn add(
        &self,
        message: MessageId,
        piece: &Piece,
        at: Millis,
        most_bytes: usize,
    ) -> StoreResult<Result<bool, GrowthRefusal>>;

    /// Some messages of which something is to be told by now, or whose writers have been silent for so long.
    async fn due(&self, now: Millis, patience_ms: i64, limit: i64) -> StoreResult<Vec<MessageId>>;

    /// Has a message told or ended by [`Growing::settled`].
    async fn settle(&self, message: MessageId, now: Millis, patience_ms: i64) -> StoreResult<()>;

    /// Whether anything is kept that was not told.
    async fn waits(&self) -> StoreResult<bool>;
}
