//! A user changes its own view of its conversations: read, pinned, deleted (docs/wire/fresns.md#targets).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::Seat;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::UserRef;

use crate::conversations::ports::{ConversationChanges, ConversationViews};
use crate::conversations::read_conversations::{ConversationError, ConversationRef, find};
use crate::ports::Clock;
use crate::users::ports::Users;
use crate::users::profiles::Viewer;

/// What is to be marked or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A conversation with all messages there are now.
    Conversation(ConversationRef),
    /// Messages of any conversation; those that are not in the user's view are passed over.
    Messages(Vec<MessageId>),
}

/// Changes views. `Ok` means that the change is committed.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ChangeConversations: Send + Sync {
    /// Marks what the user received as read.
    async fn mark_read(&self, viewer: &Viewer, target: &Target) -> Result<(), ConversationError>;

    /// Marks everything as read that the user has received from somebody up to a time. Answers up to where in which conversation;
    /// `None` if there is none.
    async fn mark_read_with(
        &self,
        viewer: &Viewer,
        with: &UserRef,
        until: Millis,
    ) -> Result<Option<(ConversationId, i64)>, ConversationError>;

    /// Pins a conversation, or takes that back.
    async fn toggle_pin(&self, viewer: &Viewer, which: &ConversationRef) -> Result<(), ConversationError>;

    /// Deletes from the user's view; the other side keeps what it has.
    async fn delete(&self, viewer: &Viewer, target: &Target) -> Result<(), ConversationError>;
}

/// [`ChangeConversations`] over the ports.
pub struct ConversationChanging {
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
impl ChangeConversations for ConversationChanging {
    async fn mark_read(&self, viewer: &Viewer, target: &Target) -> Result<(), ConversationError> {
        let now = self.clock.now();
        match target {
            Target::Conversation(which) => {
                let seat = self.seat(viewer, which).await?;
                Ok(self.changes.mark_read(seat, now).await?)
            }
            Target::Messages(ids) => Ok(self.changes.mark_messages_read(viewer.user.id, ids, now).await?),
        }
    }

    async fn mark_read_with(
        &self,
        viewer: &Viewer,
        with: &UserRef,
        until: Millis,
    ) -> Result<Option<(ConversationId, i64)>, ConversationError> {
        let me = viewer.user.id;
        let with = self.users.find(with).await?.ok_or(ConversationError::PeerUnknown)?;
        let pair = Pair::of(me, with.id).ok_or(ConversationError::Oneself)?;
        let Some(found) = self.views.of_pair(pair).await? else { return Ok(None) };
        let last = self.views.seq_at(&found, until).await?;
        self.changes.mark_read_until(found.id, me, last, self.clock.now()).await?;
        Ok(Some((found.id, last)))
    }

    async fn toggle_pin(&self, viewer: &Viewer, which: &ConversationRef) -> Result<(), ConversationError> {
        let seat = self.seat(viewer, which).await?;
        Ok(self.changes.toggle_pin(seat, self.clock.now()).await?)
    }

