use async_trait::async_trait;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::recall::Recall;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// A message as those know it who may change what both sides read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedMessage {
    /// Who sent it.
    pub sender: UserId,
    /// Who got it.
    pub recipient: UserId,
    /// What it says now.
    pub body: Body,
    /// Whether it was recalled.
    pub is_recalled: bool,
    /// Its options for the device gateway, as they were published.
    pub delivery: Option<DeliveryOptions>,
    /// When it was sent.
    pub sent_at: Millis,
}

/// What changes for both sides. Counters and latest messages of both views MUST stay exact whatever happens at the same
/// time.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait MessageChanges: Send + Sync {
    /// The stored message with that id.
    async fn find(&self, id: MessageId) -> StoreResult<Option<PublishedMessage>>;

    /// The message shows to nobody any more, but is kept. Recalling it again MUST change nothing.
    async fn recall(&self, id: MessageId, recall: Recall, at: Millis) -> StoreResult<()>;

    /// The message says something else; what it said before MUST be kept beside it. A recalled one MUST NOT change.
    async fn rewrite(&self, id: MessageId, body: &Body, at: Millis) -> StoreResult<()>;
}
