//! A user looks at messages by their ids, in whichever conversations they are.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{ConversationId, MessageId, UserId};

use crate::conversations::ports::{ConversationViews, MessageQuery, Order};
use crate::delivery::ports::{DeliveredMessage, EventLog};
use crate::ports::{Clock, StoreResult};
use crate::users::profiles::Viewer;

/// Finds messages.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait FindMessages: Send + Sync {
    /// Those of the messages that show to the viewer, in the order of the ids.
    async fn find(&self, viewer: &Viewer, ids: &[MessageId]) -> StoreResult<Vec<Arc<DeliveredMessage>>>;

    /// The last `limit` messages of a conversation that show to a user and stand at that position or before it, the newest first.
    async fn up_to(
        &self,
        user: UserId,
        conversation: ConversationId,
        seq: i64,
        limit: i64,
    ) -> StoreResult<Vec<ViewedMessage>>;
}

/// [`FindMessages`] over the ports.
pub struct MessageFinding {
    /// The messages.
    pub log: Arc<dyn EventLog>,
    /// The conversations.
    pub views: Arc<dyn ConversationViews>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl FindMessages for MessageFinding {
    async fn find(&self, viewer: &Viewer, ids: &[MessageId]) -> StoreResult<Vec<Arc<DeliveredMessage>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let end = viewer.membership_end(self.clock.now());
        let mut found = self.log.messages(ids, &[]).await?;
        let shows = |found: &DeliveredMessage| found.is_enabled && found.shows_to(viewer.user.id, end);
        found.retain(shows);
        let place = |found: &DeliveredMessage| ids.iter().position(|id| *id == found.message.id);
        found.sort_by_key(place);
        Ok(found.into_iter().map(Arc::new).collect())
    }

    async fn up_to(
        &self,
        user: UserId,
        conversation: ConversationId,
        seq: i64,
        limit: i64,
    ) -> StoreResult<Vec<ViewedMessage>> {
        let (before, order) = (seq.saturating_add(1), Order::Newest);
        self.views
            .messages(MessageQuery { conversation, user, after: 0, before, order, offset: 0, limit })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ports::MockConversationViews;
    use crate::delivery::ports::MockEventLog;
    use crate::delivery::testing::delivered;
    use crate::ports::MockClock;
    use crate::testing::user;
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;

    fn finding(log: MockEventLog) -> MessageFinding {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        let views = Arc::new(MockConversationViews::new());
        MessageFinding { log: Arc::new(log), views, clock: Arc::new(clock) }
    }

    #[tokio::test]
    async fn a_user_finds_its_own_messages_in_their_order_and_no_others() {
        let mut log = MockEventLog::new();
        let of = |id, from, to| delivered(id, (UserId(from), UserId(to)), "x".to_owned());
        log.expect_messages().once().returning(move |_, _| {
            let recalled = DeliveredMessage { is_enabled: false, ..of(3, 1, 2) };
            let hidden = DeliveredMessage { sender_visible: false, ..of(4, 1, 2) };
            let gone = DeliveredMessage { is_gone_for_recipient: true, ..of(5, 2, 1) };
            Ok(vec![of(1, 1, 2), of(2, 2, 1), recalled, hidden, gone, of(6, 2, 3)])
        });
        let viewer = Viewer { user: user(1, "ann"), settings: Arc::new(Settings::default()) };
        let ids = [2, 1, 3, 4, 5, 6, 7].map(MessageId);
        let found = finding(log).find(&viewer, &ids).await.unwrap();
        assert_eq!(found.iter().map(|found| found.message.id.0).collect::<Vec<_>>(), [2, 1]);
        assert!(finding(MockEventLog::new()).find(&viewer, &[]).await.unwrap().is_empty());
    }
}
