use async_trait::async_trait;
use sixin_domain::file::StoredFile;
use sixin_domain::id::{AppKeyId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;
use crate::sending::ports::{AppendError, NonceUse};

/// By what a send and its repeats are known (docs/design.md#send-once). It counts within one app key and one
/// sending user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key that signed.
    pub app_key: AppKeyId,
    /// What the caller gave. Where callers may give it in several ways, the way is part of it.
    pub key: String,
    /// SHA-256 of the request in canonical form; the same key with another fingerprint is another request.
    pub fingerprint: [u8; 32],
    /// How long the result is kept, from the moment the send is accepted.
    pub lives_ms: i64,
}

/// A send that a rule has refused and that may be a repeat of one that was stored.
#[derive(Debug, Clone)]
pub struct Repetition {
    /// Who speaks.
    pub sender: UserId,
    /// By what it is known.
    pub key: IdempotencyKey,
    /// The nonce it came with, if its app key is strict.
    pub nonce: Option<NonceUse>,
    /// When it came; results that ended before do not count.
    pub accepted_at: Millis,
}

/// Results of sends with a key, for reading. They are written by [`crate::sending::ports::MessageStore::append`].
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait IdempotencyKeys: Send + Sync {
    /// Where the messages of the send are that this one repeats, or `None` if it repeats none.
    ///
    /// MUST answer [`AppendError::NonceUsed`] if its nonce has been used, before it looks for the key, and
    /// [`AppendError::KeyReused`] if the key belongs to another request.
    async fn find(&self, send: &Repetition) -> Result<Option<Vec<Placed>>, AppendError>;
}

/// What messages of users hold, for answering a repeat.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait StoredBodies: Send + Sync {
    /// The body of a user's message as it is stored, and its file if it is one. Disabled and deleted files MUST be
    /// found too. `None` if there is no such message.
    async fn find(&self, message: MessageId) -> StoreResult<Option<(Body, Option<StoredFile>)>>;
}
