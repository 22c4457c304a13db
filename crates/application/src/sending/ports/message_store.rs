use sixin_domain::id::{AppKeyId, FileUsageId};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::{Envelope, NewMessage, Placed};
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::ports::StoreError;
use crate::sending::ports::IdempotencyKey;

/// The atom of storing, failing, retrying and answering (docs/design.md#unit): all its messages are stored, or none.
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
    /// By what its repeats are known.
    pub idempotency: Option<IdempotencyKey>,
    /// When the application accepted it; no message is dated earlier.
    pub accepted_at: Millis,
}

impl SendUnit {
    /// Bytes it occupies, near enough for the bounds of queue and batch.
    #[must_use]
    pub fn weight(&self) -> usize {
        let delivery = self.envelope.delivery.as_ref().map_or(0, DeliveryOptions::weight);
        // With a key, the result is stored beside the messages.
        let (key, result) = self.idempotency.as_ref().map_or((0, 0), |key| (128 + key.key.len(), 64));
        let own: usize =
            self.messages.iter().filter_map(|message| message.own.as_ref()).map(|own| own.weight()).sum();
        256 + self.envelope.body.weight() + delivery + own + key + self.messages.len() * (128 + result)
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

/// What became of a unit that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where its messages are, or those of the unit it repeats.
    pub placed: Vec<Placed>,
    /// Whether it repeats an earlier unit, so that nothing of it was stored.
    pub replayed: bool,
}

impl Stored {
    /// The result of a unit whose messages are new.
    #[must_use]
    pub fn new(placed: Vec<Placed>) -> Self {
        Self { placed, replayed: false }
    }

    /// The result of an earlier unit, for one that repeats it.
    #[must_use]
    pub fn replayed(placed: Vec<Placed>) -> Self {
        Self { placed, replayed: true }
    }
}

/// Why a unit was not stored. Nothing of it is in the store then, but for [`AppendError::Unknown`].
#[derive(Debug, Error)]
pub enum AppendError {
    /// Its nonce has been used before.
    #[error("the nonce has been used before")]
    NonceUsed,
    /// Its idempotency key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Its upload has meanwhile been bound to another message.
    #[error("the upload belongs to another message by now")]
    UploadTaken,
    /// The connection was lost over COMMIT, and what became of it could not be found out in time.
    #[error("the messages may or may not be stored")]
    Unknown,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The durable log of messages.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait MessageStore: Send + Sync {
    /// Stores a batch of units in one transaction and answers each, in order; blocks until the answer is certain.
    ///
    /// - `Ok` MUST mean that the unit, or the one it repeats, is committed and on disk, once, with the ids it came with.
    /// - A unit that can't be stored MUST NOT keep its neighbours from being stored.
    /// - An unknown outcome MUST be settled before answering, within a bounded time; only then is it
    ///   [`AppendError::Unknown`].
    /// - A unit whose idempotency key is known and has not ended MUST be answered with the stored result if it has the
    ///   same fingerprint, else with [`AppendError::KeyReused`]; nothing but its nonce is stored then. That holds for
    ///   units that come at the same instant, in one batch or through several processes, too.
    /// - A nonce MUST be looked at first: one that was used refuses a repeat too.
    /// - `seq` MUST be dense and sent times strictly increasing within each conversation, in the order of the batch.
    fn append(&self, units: Vec<SendUnit>) -> Vec<Result<Stored, AppendError>>;
}

#[cfg(test)]
mod tests {
    use crate::testing::unit;
    use sixin_domain::message::Saying;
    use sixin_domain::message::body::Body;
    use sixin_domain::message::delivery::DeliveryOptions;

    #[test]
    fn what_a_message_says_of_its_own_weighs_too() {
        let mut heavy = unit(1, &[2, 3]);
        let options = DeliveryOptions { push_data: Some("y".repeat(100)), ..DeliveryOptions::default() };
        let weight = options.weight();
        let saying = Saying { body: Body::Text("x".repeat(1000)), delivery: Some(options) };
        heavy.messages[1].own = Some(Box::new(saying));
        assert_eq!(heavy.weight(), unit(1, &[2, 3]).weight() + 1000 + weight);
    }
}
