//! A back end reads what one of its users has of a conversation, and cleans it (facts: rongcloud 9.1, 9.2).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::{Conversation, ViewedMessage};
use sixin_domain::id::UserId;
use sixin_domain::pair::Pair;
use sixin_domain::time::Millis;
use sixin_domain::username::Username;
use thiserror::Error;

use crate::named_users::ids_of;
use crate::ports::{Clock, ConversationChanges, ConversationViews, MessageQuery, Order, StoreError, Users};

/// Which messages are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Whose view it is.
    pub user: Username,
    /// Of the conversation with whom.
    pub with: Username,
    /// From this time on.
    pub from: Millis,
    /// Whether a message of exactly that time is wanted too.
    pub includes_from: bool,
    /// Up to this time, and with it.
    pub until: Millis,
    /// How many at most.
    pub limit: i64,
}

/// A message, and whether the user of the view sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryMessage {
    /// The message.
    pub message: ViewedMessage,
    /// Whether the user of the view sent it.
    pub is_own: bool,
}

/// Why there is no history.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// There is no such user.
    #[error("there is no such user ({0})")]
    UserUnknown(Username),
    /// Nobody has a conversation with itself.
    #[error("nobody has a conversation with itself")]
    Oneself,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads and cleans histories.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ReadHistory: Send + Sync {
    /// Messages of one view, the oldest first; none if the two have no conversation.
    async fn between(&self, request: &HistoryRequest) -> Result<Vec<HistoryMessage>, HistoryError>;

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
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl ReadHistory for HistoryReading {
    async fn between(&self, request: &HistoryRequest) -> Result<Vec<HistoryMessage>, HistoryError> {
        let Some((conversation, user)) = self.conversation(&request.user, &request.with).await? else {
            return Ok(Vec::new());
        };
        let cleared = conversation.seen_by(user).map_or(0, |view| view.own.cleared_seq);
        let before_first = request.from.plus(if request.includes_from { -1 } else { 0 });
        let after = self.views.seq_at(&conversation, before_first).await?;
        let last = self.views.seq_at(&conversation, request.until).await?;
        let query = MessageQuery {
            conversation: conversation.id,
            user,
            after: after.max(cleared),
            before: last.saturating_add(1),
            order: Order::Oldest,
            offset: 0,
            limit: request.limit,
        };
        let found = self.views.messages(query).await?.into_iter();
        Ok(found.map(|message| HistoryMessage { is_own: message.sender == user, message }).collect())
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

impl HistoryReading {
    /// The conversation of two users, if they have one, and the first of the two.
    async fn conversation(
        &self,
        user: &Username,
        with: &Username,
    ) -> Result<Option<(Conversation, UserId)>, HistoryError> {
        let names = [user.clone(), with.clone()];
        let ids = ids_of(&*self.users, &names, HistoryError::UserUnknown).await?;
        let [user, with] = ids[..] else { return Ok(None) };
        let pair = Pair::of(user, with).ok_or(HistoryError::Oneself)?;
        Ok(self.views.of_pair(pair).await?.map(|conversation| (conversation, user)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{MockClock, MockConversationChanges, MockConversationViews, MockUsers};
    use crate::testing::{conversation, user};

    const NOW: Millis = Millis(1000);

    fn name(text: &str) -> Username {
        Username::new(text).unwrap()
    }

    /// Over conversation 9 of ann and bob, in which bob has deleted the first 3 messages, and message n is of time 10 n.
    fn reading(mut views: MockConversationViews, changes: MockConversationChanges) -> HistoryReading {
        let mut users = MockUsers::new();
        users.expect_find_named().returning(|names| {
            let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
            Ok(all.into_iter().filter(|user| names.contains(&user.username)).collect())
        });
        views.expect_of_pair().returning(|pair| {
            let mut found = conversation(9, 1, 2);
            found.b.cleared_seq = 3;
            Ok((pair == found.pair).then_some(found))
        });
        views.expect_seq_at().returning(|_, time| Ok((time.0 / 10).clamp(0, 8)));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        HistoryReading {
            users: Arc::new(users),
            views: Arc::new(views),
            changes: Arc::new(changes),
            clock: Arc::new(clock),
        }
    }

    async fn bounds(
        user: &str,
        with: &str,
        from: i64,
        includes_from: bool,
        until: i64,
    ) -> Option<(i64, i64)> {
        let asked = Arc::new(std::sync::Mutex::new(None));
        let seen = Arc::clone(&asked);
        let mut views = MockConversationViews::new();
        views.expect_messages().returning(move |query| {
            assert_eq!((query.order, query.offset, query.limit), (Order::Oldest, 0, 7));
            *seen.lock().unwrap() = Some((query.after, query.before));
            Ok(Vec::new())
        });
        let (user, with) = (name(user), name(with));
        let (from, until) = (Millis(from), Millis(until));
        let request = HistoryRequest { user, with, from, includes_from, until, limit: 7 };
        reading(views, MockConversationChanges::new()).between(&request).await.unwrap();
        let asked = asked.lock().unwrap();
        *asked
    }

    #[tokio::test]
    async fn times_become_positions_in_the_users_own_view() {
        assert_eq!(bounds("ann", "bob", 20, false, 50).await, Some((2, 6)));
        assert_eq!(bounds("ann", "bob", 20, true, 50).await, Some((1, 6)));
        assert_eq!(bounds("bob", "ann", 20, true, 50).await, Some((3, 6)));
        assert_eq!(bounds("ann", "cid", 20, true, 50).await, None);
    }

    #[tokio::test]
    async fn a_view_is_cleaned_up_to_a_time_or_whole() {
        for (until, last) in [(Some(Millis(45)), 4), (None, i64::MAX)] {
            let mut changes = MockConversationChanges::new();
            changes
                .expect_clear()
                .once()
                .withf(move |id, owner, up_to, at| (id.0, owner.0, *up_to, *at) == (9, 2, last, NOW))
                .returning(|_, _, _, _| Ok(()));
            let reading = reading(MockConversationViews::new(), changes);
            reading.clean(&name("bob"), &name("ann"), until).await.unwrap();
        }
        let nothing = reading(MockConversationViews::new(), MockConversationChanges::new());
        nothing.clean(&name("bob"), &name("cid"), None).await.unwrap();
    }

    #[tokio::test]
    async fn users_that_are_not_there_or_the_same_are_refused() {
        let reading = reading(MockConversationViews::new(), MockConversationChanges::new());
        let refused = reading.clean(&name("ann"), &name("dan"), None).await;
        assert!(matches!(refused, Err(HistoryError::UserUnknown(name)) if name.as_str() == "dan"));
        let refused = reading.clean(&name("ann"), &name("ann"), None).await;
        assert!(matches!(refused, Err(HistoryError::Oneself)));
    }
}
