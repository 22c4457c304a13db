//! A back end adds to a message of which it has published the beginning (docs/wire/rongcloud.md#stream).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::id::MessageId;
use sixin_domain::message::growing::{Growing, GrowthRefusal, Piece, Said, TELL_MS};
use sixin_domain::message::object_name::STREAM;
use sixin_domain::message::typed::type_name;
use sixin_domain::message::uid::MessageName;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::time::Millis;
use thiserror::Error;
use tokio::sync::Notify;

use crate::messages::change_messages::{ChangeError, MessageRef, find_between};
use crate::messages::ports::{GrowingMessages, MessageChanges};
use crate::ports::{Clock, StoreError, StoreResult};
use crate::sending::back_end_texts::BackEndTexts;
use crate::site::block_words::applied;
use crate::users::ports::Users;

/// The setting that says for how many seconds a writer may be silent.
const PATIENCE: &str = "publish_stream_timeout";
/// Messages that are told by one look.
const AT_ONCE: i64 = 64;
/// How often is looked for what other processes have left, and for writers that are silent.
const IDLE: Duration = Duration::from_secs(5);

/// Why a piece is not taken.
#[derive(Debug, Error)]
pub enum GrowError {
    /// The message can't be changed so.
    #[error(transparent)]
    Message(#[from] ChangeError),
    /// It is no message that grows.
    #[error("the message is none that grows")]
    NotGrowing,
    /// What is said breaks a rule.
    #[error(transparent)]
    Refused(#[from] GrowthRefusal),
}

impl From<StoreError> for GrowError {
    fn from(error: StoreError) -> Self {
        Self::Message(error.into())
    }
}

impl From<Refusal> for GrowError {
    fn from(refusal: Refusal) -> Self {
        Self::Message(refusal.into())
    }
}

/// A message that was added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrownMessage {
    /// Which.
    pub id: MessageId,
    /// When it was sent.
    pub sent_at: Millis,
}

/// Adds to messages.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait GrowMessages: Send + Sync {
    /// Adds a piece to a message of the user's own. `Ok` means that the piece is on disk, by this call or an earlier one.
    async fn add(&self, message: &MessageRef, piece: Piece) -> Result<GrownMessage, GrowError>;

    /// What there is of a message, for a writer that goes on.
    async fn so_far(&self, message: &MessageName) -> Result<(MessageId, Growing), GrowError>;
}

/// [`GrowMessages`] over the ports.
pub struct MessageGrowing {
    /// The users.
    pub users: Arc<dyn Users>,
    /// The messages.
    pub messages: Arc<dyn MessageChanges>,
    /// Those that grow.
    pub growing: Arc<dyn GrowingMessages>,
    /// What becomes of forbidden words.
    pub texts: Arc<BackEndTexts>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Woken when something is to be told in a moment.
    pub untold: Arc<Notify>,
}

#[async_trait]
impl GrowMessages for MessageGrowing {
    async fn add(&self, wanted: &MessageRef, piece: Piece) -> Result<GrownMessage, GrowError> {
        let found = find_between(&*self.users, &*self.messages, wanted).await?;
        let (id, message, by) = found.ok_or(ChangeError::MessageUnknown)?;
        if message.sender != by {
            return Err(ChangeError::NotOwn.into());
        }
        if message.is_recalled {
            return Err(GrowthRefusal::Recalled.into());
        }
        if type_name(&message.body) != STREAM {
            return Err(GrowError::NotGrowing);
        }
        let piece = self.judged(id, piece).await?;
        let most_bytes = self.texts.limits.content_bytes;
        if self.growing.add(id, &piece, self.clock.now(), most_bytes).await?? {
            self.untold.notify_one();
        }
        Ok(GrownMessage { id, sent_at: message.sent_at })
    }

    async fn so_far(&self, name: &MessageName) -> Result<(MessageId, Growing), GrowError> {
        let id = name.id().ok_or(ChangeError::MessageUnknown)?;
        let message = self.messages.find(id).await?.ok_or(ChangeError::MessageUnknown)?;
        if message.is_recalled {
            return Err(GrowthRefusal::Recalled.into());
        }
        Ok((id, self.growing.so_far(id).await?.ok_or(GrowError::NotGrowing)?))
    }
}

impl MessageGrowing {
    /// The piece after forbidden words. They are looked for in all the text, since a word may come in two pieces.
    async fn judged(&self, id: MessageId, piece: Piece) -> Result<Piece, GrowError> {
        if !self.texts.settings.settings().await?.is_on("publish_block_words") {
            return Ok(piece);
        }
        let growing = self.growing.so_far(id).await?.ok_or(GrowError::NotGrowing)?;
        if piece.seq <= growing.seq {
            return Ok(piece);
        }
        let whole = match &piece.said {
            Said::More(text) => growing.text() + text,
            Said::All(text) => text.clone(),
        };
        if whole.is_empty() {
            return Ok(piece);
        }
        let filter = self.texts.block_words.filter().await?;
        let replaced = applied::<GrowError>(&filter, &whole).await?;
        Ok(match replaced {
            Some(text) => Piece { said: Said::All(text), ..piece },
            None => piece,
        })
    }
}

/// Has messages told that have grown, and ends those whose writers are silent.
pub struct GrowthTelling {
    /// The messages that grow.
    pub growing: Arc<dyn GrowingMessages>,
    /// How long writers may be silent.
    pub settings: Arc<dyn crate::site::ports::SettingSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What wakes it.
    pub untold: Arc<Notify>,
}

impl GrowthTelling {
    /// Goes on for ever.
    pub async fn run(&self) {
        let moment = Duration::from_millis(TELL_MS.unsigned_abs());
        let mut waits = false;
        loop {
            let pause = if waits { moment } else { IDLE };
            tokio::select! {
                () = self.untold.notified(), if !waits => tokio::time::sleep(moment).await,
                () = tokio::time::sleep(pause) => {}
            }
            waits = match self.settle().await {
                Ok(waits) => waits,
                Err(error) => {
                    tracing::warn!(%error, "messages that have grown can't be told; trying again");
                    false
                }
            };
        }
    }

    /// Tells what is due; whether there is more that is not due yet.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn settle(&self) -> StoreResult<bool> {
        let seconds = self.settings.settings().await?.number(PATIENCE).unwrap_or(120);
        let patience_ms = seconds.saturating_mul(1000);
        let due = self.growing.due(self.clock.now(), patience_ms, AT_ONCE).await?;
        for id in due {
            self.growing.settle(id, self.clock.now(), patience_ms).await?;
        }
        self.growing.waits().await
    }
}

#[cfg(test)]
mod tests;