    async fn delete(&self, viewer: &Viewer, target: &Target) -> Result<(), ConversationError> {
        let now = self.clock.now();
        // Deleting is what a member whose time is over may not do, while marking as read is
        // (docs/wire/fresns.md#private-sites).
        if viewer.membership_end(now).is_some() {
            return Err(ConversationError::MembershipExpired);
        }
        match target {
            Target::Conversation(which) => {
                let seat = self.seat(viewer, which).await?;
                Ok(self.changes.delete(seat, now).await?)
            }
            Target::Messages(ids) => Ok(self.changes.delete_messages(viewer.user.id, ids, now).await?),
        }
    }
}

impl ConversationChanging {
    /// Where the viewer sits, if the conversation is theirs.
    async fn seat(&self, viewer: &Viewer, which: &ConversationRef) -> Result<Seat, ConversationError> {
        let found = find(&*self.views, &*self.users, viewer, which).await?;
        Ok(found.seen_by(viewer.user.id)?.seat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ports::{MockConversationChanges, MockConversationViews};
    use crate::ports::MockClock;
    use crate::testing::{conversation, three_users, user};
    use sixin_domain::conversation::pair::Side;
    use sixin_domain::id::UserId;
    use sixin_domain::site::settings::Settings;
    use std::collections::BTreeMap;

    const NOW: Millis = Millis(1000);

    /// Over one conversation, with id 9, of users 1 and 2.
    fn changing(changes: MockConversationChanges) -> ConversationChanging {
        let mut views = MockConversationViews::new();
        views.expect_find().returning(|id| Ok((id.0 == 9).then(|| conversation(9, 1, 2))));
        views.expect_of_pair().returning(|pair| {
            let is_theirs = Pair::of(UserId(1), UserId(2)) == Some(pair);
            Ok(is_theirs.then(|| conversation(9, 1, 2)))
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let mut users = three_users();
        users.expect_find().returning(|who| {
            let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
            Ok(all.into_iter().find(|user| *who == UserRef::Username(user.username.clone())))
        });
        ConversationChanging {
            users: Arc::new(users),
            views: Arc::new(views),
            changes: Arc::new(changes),
            clock: Arc::new(clock),
        }
    }

    fn viewer(id: i64) -> Viewer {
        Viewer { user: user(id, "viewer"), settings: Arc::new(Settings::default()) }
    }

    fn is_refused(result: Result<(), ConversationError>) -> bool {
        matches!(result, Err(ConversationError::NoSuchConversation(_)))
    }

    #[tokio::test]
    async fn each_side_changes_its_own_view_only() {
        for (id, side) in [(1, Side::A), (2, Side::B)] {
            let mut changes = MockConversationChanges::new();
            let own = move |seat: &Seat, at: &Millis| {
                (seat.conversation, seat.owner.0, seat.side, *at) == (ConversationId(9), id, side, NOW)
            };
            changes.expect_mark_read().withf(own).once().returning(|_, _| Ok(()));
            changes.expect_toggle_pin().withf(own).once().returning(|_, _| Ok(()));
            changes.expect_delete().withf(own).once().returning(|_, _| Ok(()));
            let changing = changing(changes);
            let which = ConversationRef::Id(ConversationId(9));
            let target = Target::Conversation(which.clone());
            changing.mark_read(&viewer(id), &target).await.unwrap();
            changing.toggle_pin(&viewer(id), &which).await.unwrap();
            changing.delete(&viewer(id), &target).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_conversation_of_others_or_of_nobody_is_not_touched() {
        let changing = changing(MockConversationChanges::new());
        for (who, id) in [(3, 9), (1, 8)] {
            let which = ConversationRef::Id(ConversationId(id));
            let (viewer, target) = (viewer(who), Target::Conversation(which.clone()));
            assert!(is_refused(changing.mark_read(&viewer, &target).await));
            assert!(is_refused(changing.toggle_pin(&viewer, &which).await));
            assert!(is_refused(changing.delete(&viewer, &target).await));
        }
    }

    #[tokio::test]
    async fn a_conversation_may_be_named_by_the_other_user() {
        let mut changes = MockConversationChanges::new();
        changes.expect_toggle_pin().withf(|seat, _| seat.side == Side::A).once().returning(|_, _| Ok(()));
        let changing = changing(changes);
        let with = |name| ConversationRef::With(UserRef::parse(name).unwrap());
        let pin = async |who, name| changing.toggle_pin(&viewer(who), &with(name)).await;
        pin(1, "bob").await.unwrap();
        assert!(is_refused(pin(3, "bob").await));
        assert!(matches!(pin(2, "bob").await, Err(ConversationError::Oneself)));
        assert!(matches!(pin(1, "nobody").await, Err(ConversationError::PeerUnknown)));
    }

    #[tokio::test]
    async fn messages_are_changed_as_those_of_the_viewer() {
        let mut changes = MockConversationChanges::new();
        let of_one =
            |who: &UserId, ids: &[MessageId], _: &Millis| who.0 == 1 && ids == [MessageId(5), MessageId(6)];
        changes.expect_mark_messages_read().withf(of_one).once().returning(|_, _, _| Ok(()));
        changes.expect_delete_messages().withf(of_one).once().returning(|_, _, _| Ok(()));
        let changing = changing(changes);
        let target = Target::Messages(vec![MessageId(5), MessageId(6)]);
        changing.mark_read(&viewer(1), &target).await.unwrap();
        changing.delete(&viewer(1), &target).await.unwrap();
    }

    #[tokio::test]
    async fn a_member_whose_time_is_over_may_mark_but_not_delete() {
        let mut changes = MockConversationChanges::new();
        changes.expect_mark_read().once().returning(|_, _| Ok(()));
        let changing = changing(changes);
        let rows = BTreeMap::from([("site_mode".to_owned(), "private".to_owned())]);
        let mut viewer = Viewer { settings: Arc::new(Settings::new(rows)), ..viewer(1) };
        Arc::make_mut(&mut viewer.user).expired_at = Some(NOW.plus(-1));
        let target = Target::Conversation(ConversationRef::Id(ConversationId(9)));
        changing.mark_read(&viewer, &target).await.unwrap();
        let deleted = changing.delete(&viewer, &target).await;
        assert!(matches!(deleted, Err(ConversationError::MembershipExpired)));
    }
}
