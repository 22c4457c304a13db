//! A user reads its conversations (docs/wire/fresns.md#conversations).

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, NoSuchConversation, View, ViewedMessage};
use sixin_domain::file::FileKind;
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::UserRef;
use thiserror::Error;

use crate::conversations::ports::{ConversationViews, ListQuery, ListStart, ListTotals, MessageQuery, Order};
use crate::ports::{Clock, StoreError};
use crate::users::ports::Users;
use crate::users::profiles::{Profiles, ShownUsers, Viewer};

/// Which conversation is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationRef {
    /// The one with that id.
    Id(ConversationId),
    /// The one with that user.
    With(UserRef),
}

/// Why a user does not get what it asked for, or may not change it.
#[derive(Debug, Error)]
pub enum ConversationError {
    /// It is not there, or not the user's: nobody learns which.
    #[error(transparent)]
    NoSuchConversation(#[from] NoSuchConversation),
    /// There is no such user to have a conversation with.
    #[error("there is no such user")]
    PeerUnknown,
    /// Nobody has a conversation with itself.
    #[error("nobody has a conversation with itself")]
    Oneself,
    /// The message that was named as a bound is not in the conversation.
    #[error("the message is not in the conversation")]
    MessageUnknown,
    /// It is newer than the end of the membership.
    #[error("the message is newer than the end of the membership")]
    TooNew,
    /// The membership has run out, and this would change something.
    #[error("the membership has run out")]
    MembershipExpired,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListRequest {
    /// Only those that are pinned, or only those that are not.
    pub pinned: Option<bool>,
    /// Where the part begins.
    pub start: ListStart,
    /// How many at most.
    pub limit: i64,
}

/// A part of the list.
#[derive(Debug, Clone)]
pub struct ConversationList {
    /// The conversations, as they are stored.
    pub conversations: Vec<Conversation>,
    /// Which of their latest messages show as files.
    pub files: HashSet<MessageId>,
    /// Who the others are.
    pub shown: ShownUsers,
    /// How many there are in all.
    pub total: i64,
    /// Where the next part begins; `None` at the end.
    pub next: Option<(Millis, ConversationId)>,
}

/// One conversation.
#[derive(Debug, Clone)]
pub struct ConversationDetail {
    /// The conversation.
    pub conversation: Conversation,
    /// Its latest message, if that shows as a file.
    pub files: HashSet<MessageId>,
    /// Who the other is.
    pub shown: ShownUsers,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesRequest {
    /// Only those after that one.
    pub after: Option<MessageId>,
    /// Only those before that one.
    pub before: Option<MessageId>,
    /// In which order.
    pub order: Order,
    /// How many of them to leave out first.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// Some messages of a conversation.
#[derive(Debug, Clone)]
pub struct MessageList {
    /// The conversation.
    pub conversation: Conversation,
    /// The messages, in the order that was asked for.
    pub messages: Vec<ViewedMessage>,
    /// Who the two sides are.
    pub shown: ShownUsers,
}

/// Reads conversations.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ReadConversations: Send + Sync {
    /// The conversations of a user, the one with the newest message first.
    async fn list(
        &self,
        viewer: &Viewer,
        request: ListRequest,
    ) -> Result<ConversationList, ConversationError>;

    /// One of them.
    async fn detail(
        &self,
        viewer: &Viewer,
        which: &ConversationRef,
    ) -> Result<ConversationDetail, ConversationError>;

    /// The messages of one of them. Reading marks nothing as read.
    async fn messages(
        &self,
        viewer: &Viewer,
        which: &ConversationRef,
        request: MessagesRequest,
    ) -> Result<MessageList, ConversationError>;

    /// Sums over all of them.
    async fn totals(&self, viewer: &Viewer) -> Result<ListTotals, ConversationError>;
}

/// [`ReadConversations`] over the ports.
pub struct ConversationReading {
    /// The conversations.
    pub views: Arc<dyn ConversationViews>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// What is shown of them.
    pub profiles: Arc<Profiles>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl ReadConversations for ConversationReading {
    async fn list(
        &self,
        viewer: &Viewer,
        request: ListRequest,
    ) -> Result<ConversationList, ConversationError> {
        let ListRequest { pinned, start, limit } = request;
        let user = viewer.user.id;
        // One more than is shown tells whether there is a next part.
        let query = ListQuery { user, pinned, start, limit: limit.saturating_add(1) };
        let mut conversations = self.views.list(query).await?;
        let total = self.views.totals(user, pinned).await?.conversations;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = conversations.len() > shown;
        conversations.truncate(shown);
        let next = conversations
            .last()
            .filter(|_| has_more)
            .and_then(|last| Some((last.seen_by(user).ok()?.own.latest.as_ref()?.time, last.id)));
        let peers: Vec<_> =
            conversations.iter().filter_map(|found| Some(found.seen_by(user).ok()?.peer)).collect();
        let shown = self.profiles.of(viewer, &peers).await?;
        for conversation in &mut conversations {
            self.hide_new(viewer, conversation);
        }
        let files = self.files(viewer, &conversations).await?;
        Ok(ConversationList { conversations, files, shown, total, next })
    }

    async fn detail(
        &self,
        viewer: &Viewer,
        which: &ConversationRef,
    ) -> Result<ConversationDetail, ConversationError> {
        let mut conversation = self.find(viewer, which).await?;
        self.hide_new(viewer, &mut conversation);
        let peer = conversation.seen_by(viewer.user.id)?.peer;
        let shown = self.profiles.of(viewer, &[peer]).await?;
        let files = self.files(viewer, std::slice::from_ref(&conversation)).await?;
        Ok(ConversationDetail { conversation, files, shown })
    }

    async fn messages(
        &self,
        viewer: &Viewer,
        which: &ConversationRef,
        request: MessagesRequest,
    ) -> Result<MessageList, ConversationError> {
        let conversation = self.find(viewer, which).await?;
        let view = conversation.seen_by(viewer.user.id)?;
        let after = self.seq_of(&conversation, request.after).await?.unwrap_or(0);
        let before = self.seq_of(&conversation, request.before).await?.unwrap_or(i64::MAX);
        let before = before.min(self.first_too_new(viewer, &conversation, after).await?);
        let query = query(&view, after, before, request);
        let messages = self.views.messages(query).await?;
        let shown = self.profiles.of(viewer, &[view.user, view.peer]).await?;
        Ok(MessageList { conversation, messages, shown })
    }

    async fn totals(&self, viewer: &Viewer) -> Result<ListTotals, ConversationError> {
        Ok(self.views.totals(viewer.user.id, None).await?)
    }
}

impl ConversationReading {
    async fn find(
        &self,
        viewer: &Viewer,
        which: &ConversationRef,
    ) -> Result<Conversation, ConversationError> {
        find(&*self.views, &*self.users, viewer, which).await
    }

    /// Which of the latest messages show as files. Only those are looked at whose brief says so, since a text may say the same.
    async fn files(
        &self,
        viewer: &Viewer,
        conversations: &[Conversation],
    ) -> Result<HashSet<MessageId>, ConversationError> {
        let views = conversations.iter().filter_map(|found| found.seen_by(viewer.user.id).ok());
        let latest = views.filter_map(|view| view.own.latest.as_ref());
        let likely: Vec<MessageId> = latest
            .filter(|latest| FileKind::is_marker(&latest.brief))
            .filter_map(|latest| latest.id)
            .collect();
        if likely.is_empty() {
            return Ok(HashSet::new());
        }
        let bodies = self.views.bodies(&likely).await?;
        Ok(bodies.into_iter().filter(|(_, body)| body.is_file()).map(|(id, _)| id).collect())
    }

    /// Former members see that there is something new, but not what.
    fn hide_new(&self, viewer: &Viewer, conversation: &mut Conversation) {
        let Some(until) = viewer.membership_end(self.clock.now()) else { return };
        for side in [&mut conversation.a, &mut conversation.b] {
            side.latest = side.latest.take().filter(|latest| latest.time <= until);
        }
    }

    /// The `seq` of the first message that is too new for the viewer, beyond all others if none is.
    async fn first_too_new(
        &self,
        viewer: &Viewer,
        conversation: &Conversation,
        after: i64,
    ) -> Result<i64, ConversationError> {
        let Some(until) = viewer.membership_end(self.clock.now()) else { return Ok(i64::MAX) };
        let last = self.views.seq_at(conversation, until).await?;
        // Nothing but what may not be read was asked for.
        if last <= after && last < conversation.last_seq {
            return Err(ConversationError::TooNew);
        }
        Ok(last.saturating_add(1))
    }

    async fn seq_of(
        &self,
        conversation: &Conversation,
        message: Option<MessageId>,
    ) -> Result<Option<i64>, ConversationError> {
        let Some(message) = message else { return Ok(None) };
        let seq = self.views.seq_of(conversation.id, message).await?;
        seq.map(Some).ok_or(ConversationError::MessageUnknown)
    }
}

/// The conversation that is meant, if the viewer is one of its sides.
pub(super) async fn find(
    views: &dyn ConversationViews,
    users: &dyn Users,
    viewer: &Viewer,
    which: &ConversationRef,
) -> Result<Conversation, ConversationError> {
    let found = match which {
        ConversationRef::Id(id) => views.find(*id).await?,
        ConversationRef::With(peer) => {
            let peer = users.find(peer).await?.ok_or(ConversationError::PeerUnknown)?;
            let pair = Pair::of(viewer.user.id, peer.id).ok_or(ConversationError::Oneself)?;
            views.of_pair(pair).await?
        }
    };
    let found = found.ok_or(NoSuchConversation)?;
    found.seen_by(viewer.user.id)?;
    Ok(found)
}

/// What to ask the store for. Where a view is dense, positions are told from `seq`, so that a page costs the same at any
/// depth.
fn query(view: &View<'_>, after: i64, before: i64, request: MessagesRequest) -> MessageQuery {
    let MessagesRequest { order, offset, limit, .. } = request;
    let after = after.max(view.own.cleared_seq);
    let before = before.min(view.conversation.last_seq.saturating_add(1));
    let whole = MessageQuery {
        conversation: view.conversation.id,
        user: view.user,
        after,
        before,
        order,
        offset,
        limit,
    };
    match order {
        _ if !view.is_dense() => whole,
        Order::Newest => MessageQuery { before: before.saturating_sub(offset), offset: 0, ..whole },
        Order::Oldest => MessageQuery { after: after.saturating_add(offset), offset: 0, ..whole },
    }
}

#[cfg(test)]
mod tests;
