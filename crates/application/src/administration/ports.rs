//! What these use cases need from outside, beside what others need too.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::conversation::visibility::Visibility;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::User;

use crate::operations::ports::{BackupWriter, CopyError};
use crate::ports::StoreResult;

/// An archive that is there.
pub struct OpenArchive {
    /// How many bytes it has.
    pub size: u64,
    /// The bytes. Reading them blocks.
    pub bytes: Box<dyn std::io::Read + Send>,
}

/// An archive that is being written in a room. Dropped, it is gone.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait WrittenArchive: Send {
    /// What was written, once it is finished. Nobody else finds it from now on, and its room is free when it is dropped. Blocks.
    fn open(self: Box<Self>) -> Result<OpenArchive, CopyError>;
}

/// What is begun: where it is written to, and how it is read then.
pub type BegunArchive = (Box<dyn BackupWriter>, Box<dyn WrittenArchive>);

/// Where archives of people wait until they are read.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait ArchiveRoom: Send + Sync {
    /// Begins one, readable for this process's user alone. Blocks.
    fn begin(&self) -> Result<BegunArchive, CopyError>;
}

/// Looks for users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserSearch: Send + Sync {
    /// Users by number, `limit` of them after `after`: all, or those with `text` as their number or in their username or shown name,
    /// whatever the case of ASCII letters. Deleted ones MUST be found too.
    async fn search(&self, text: &str, after: UserId, limit: i64) -> StoreResult<Vec<Arc<User>>>;
}

/// What a message said before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its text.
    pub text: Option<String>,
    /// Its content, if it was typed.
    pub content: Option<String>,
    /// When something else took its place.
    pub replaced_at: Millis,
}

/// A message with what neither side is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedMessage {
    /// The message.
    pub message: ViewedMessage,
    /// Who got it.
    pub recipient: UserId,
    /// What decides who sees it.
    pub visibility: Visibility,
    /// When it was recalled.
    pub recalled_at: Option<Millis>,
    /// What it said before, the oldest first.
    pub revisions: Vec<Revision>,
}

/// Messages as they are stored, whoever may see them.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait MessageReview: Send + Sync {
    /// Those of a conversation that stand before a place, the latest first, each with its revisions.
    async fn page(
        &self,
        conversation: ConversationId,
        before: i64,
        limit: i64,
    ) -> StoreResult<Vec<ReviewedMessage>>;

    /// Up to which `seq` messages of a conversation are gone because they were too old.
    async fn gone(&self, conversation: ConversationId) -> StoreResult<i64>;

    /// Those of everybody from one id on up to before another, the latest first, without revisions.
    async fn scan(&self, from: MessageId, before: MessageId, limit: i64)
    -> StoreResult<Vec<ReviewedMessage>>;
}

/// How the server did at a moment. Rates are those since the sample before it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// When it was taken.
    pub at: Millis,
    /// Messages stored a second.
    pub messages: f64,
    /// Requests answered a second.
    pub requests: f64,
    /// How long a batch of sends took to be stored, in milliseconds, on average.
    pub commit_ms: f64,
    /// Sends that wait to be stored.
    pub queue: f64,
    /// Live streams that are open.
    pub live: f64,
}

/// A place in which something is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct DiskRoom {
    /// What is kept there.
    pub place: String,
    /// Bytes that can still be written.
    pub free: f64,
    /// Bytes there are.
    pub size: f64,
}

/// How the server does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VitalSigns {
    /// The version that runs.
    pub version: String,
    /// When this process began.
    pub started_at: Millis,
    /// Which database it is, without a password.
    pub database: String,
    /// Whether requests should be sent here, and if not, why.
    pub reasons: Vec<&'static str>,
    /// What is configured to be less durable than the default.
    pub weakness: Option<String>,
    /// The last minutes, the oldest first.
    pub samples: Vec<Sample>,
    /// Memory in use, in bytes.
    pub memory: f64,
    /// The size of the files of an SQLite database, in bytes.
    pub database_bytes: f64,
    /// The disks.
    pub disks: Vec<DiskRoom>,
}

/// Tells how the server does.
#[async_trait]
pub trait Vitals: Send + Sync {
    /// The present state and the last minutes of this process.
    async fn signs(&self) -> VitalSigns;
}
