//! A back end reads what one of its users has of a conversation, and cleans it (docs/wire/rongcloud.md#history).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, ViewedMessage};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::expansion::Expansion;
use sixin_domain::message::recall::RecalledMessage;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::conversations::ports::{ConversationChanges, ConversationViews, MessageQuery, Order};
use crate::messages::ports::MessageExpansions;
use crate::ports::{Clock, StoreError};
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::Users;

/// Which messages are wanted.
#[derive(Debug, Clone)]
pub struct HistoryRequest {
    /// Whose view it is.
    pub user: Username,
    /// Of the conversation with whom.
    pub with: Username,
    /// From this time on: forwards to a later one, the oldest first, or backwards to an earlier one, the newest first.
    pub from: Millis,
    /// Whether a message of exactly that time is wanted too.
    pub includes_from: bool,
    /// To this time, and with it.
    pub until: Millis,
    /// How many at most: those nearest to `from`.
    pub limit: i64,
}

/// A message, and whether the user of the view sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryMessage {
    /// The message.
    pub message: ViewedMessage,
    /// Whether the user of the view sent it.
    pub is_own: bool,
    /// Its pairs, if it can carry any.
    pub expansion: Option<Expansion>,
}

/// What stands at one place of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryEntry {
    /// A message.
    Message(Box<HistoryMessage>),
    /// What is left of one that was recalled.
    Notice {
        /// What is left.
        recalled: RecalledMessage,
        /// Who took it back.
        by: Username,
        /// Whether the user of the view had sent it.
        is_own: bool,
    },
}

impl HistoryEntry {
    /// When the message of that place was sent.
    #[must_use]
    pub fn sent_at(&self) -> Millis {
        match self {
            Self::Message(found) => found.message.sent_at,
            Self::Notice { recalled, .. } => recalled.sent_at,
        }
    }

    fn seq(&self) -> i64 {
        match self {
            Self::Message(found) => found.message.seq,
            Self::Notice { recalled, .. } => recalled.seq,
        }
    }
}

/// Why there is no history.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HistoryError {
    /// Of messages that are at hand nothing but the store can fail.
    #[must_use]
    pub fn of_store(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Users(error) => StoreError::Fault(error.into()),
        }
    }
}

/// Reads and cleans histories.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ReadHistory: Send + Sync {
    /// Messages of one view, in the order of the request; none if the two have no conversation.
    async fn between(&self, request: &HistoryRequest) -> Result<Vec<HistoryMessage>, HistoryError>;

    /// The same with the notices that recalled messages have left (facts/rongcloud-client, 4.5).
    async fn with_notices(&self, request: &HistoryRequest) -> Result<Vec<HistoryEntry>, HistoryError>;

    /// Messages that are at hand, as a view shows them.
    async fn shown_to(
        &self,
        user: UserId,
        messages: Vec<ViewedMessage>,
    ) -> Result<Vec<HistoryMessage>, HistoryError>;

    /// Deletes from the view of `user` all messages up to a time, or all there are. The other side keeps what it has.
    async fn clean(
        &self,
        user: &Username,
        with: &Username,
        until: Option<Millis>,
    ) -> Result<(), HistoryError>;
}

