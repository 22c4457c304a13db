//! A back end keeps how the devices of its users are to be woken, what they call each other, and what they have pinned
//! (docs/wire/rongcloud.md#push-preferences).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;

use crate::conversations::ports::{ConversationPins, Pin};
use crate::ports::{Clock, StoreResult};
use crate::sending::ids::LeasedIds;
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::{PushPreferences, RemarkPage, Remarks, Users};

/// Remarks of a user at most.
pub const MOST_REMARKS: i64 = 3000;

/// What one call answers at most.
const MOST_KEPT: i64 = 10_000;

/// With whom, whether it is pinned, and what notifies, if that was set.
pub type KeptPreference = (Option<UserId>, bool, Option<NotificationLevel>);

/// Keeps preferences. Every user that is named has to exist.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepPreferences: Send + Sync {
    /// Sets when a user's devices stay silent each day; `None`: never.
    async fn set_push_period(&self, user: &Username, period: Option<PushPeriod>) -> Result<(), UsersError>;

    /// When they stay silent.
    async fn push_period(&self, user: &Username) -> Result<Option<PushPeriod>, UsersError>;

    /// Sets what notifies of the conversation with somebody, or of all that have no level of their own.
    async fn set_level(
        &self,
        user: &Username,
        with: Option<Username>,
        level: NotificationLevel,
    ) -> Result<(), UsersError>;

    /// What was set for that conversation, or for all.
    async fn level(&self, user: &Username, with: Option<Username>) -> Result<NotificationLevel, UsersError>;

    /// All that a user has pinned and set a level for, by the other side; what was set for all conversations has nobody beside it.
    async fn all(&self, user: UserId) -> StoreResult<Vec<KeptPreference>>;

    /// Sets what a user calls others; of two remarks about the same user the last counts, one about itself is passed over.
    async fn set_remarks(&self, user: &Username, remarks: Vec<(Username, String)>) -> Result<(), UsersError>;

    /// Takes a remark away.
    async fn remove_remark(&self, user: &Username, about: &Username) -> Result<(), UsersError>;

    /// What a user calls others, by their names.
    async fn remarks(&self, user: &Username, offset: i64, limit: i64) -> Result<RemarkPage, UsersError>;

    /// Pins the conversation with somebody in the user's list, or takes that back. One that has no message yet is pinned
    /// once it has.
    async fn pin(&self, user: &Username, with: &Username, is_pinned: bool) -> Result<(), UsersError>;

    /// Whether the conversation with somebody is pinned in the user's list.
    async fn is_pinned(&self, user: &Username, with: &Username) -> Result<bool, UsersError>;
}

