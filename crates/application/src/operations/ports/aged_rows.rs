use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::{FileId, MessageId};
use sixin_domain::retention::Aging;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// What a step has removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// How many.
    pub count: u64,
    /// Whether there may be more that is old enough.
    pub has_more: bool,
}

/// What a look has found that is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// Behind which the next look goes on; `None`: that was all.
    pub next: Option<i64>,
}

/// An upload whose address is named in contents of messages, if anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedUpload {
    /// The file.
    pub file: FileId,
    /// What its address holds, and that of no other.
    pub fid: String,
}

/// What messages name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// Those of the files that were looked for.
    pub fids: Vec<String>,
    /// Behind which message the next look goes on; `None`: that was the last.
    pub next: Option<MessageId>,
}

/// Takes what is too old out of the store. Each call is one transaction of bounded length; two processes at once do no harm.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AgedRows: Send + Sync {
    /// Removes some of what is older than `before`, the oldest first; not [`Aging::Files`], which is known by what names them.
    ///
    /// Of messages, all that hangs on them MUST go with them: revisions, expansions, contents that no other message shares, and files
    /// that no other message has. Counters, previews and watermarks of both sides MUST be right after each step.
    async fn remove(&self, what: Aging, before: Millis, now: Millis) -> StoreResult<Removed>;

    /// How many of them there are, among some behind `after`.
    async fn count(&self, what: Aging, before: Millis, after: i64) -> StoreResult<Counted>;

    /// Some uploads for the contents of messages that came before `before`, behind a file.
    async fn named_uploads(&self, before: Millis, after: FileId) -> StoreResult<Vec<NamedUpload>>;

    /// Which of these files some messages behind `after` name.
    async fn naming(&self, fids: Arc<HashSet<String>>, after: MessageId) -> StoreResult<Naming>;

    /// Gives up uploads that no message names; answers how many. Their bytes are swept then.
    async fn give_up_named(&self, uploads: &[NamedUpload], now: Millis) -> StoreResult<u64>;
}
