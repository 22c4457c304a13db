//! The last steps of every send, whichever dialect it came from: rate, ids, commit.

use std::sync::Arc;
use std::time::Duration;

use sixin_domain::file::StoredFile;
use sixin_domain::hook::rule::Origin;
use sixin_domain::hook::verdict::Reason;
use sixin_domain::id::{ConversationId, FileUsageId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::{Envelope, NewMessage, Saying};
use sixin_domain::sending::rate::OwnRate;
use sixin_domain::sending::refusal::Refusal;
use thiserror::Error;
use tracing::Instrument;

use crate::TRACES;
use crate::hooks::before_send::BeforeSend;
use crate::ports::{Clock, StoreError};
use crate::sending::committer::{CommitError, Committer};
use crate::sending::ids::LeasedIds;
use crate::sending::ports::{
    AppendError, IdempotencyKey, IdempotencyKeys, NonceUse, Repetition, SendUnit, Stored,
};
use crate::sending::rate::SendRate;

/// A send that all rules but the rate have let pass.
#[derive(Debug, Clone)]
pub struct Draft {
    /// By which dialect it came.
    pub origin: Origin,
    /// What the messages have in common.
    pub envelope: Envelope,
    /// Who gets one, no user twice.
    pub recipients: Vec<Addressee>,
    /// The file, and the upload to bind to the message.
    pub attachment: Option<(StoredFile, FileUsageId)>,
    /// The nonce this uses up.
    pub nonce: Option<NonceUse>,
    /// By what its repeats are known.
    pub idempotency: Option<IdempotencyKey>,
    /// The rate that holds instead of the site's, if the app key has one of its own.
    pub own_rate: Option<OwnRate>,
}

/// Who gets a message of a send.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// The user.
    pub user: UserId,
    /// What it is told, if that is not what the others are told.
    pub own: Option<Box<Saying>>,
}

impl From<UserId> for Addressee {
    fn from(user: UserId) -> Self {
        Self { user, own: None }
    }
}

/// Why a send was not accepted.
#[derive(Debug, Error)]
pub enum SendError {
    /// A rule says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody who was asked objects, and may have said what the sender is to be told.
    #[error("somebody who was asked objects to the message")]
    Denied(Option<Reason>),
    /// Nobody could be asked who has to be. Nothing was stored.
    #[error("nobody could be asked whether the message may be stored")]
    Unjudged,
    /// The signature or nonce has been used before.
    #[error("the signature or nonce has been used before")]
    Replayed,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Too much waits to be stored, or the server is stopping, or it holds no process number. Nothing was stored.
    #[error("the server can't take messages at the moment: {0}")]
    Busy(&'static str),
    /// It took too long; the message may or may not be stored.
    #[error("storing took too long; the message may or may not be stored")]
    Unknown,
    /// The store could not. Nothing was stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommitError> for SendError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::QueueFull => Self::Busy("the queue is full"),
            CommitError::Closed => Self::Busy("the server is stopping"),
            CommitError::TimedOut => Self::Unknown,
            CommitError::Append(error) => error.into(),
        }
    }
}

impl From<AppendError> for SendError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::NonceUsed => Self::Replayed,
            AppendError::KeyReused => Self::KeyReused,
            AppendError::UploadTaken => Self::Refused(Refusal::FileUnknown),
            AppendError::Unknown => Self::Unknown,
            AppendError::Store(error) => Self::Store(error),
        }
    }
}

/// A send that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Where its messages are.
    pub stored: Stored,
    /// What they say instead of what they said, if somebody has changed that.
    pub replaced: Option<Body>,
}

/// How long a send waits for a process number: 20 times 100 ms.
const LEASE_TRIES: usize = 20;
const LEASE_PAUSE: Duration = Duration::from_millis(100);

