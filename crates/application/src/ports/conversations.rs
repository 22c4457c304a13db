use async_trait::async_trait;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::pair::Pair;
use sixin_domain::time::Millis;

use super::StoreResult;

/// A message as it stands in its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its position there.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// When.
    pub sent_at: Millis,
    /// Its text, if it has one.
    pub text: Option<String>,
}

/// Conversations, for reading.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The last `limit` messages of a pair, the oldest of them first; hidden ones too.
    async fn last(&self, pair: Pair, limit: i64) -> StoreResult<Vec<KeptMessage>>;
}
