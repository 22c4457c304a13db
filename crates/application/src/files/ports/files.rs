use async_trait::async_trait;
use sixin_domain::file::{FileKind, PendingUpload, StoredFile};
use sixin_domain::id::{AccountId, FileId, UserId};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// Stored files.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Files: Send + Sync {
    /// The file with that public id, and its uploads that wait for a message, oldest first. Public ids MUST be
    /// compared by bytes. A file whose bytes have not arrived is not there.
    async fn find(&self, fid: &str) -> StoreResult<Option<(StoredFile, Vec<PendingUpload>)>>;

    /// Enters a file whose bytes are about to arrive, and what it is uploaded for, in one transaction.
    async fn register(&self, file: &NewFile, upload: &NewUpload) -> StoreResult<FileId>;

    /// From now on the bytes of the file are kept.
    async fn arrived(&self, file: FileId) -> StoreResult<()>;

    /// Changes what a user says of a file it uploaded. `false`: it uploaded none with that public id.
    async fn describe(&self, fid: &str, uploader: UserId, said: &FileDescription) -> StoreResult<bool>;

    /// Whether a user uploaded the file, or still sees a message with it. With `within`, only that message counts, or
    /// those of that conversation. A message that was recalled MUST NOT count, for its sender neither.
    async fn is_shown_to(&self, file: FileId, user: UserId, within: Option<i64>) -> StoreResult<bool>;
}

/// A file that was uploaded here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of `files`")]
pub struct NewFile {
    pub fid: String,
    pub kind: FileKind,
    pub name: String,
    pub mime: String,
    pub extension: String,
    pub size: i64,
    pub md5: String,
    pub sha256: String,
    pub path: String,
    pub pixels: Option<(i64, i64)>,
    pub seconds: Option<i64>,
    pub thumbnail_extension: Option<String>,
    pub more_json: Option<String>,
    pub is_sensitive: bool,
    pub created_at: Millis,
}

/// What is said of a file anew; `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDescription {
    /// Whether who gets it is warned before it shows.
    pub is_sensitive: Option<bool>,
    /// Anything its uploader wants to find again: a JSON object.
    pub more_json: Option<String>,
}

/// What a file is uploaded for: a message of that user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// The platform it came from.
    pub platform: i64,
    /// The uploader's account.
    pub account: AccountId,
    /// Who uploaded it.
    pub uploader: UserId,
    /// The uid or username of the recipient, whom a message with the file will go to; `None` for a file whose address stands
    /// in the content of messages, which waits for none and MUST NOT be given up.
    pub addressee: Option<String>,
}

/// Files that nobody needs any more.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UnsentFiles: Send + Sync {
    /// Gives up some uploads from before `before` that never became a message: from now on they can't be sent, and
    /// their files are deleted. Answers whether there are more. A file that is being sent MUST NOT be given up.
    async fn give_up(&self, before: Millis, now: Millis) -> StoreResult<bool>;

    /// Some deleted files whose bytes are still kept here.
    async fn leftovers(&self) -> StoreResult<Vec<StoredFile>>;

    /// Forgets a file whose bytes are gone.
    async fn forget(&self, file: FileId) -> StoreResult<()>;
}
