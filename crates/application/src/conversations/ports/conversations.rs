use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, Seat, ViewedMessage};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::recall::RecalledMessage;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// A message as it stands in its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its position there.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// When.
    pub sent_at: Millis,
    /// Its text, if it has one.
    pub text: Option<String>,
}

/// Conversations, for reading.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The last `limit` messages of a pair, the oldest of them first; hidden ones too.
    async fn last(&self, pair: Pair, limit: i64) -> StoreResult<Vec<KeptMessage>>;
}

/// Where a list of conversations begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStart {
    /// After so many.
    Offset(i64),
    /// After the conversation whose latest message has that time, and that has that id. Costs the same at any depth.
    After(Millis, ConversationId),
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListQuery {
    /// Whose list it is.
    pub user: UserId,
    /// Only those that are pinned, or only those that are not.
    pub pinned: Option<bool>,
    /// Where it begins.
    pub start: ListStart,
    /// How many at most.
    pub limit: i64,
}

/// Sums over the conversations in a user's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListTotals {
    /// How many there are.
    pub conversations: i64,
    /// How many messages in them are unread.
    pub unread: i64,
}

/// In which order something is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// Which messages of a conversation a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageQuery {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Whose view it is.
    pub user: UserId,
    /// Only those with a larger `seq`.
    pub after: i64,
    /// Only those with a smaller `seq`.
    pub before: i64,
    /// In which order.
    pub order: Order,
    /// How many of them to leave out first.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// What users see of their conversations. None of these MUST take more statements for more rows.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ConversationViews: Send + Sync {
    /// The conversation with that id.
    async fn find(&self, id: ConversationId) -> StoreResult<Option<Conversation>>;

    /// The conversation of a pair.
    async fn of_pair(&self, pair: Pair) -> StoreResult<Option<Conversation>>;

    /// The conversations in a user's list, the one with the newest message first; those of the same time by id.
    async fn list(&self, query: ListQuery) -> StoreResult<Vec<Conversation>>;

    /// Sums over all of a user's list, or over those that are pinned or not.
    async fn totals(&self, user: UserId, pinned: Option<bool>) -> StoreResult<ListTotals>;

    /// Messages by `seq`. Those the user has deleted, those hidden from their sender, and disabled ones MUST NOT be
    /// among them.
    async fn messages(&self, query: MessageQuery) -> StoreResult<Vec<ViewedMessage>>;

    /// By `seq` what is left of recalled messages that would show, where a notice was to be left.
    async fn notices(&self, query: MessageQuery) -> StoreResult<Vec<RecalledMessage>>;

    /// The `seq` of the last message that was sent at `time` or before; 0 if there is none. MUST NOT take longer for long
    /// conversations than a few looks at an index.
    async fn seq_at(&self, conversation: &Conversation, time: Millis) -> StoreResult<i64>;

    /// The bodies of these messages, as far as there are any, in any order.
    async fn bodies(&self, messages: &[MessageId]) -> StoreResult<Vec<(MessageId, Body)>>;

    /// The position of a message in a conversation, if it is one of it.
    async fn seq_of(&self, conversation: ConversationId, message: MessageId) -> StoreResult<Option<i64>>;
}

/// What a side changes about its own view. Counters MUST stay exact whatever happens at the same time, and the other
/// side's view MUST stay as it is.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ConversationChanges: Send + Sync {
    /// All messages there are now are read. MUST cost the same however many there are.
    async fn mark_read(&self, seat: Seat, at: Millis) -> StoreResult<()>;

    /// All messages up to that position are read. Where that is all there are, it MUST cost the same however many.
    async fn mark_read_until(
        &self,
        id: ConversationId,
        reader: UserId,
        last: i64,
        at: Millis,
    ) -> StoreResult<()>;

    /// These messages are read, as far as the user received them.
    async fn mark_messages_read(&self, reader: UserId, messages: &[MessageId], at: Millis)
    -> StoreResult<()>;

    /// Pins or unpins the conversation.
    async fn toggle_pin(&self, seat: Seat, at: Millis) -> StoreResult<()>;

    /// The conversation and all messages there are now are gone from the view; the next message brings it back without
    /// them. MUST cost the same however many there are.
    async fn delete(&self, seat: Seat, at: Millis) -> StoreResult<()>;

    /// All messages up to that position are gone from the user's view, and the conversation stays in its list. MUST cost the
    /// same however many there are if those are all.
    async fn clear(
        &self,
        conversation: ConversationId,
        owner: UserId,
        last: i64,
        at: Millis,
    ) -> StoreResult<()>;

    /// These messages are gone from the user's view, as far as they are in it.
    async fn delete_messages(&self, owner: UserId, messages: &[MessageId], at: Millis) -> StoreResult<()>;
}