/// [`KeepPreferences`] over the ports.
pub struct PreferenceKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Silent times and levels.
    pub push: Arc<dyn PushPreferences>,
    /// What users call each other.
    pub remarks: Arc<dyn Remarks>,
    /// Pinned conversations.
    pub pins: Arc<dyn ConversationPins>,
    /// Makes the ids of conversations without a message.
    pub ids: Arc<LeasedIds>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepPreferences for PreferenceKeeping {
    async fn set_push_period(&self, user: &Username, period: Option<PushPeriod>) -> Result<(), UsersError> {
        let user = self.one(user).await?;
        Ok(self.push.set_period(user, period, self.clock.now()).await?)
    }

    async fn push_period(&self, user: &Username) -> Result<Option<PushPeriod>, UsersError> {
        let user = self.one(user).await?;
        Ok(self.push.period(user).await?)
    }

    async fn set_level(
        &self,
        user: &Username,
        with: Option<Username>,
        level: NotificationLevel,
    ) -> Result<(), UsersError> {
        let (user, with) = self.user_and_target(user, with).await?;
        Ok(self.push.set_level(user, with, level, self.clock.now()).await?)
    }

    async fn level(&self, user: &Username, with: Option<Username>) -> Result<NotificationLevel, UsersError> {
        let (user, with) = self.user_and_target(user, with).await?;
        Ok(self.push.level(user, with).await?)
    }

    async fn all(&self, user: UserId) -> StoreResult<Vec<KeptPreference>> {
        let levels = self.push.levels(user, MOST_KEPT).await?;
        let mut kept: BTreeMap<Option<UserId>, (bool, Option<NotificationLevel>)> =
            levels.into_iter().map(|(with, level)| (with, (false, Some(level)))).collect();
        for with in self.pins.pinned(user, MOST_KEPT).await? {
            kept.entry(Some(with)).or_default().0 = true;
        }
        Ok(kept.into_iter().map(|(with, (is_pinned, level))| (with, is_pinned, level)).collect())
    }

    async fn set_remarks(&self, user: &Username, remarks: Vec<(Username, String)>) -> Result<(), UsersError> {
        // RongCloud answers success to a remark on oneself, which the test-suites of its clients rely on.
        let others = remarks.into_iter().filter(|(about, _)| about != user);
        let (about, texts): (Vec<Username>, Vec<String>) = others.unzip();
        let owner = self.one(user).await?;
        let about = ids_of(&*self.users, &about).await?;
        if about.is_empty() {
            return Ok(());
        }
        let remarks = about.into_iter().zip(texts).collect();
        let has_room = self.remarks.set(owner, remarks, MOST_REMARKS, self.clock.now()).await?;
        if has_room { Ok(()) } else { Err(UsersError::ListFull(MOST_REMARKS)) }
    }

    async fn remove_remark(&self, user: &Username, about: &Username) -> Result<(), UsersError> {
        if user == about {
            return self.one(user).await.map(drop);
        }
        let (user, about) = self.two(user, about).await?;
        Ok(self.remarks.remove(user, about).await?)
    }

    async fn remarks(&self, user: &Username, offset: i64, limit: i64) -> Result<RemarkPage, UsersError> {
        let user = self.one(user).await?;
        Ok(self.remarks.page(user, offset, limit).await?)
    }

    async fn pin(&self, user: &Username, with: &Username, is_pinned: bool) -> Result<(), UsersError> {
        let (owner, other) = self.two(user, with).await?;
        let pair = Pair::of(owner, other).ok_or_else(|| UsersError::Oneself(user.clone()))?;
        let now = self.clock.now();
        let id = self
            .ids
            .take(self.clock.steady(), 1)
            .and_then(|ids| ids.first().copied())
            .ok_or(UsersError::Busy)?;
        let pin = Pin { pair, owner, is_pinned, id_if_new: ConversationId(id) };
        Ok(self.pins.set(pin, now).await?)
    }

    async fn is_pinned(&self, user: &Username, with: &Username) -> Result<bool, UsersError> {
        let (owner, other) = self.two(user, with).await?;
        Ok(self.pins.pinned(owner, MOST_KEPT).await?.contains(&other))
    }
}

impl PreferenceKeeping {
    async fn one(&self, name: &Username) -> Result<UserId, UsersError> {
        Ok(crate::users::named_users::one_named(&*self.users, name).await?.id)
    }

    async fn two(&self, user: &Username, other: &Username) -> Result<(UserId, UserId), UsersError> {
        if user == other {
            return Err(UsersError::Oneself(user.clone()));
        }
        Ok((self.one(user).await?, self.one(other).await?))
    }

