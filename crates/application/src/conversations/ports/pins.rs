use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// A conversation to be pinned or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// Whose conversation it is.
    pub pair: Pair,
    /// In whose list.
    pub owner: UserId,
    /// Pinned.
    pub is_pinned: bool,
    /// Its id, if the two have none yet.
    pub id_if_new: ConversationId,
}

/// Pinned conversations.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ConversationPins: Send + Sync {
    /// Pins a conversation or takes that back. One that is not there yet MUST be made, empty and shown to nobody, so that it
    /// is pinned when its first message comes.
    async fn set(&self, pin: Pin, at: Millis) -> StoreResult<()>;

    /// With whom a user has pinned conversations, `most` at most, in any order.
    async fn pinned(&self, owner: UserId, most: i64) -> StoreResult<Vec<UserId>>;
}
