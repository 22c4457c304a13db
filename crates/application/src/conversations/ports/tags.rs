use async_trait::async_trait;
use sixin_domain::conversation::tag::{Tag, TagId};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;

use crate::ports::StoreResult;

/// Which conversations a tag is put on, or taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagging {
    /// Whose tag it is.
    pub owner: UserId,
    /// Which.
    pub tag: TagId,
    /// The other sides of the conversations, which need not have a message yet.
    pub others: Vec<UserId>,
    /// Whether it is put on.
    pub is_on: bool,
    /// Conversations under the tag at most; of more those that were tagged first go.
    pub most: i64,
}

/// What users sort their conversations by.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ConversationTags: Send + Sync {
    /// Makes tags, or renames those there are; all or none. `false`: the user would have more than `most`. Calls for the same user at
    /// the same moment may together go beyond it by what each of them adds.
    async fn set(&self, owner: UserId, tags: Vec<Tag>, most: i64, at: Millis) -> StoreResult<bool>;

    /// Removes tags from all conversations, and themselves.
    async fn remove(&self, owner: UserId, tags: Vec<TagId>, at: Millis) -> StoreResult<()>;

    /// The tags of a user, in the order in which they were made.
    async fn all(&self, owner: UserId) -> StoreResult<Vec<Tag>>;

    /// Puts a tag on conversations or takes it off. `false`: there is no such tag.
    async fn put(&self, tagging: Tagging, at: Millis) -> StoreResult<bool>;

    /// The other sides of the conversations under a tag, those that were tagged last first; `None` if there is no such tag.
    async fn tagged(&self, owner: UserId, tag: &TagId) -> StoreResult<Option<Vec<Username>>>;

    /// All that stand under a tag: the other side of the conversation and the tag, by the former.
    async fn all_tagged(&self, owner: UserId) -> StoreResult<Vec<(UserId, TagId)>>;

    /// The tags of one conversation, in the order in which they were made.
    async fn of(&self, owner: UserId, other: UserId) -> StoreResult<Vec<Tag>>;
}
