use sixin_domain::id::{AppKeyId, FileUsageId};
use sixin_domain::message::{Envelope, NewMessage, Placed};
use sixin_domain::time::Millis;
use thiserror::Error;

use super::StoreError;

/// The atom of storing, failing, retrying and answering (design, chapter 3): all its messages are stored, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendUnit {
    /// What the messages have in common.
    pub envelope: Envelope,
    /// One message a recipient, 1 to 1000, no recipient twice.
    pub messages: Vec<NewMessage>,
    /// The upload that is bound to the (only) message.
    pub upload: Option<FileUsageId>,
    /// The nonce that is used up by this unit.
    pub nonce: Option<NonceUse>,
    /// When the application accepted it; no message is dated earlier.
    pub accepted_at: Millis,
}

impl SendUnit {
    /// Bytes it occupies, near enough for the bounds of queue and batch.
    #[must_use]
    pub fn weight(&self) -> usize {
        let delivery = self.envelope.delivery.as_ref().map_or(0, String::len);
        256 + self.envelope.body.weight() + delivery + self.messages.len() * 128
    }
}

/// A nonce of a strict app key, which may be used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonceUse {
    /// The key that signed.
    pub app_key: AppKeyId,
    /// What must not come twice, at most 255 bytes.
    pub nonce: String,
    /// The signing time; nonces older than the clock skew need not be remembered.
    pub signed_at: Millis,
}

/// Why a unit was not stored. Nothing of it is in the store then.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Its nonce has been used before.
    #[error("the nonce has been used before")]
    NonceUsed,
    /// Its upload has meanwhile been bound to another message.
    #[error("the upload belongs to another message by now")]
    UploadTaken,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The durable log of messages.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait MessageLog: Send + Sync {
    /// Stores a batch of units in one transaction and answers each, in order; blocks until the answer is certain.
    ///
    /// - `Ok` MUST mean that the unit is committed and on disk, once, with the ids it came with.
    /// - A unit that can't be stored MUST NOT keep its neighbours from being stored.
    /// - An unknown outcome MUST be settled before answering, within a bounded time.
    /// - `seq` MUST be dense and sent times strictly increasing within each conversation, in the order of the batch.
    fn append(&self, units: Vec<SendUnit>) -> Vec<Result<Vec<Placed>, AppendError>>;
}