/// Where accepted sends go.
pub struct Pipeline {
    /// Makes their ids.
    pub ids: Arc<LeasedIds>,
    /// Counts them.
    pub rate: Arc<SendRate>,
    /// Shows them to those who may object.
    pub before_send: Arc<BeforeSend>,
    /// Has them stored.
    pub committer: Arc<Committer>,
    /// Knows those that carried a key.
    pub keys: Arc<dyn IdempotencyKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Pipeline {
    /// Counts a send, asks those who may object, numbers and stores it. `Ok` means that every message of it is committed and on
    /// disk.
    ///
    /// # Errors
    /// See [`SendError`]. A send that was not accepted does not count against the rate, nor does a repeat; but one
    /// that somebody objects to does: else a flood of what is denied would keep those busy who are asked.
    pub async fn send(&self, draft: Draft) -> Result<Accepted, SendError> {
        let rules = self.before_send.rules_for(&draft).await?;
        if !rules.is_empty()
            && let Some(key) = draft.idempotency.clone()
            // What was stored was judged then.
            && let Some(stored) = self.earlier(draft.envelope.sender, key, draft.nonce.clone()).await?
        {
            return Ok(Accepted { stored, replaced: None });
        }
        let entered = self.rate.enter(draft.envelope.sender, draft.own_rate, self.clock.steady()).await?;
        let sent = (!rules.is_empty()).then(|| draft.envelope.body.clone());
        let (draft, decisions) = match self.before_send.judged(draft, &rules).await {
            Ok(judged) => judged,
            Err(error) => {
                if !matches!(error, SendError::Denied(_)) {
                    self.rate.withdraw(entered);
                }
                return Err(error);
            }
        };
        let replaced = sent.filter(|sent| *sent != draft.envelope.body).map(|_| draft.envelope.body.clone());
        let result = self.store(draft).await;
        self.before_send.keep(decisions, result.as_ref().ok());
        if result.as_ref().map_or(true, |stored| stored.replayed) {
            self.rate.withdraw(entered);
        }
        if result.as_ref().is_ok_and(|stored| stored.replayed) {
            metrics::counter!("sixin_repeats_total").increment(1);
        }
        result.map(|stored| Accepted { stored, replaced })
    }

    async fn store(&self, draft: Draft) -> Result<Stored, SendError> {
        match self.ids(draft.recipients.len() * 2).await {
            Some(ids) => {
                let step = tracing::trace_span!(target: TRACES, "store a message");
                Ok(self.committer.commit(self.numbered(draft, &ids)).instrument(step).await?)
            }
            None => Err(SendError::Busy("no process number is held")),
        }
    }

    /// The result of the send that this one repeats, asked once a rule has refused it (docs/design.md#send-once):
    /// rules may have changed since the first one was stored, and a repeat gets the first one's answer. `None`: it is
    /// none.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn earlier(
        &self,
        sender: UserId,
        key: IdempotencyKey,
        nonce: Option<NonceUse>,
    ) -> Result<Option<Stored>, SendError> {
        let send = Repetition { sender, key, nonce, accepted_at: self.clock.now() };
        let placed = self.keys.find(&send).await?;
        if placed.is_some() {
            metrics::counter!("sixin_repeats_total").increment(1);
        }
        Ok(placed.map(Stored::replayed))
    }

    /// Ids for messages that are not stored.
    pub(crate) async fn fresh_ids(&self, count: usize) -> Result<Vec<i64>, SendError> {
        self.ids(count).await.ok_or(SendError::Busy("the process holds no number"))
    }

    /// New ids. A lease that ran out while the database was away is renewed a moment after it is back, so a send waits
    /// that moment.
    async fn ids(&self, count: usize) -> Option<Vec<i64>> {
        for _ in 0..LEASE_TRIES {
            if let Some(ids) = self.ids.take(self.clock.steady(), count) {
                return Some(ids);
            }
            tokio::time::sleep(LEASE_PAUSE).await;
        }
        None
    }

    /// The draft with an id for each message, and one for each conversation that may have to be made.
    fn numbered(&self, draft: Draft, ids: &[i64]) -> SendUnit {
        let count = draft.recipients.len();
        let messages = ids
            .iter()
            .zip(ids.iter().skip(count))
            .zip(draft.recipients)
            .map(|((&id, &conversation), Addressee { user, own })| NewMessage {
                id: MessageId(id),
                conversation_if_new: ConversationId(conversation),
                recipient: user,
                own,
            })
            .collect();
        SendUnit {
            envelope: draft.envelope,
            messages,
            upload: draft.attachment.map(|(_, upload)| upload),
            nonce: draft.nonce,
            idempotency: draft.idempotency,
            accepted_at: self.clock.now(),
        }
    }
}

#[cfg(test)]
mod tests;