    async fn user_and_target(
        &self,
        user: &Username,
        with: Option<Username>,
    ) -> Result<(UserId, Option<UserId>), UsersError> {
        match with {
            Some(with) => self.two(user, &with).await.map(|(user, with)| (user, Some(with))),
            None => Ok((self.one(user).await?, None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ports::MockConversationPins;
    use crate::ports::MockClock;
    use crate::testing::{ids, name, three_users};
    use crate::users::ports::{MockPushPreferences, MockRemarks};
    use sixin_domain::id::ID_EPOCH;

    fn keeping(
        push: MockPushPreferences,
        remarks: MockRemarks,
        pins: MockConversationPins,
    ) -> PreferenceKeeping {
        let mut clock = MockClock::new();
        clock.expect_steady().return_const(ID_EPOCH.plus(1000));
        clock.expect_now().return_const(ID_EPOCH.plus(1000));
        PreferenceKeeping {
            users: Arc::new(three_users()),
            push: Arc::new(push),
            remarks: Arc::new(remarks),
            pins: Arc::new(pins),
            ids: Arc::new(ids()),
            clock: Arc::new(clock),
        }
    }

    fn nothing() -> PreferenceKeeping {
        keeping(MockPushPreferences::new(), MockRemarks::new(), MockConversationPins::new())
    }

    #[tokio::test]
    async fn a_level_is_that_of_one_conversation_or_of_all() {
        for (with, id) in [(Some(name("bob")), Some(UserId(2))), (None, None)] {
            let mut push = MockPushPreferences::new();
            let muted = NotificationLevel::of_switch(true);
            push.expect_set_level()
                .once()
                .withf(move |user, with, level, _| (user.0, *with, *level) == (1, id, muted))
                .returning(|_, _, _, _| Ok(()));
            let keeping = keeping(push, MockRemarks::new(), MockConversationPins::new());
            keeping.set_level(&name("ann"), with, muted).await.unwrap();
        }
    }

    #[tokio::test]
    async fn the_two_users_exist_and_are_different() {
        let level = NotificationLevel::default();
        for (user, with) in [("ann", "dan"), ("dan", "ann")] {
            let refused = nothing().set_level(&name(user), Some(name(with)), level).await;
            assert!(matches!(refused, Err(UsersError::Unknown(who)) if who.as_str() == "dan"));
            let refused = nothing().pin(&name(user), &name(with), true).await;
            assert!(matches!(refused, Err(UsersError::Unknown(_))));
        }
        let ann = || name("ann");
        assert!(matches!(nothing().pin(&ann(), &ann(), true).await, Err(UsersError::Oneself(_))));
        assert!(matches!(nothing().set_level(&ann(), Some(ann()), level).await, Err(UsersError::Oneself(_))));
        let remark = |about: &str| vec![(name("bob"), "B".to_owned()), (name(about), "x".to_owned())];
        assert!(matches!(nothing().set_remarks(&ann(), remark("dan")).await, Err(UsersError::Unknown(_))));
    }

    #[tokio::test]
    async fn remarks_are_set_in_their_order_up_to_a_limit() {
        for has_room in [true, false] {
            let mut remarks = MockRemarks::new();
            let wanted = vec![(UserId(3), "C".to_owned()), (UserId(2), "B".to_owned())];
            remarks
                .expect_set()
                .once()
                .withf(move |owner, set, most, _| (owner.0, set, *most) == (1, &wanted, 3000))
                .returning(move |_, _, _, _| Ok(has_room));
            let keeping = keeping(MockPushPreferences::new(), remarks, MockConversationPins::new());
            let set = vec![(name("cid"), "C".to_owned()), (name("bob"), "B".to_owned())];
            assert_eq!(keeping.set_remarks(&name("ann"), set).await.is_ok(), has_room);
        }
    }

    #[tokio::test]
    async fn a_remark_on_oneself_is_passed_over() {
        let about_ann = || (name("ann"), "A".to_owned());
        nothing().set_remarks(&name("ann"), vec![about_ann()]).await.unwrap();
        nothing().remove_remark(&name("ann"), &name("ann")).await.unwrap();
        let unknown = nothing().set_remarks(&name("dan"), vec![(name("dan"), "D".to_owned())]).await;
        assert!(matches!(unknown, Err(UsersError::Unknown(_))));
        let unknown = nothing().remove_remark(&name("dan"), &name("dan")).await;
        assert!(matches!(unknown, Err(UsersError::Unknown(_))));
        let mut remarks = MockRemarks::new();
        let is_bob = |set: &[(UserId, String)]| *set == [(UserId(2), "B".to_owned())];
        remarks.expect_set().once().withf(move |_, set, _, _| is_bob(set)).returning(|_, _, _, _| Ok(true));
        let keeping = keeping(MockPushPreferences::new(), remarks, MockConversationPins::new());
        let set = vec![about_ann(), (name("bob"), "B".to_owned())];
        keeping.set_remarks(&name("ann"), set).await.unwrap();
    }

    #[tokio::test]
    async fn a_pin_comes_with_an_id_for_a_conversation_that_is_not_there_yet() {
        let mut pins = MockConversationPins::new();
        pins.expect_set()
            .once()
            .withf(|pin, _| {
                (pin.owner.0, pin.pair.a().0, pin.is_pinned) == (2, 1, true) && pin.id_if_new.0 > 0
            })
            .returning(|_, _| Ok(()));
        let pinning = keeping(MockPushPreferences::new(), MockRemarks::new(), pins);
        pinning.pin(&name("bob"), &name("ann"), true).await.unwrap();
        let unled = PreferenceKeeping { ids: Arc::new(LeasedIds::default()), ..nothing() };
        assert!(matches!(unled.pin(&name("bob"), &name("ann"), true).await, Err(UsersError::Busy)));
    }
}