/// [`ReadHistory`] over the ports.
pub struct HistoryReading {
    /// The users.
    pub users: Arc<dyn Users>,
    /// The conversations.
    pub views: Arc<dyn ConversationViews>,
    /// What may be changed about them.
    pub changes: Arc<dyn ConversationChanges>,
    /// What messages carry.
    pub expansions: Arc<dyn MessageExpansions>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl ReadHistory for HistoryReading {
    async fn between(&self, request: &HistoryRequest) -> Result<Vec<HistoryMessage>, HistoryError> {
        let Some(query) = self.asked_for(request).await? else { return Ok(Vec::new()) };
        let found = self.views.messages(query).await?;
        self.shown_to(query.user, found).await
    }

    async fn with_notices(&self, request: &HistoryRequest) -> Result<Vec<HistoryEntry>, HistoryError> {
        let Some(query) = self.asked_for(request).await? else { return Ok(Vec::new()) };
        let found = self.views.messages(query).await?;
        let notices = self.views.notices(beside(query, &found)).await?;
        let shown = self.shown_to(query.user, found).await?.into_iter();
        let mut entries: Vec<_> = shown.map(|shown| HistoryEntry::Message(Box::new(shown))).collect();
        entries.extend(notices.into_iter().map(|recalled| HistoryEntry::Notice {
            by: if recalled.recall.by == query.user { &request.user } else { &request.with }.clone(),
            is_own: recalled.sender == query.user,
            recalled,
        }));
        entries.sort_by_key(HistoryEntry::seq);
        if query.order == Order::Newest {
            entries.reverse();
        }
        entries.truncate(usize::try_from(request.limit).unwrap_or(usize::MAX));
        Ok(entries)
    }

    async fn shown_to(
        &self,
        user: UserId,
        messages: Vec<ViewedMessage>,
    ) -> Result<Vec<HistoryMessage>, HistoryError> {
        let expansions = self.expansions(&messages).await?;
        let shown = |message: ViewedMessage| HistoryMessage {
            is_own: message.sender == user,
            expansion: expansions.get(&message.id).cloned(),
            message,
        };
        Ok(messages.into_iter().map(shown).collect())
    }

    async fn clean(
        &self,
        user: &Username,
        with: &Username,
        until: Option<Millis>,
    ) -> Result<(), HistoryError> {
        let Some((conversation, user)) = self.conversation(user, with).await? else { return Ok(()) };
        let last = match until {
            Some(time) => self.views.seq_at(&conversation, time).await?,
            None => i64::MAX,
        };
        Ok(self.changes.clear(conversation.id, user, last, self.clock.now()).await?)
    }
}

/// The query for notices that stand among the messages which another one found.
fn beside(query: MessageQuery, found: &[ViewedMessage]) -> MessageQuery {
    let is_whole = i64::try_from(found.len()).is_ok_and(|found| found < query.limit);
    match (found.last(), query.order) {
        (Some(last), Order::Newest) if !is_whole => MessageQuery { after: last.seq, ..query },
        (Some(last), Order::Oldest) if !is_whole => MessageQuery { before: last.seq, ..query },
        _ => query,
    }
}

impl HistoryReading {
    /// What a request asks of the store; `None` if the two have no conversation.
    async fn asked_for(&self, request: &HistoryRequest) -> Result<Option<MessageQuery>, HistoryError> {
        let Some((conversation, user)) = self.conversation(&request.user, &request.with).await? else {
            return Ok(None);
        };
        let cleared = conversation.seen_by(user).map_or(0, |view| view.own.cleared_seq);
        let is_forwards = request.from <= request.until;
        let (before_first, last, order) = if is_forwards {
            let before_first = request.from.plus(if request.includes_from { -1 } else { 0 });
            (before_first, request.until, Order::Oldest)
        } else {
            let last = request.from.plus(if request.includes_from { 0 } else { -1 });
            (request.until.plus(-1), last, Order::Newest)
        };
        let after = self.views.seq_at(&conversation, before_first).await?;
        let last = self.views.seq_at(&conversation, last).await?;
        Ok(Some(MessageQuery {
            conversation: conversation.id,
            user,
            after: after.max(cleared),
            before: last.saturating_add(1),
            order,
            offset: 0,
            limit: request.limit,
        }))
    }

    /// The pairs of those messages that can carry any.
    async fn expansions(
        &self,
        messages: &[ViewedMessage],
    ) -> Result<HashMap<MessageId, Expansion>, HistoryError> {
        let expansion = |message: &ViewedMessage| {
            let initial = message.delivery.as_ref()?.initial_pairs()?;
            let changes = BTreeMap::new();
            Some((message.id, Expansion { initial, sent_at: message.sent_at, changes }))
        };
        let mut expansions: HashMap<MessageId, Expansion> = messages.iter().filter_map(expansion).collect();
        if !expansions.is_empty() {
            let ids: Vec<MessageId> = expansions.keys().copied().collect();
            for (id, changes) in self.expansions.changes(&ids).await? {
                expansions.entry(id).and_modify(|expansion| expansion.changes = changes);
            }
        }
        Ok(expansions)
    }

    /// The conversation of two users, if they have one, and the first of the two.
    async fn conversation(
        &self,
        user: &Username,
        with: &Username,
    ) -> Result<Option<(Conversation, UserId)>, HistoryError> {
        let names = [user.clone(), with.clone()];
        let ids = ids_of(&*self.users, &names).await?;
        let [id, other] = ids[..] else { return Ok(None) };
        let pair = Pair::of(id, other).ok_or_else(|| UsersError::Oneself(with.clone()))?;
        Ok(self.views.of_pair(pair).await?.map(|conversation| (conversation, id)))
    }
}

#[cfg(test)]
mod tests;
