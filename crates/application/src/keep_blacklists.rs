//! A back end keeps the blacklists of its users (facts: rongcloud 12.3). They are the blocks users of apps make too.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::username::Username;
use thiserror::Error;

use crate::cached::DropTopic;
use crate::named_users::ids_of;
use crate::ports::{Blacklists, BlockedPlace, Clock, StoreError, Topic, Users};

/// Why a blacklist is not shown or changed.
#[derive(Debug, Error)]
pub enum BlacklistError {
    /// There is no such user.
    #[error("there is no such user ({0})")]
    UserUnknown(Username),
    /// Nobody blocks itself.
    #[error("nobody blocks itself")]
    Oneself,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A part of a blacklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlacklistPart {
    /// Who is blocked, the newest first.
    pub users: Vec<Username>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<BlockedPlace>,
}

/// Keeps blacklists.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepBlacklists: Send + Sync {
    /// Puts users on a list, or takes them off; all of them or, if one is unknown, none. `Ok` means that it is
    /// committed, and that the next message is judged by it.
    async fn set(
        &self,
        owner: &Username,
        others: &[Username],
        is_blocked: bool,
    ) -> Result<(), BlacklistError>;

    /// A part of a list, after a place.
    async fn part(
        &self,
        owner: &Username,
        after: Option<BlockedPlace>,
        limit: i64,
    ) -> Result<BlacklistPart, BlacklistError>;
}

/// [`KeepBlacklists`] over the ports.
pub struct BlacklistKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Their lists.
    pub lists: Arc<dyn Blacklists>,
    /// What is kept in memory.
    pub memory: Arc<dyn DropTopic>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepBlacklists for BlacklistKeeping {
    async fn set(
        &self,
        owner: &Username,
        others: &[Username],
        is_blocked: bool,
    ) -> Result<(), BlacklistError> {
        if others.contains(owner) {
            return Err(BlacklistError::Oneself);
        }
        let names: Vec<Username> = std::iter::once(owner).chain(others).cloned().collect();
        let ids = self.ids(&names).await?;
        let Some((owner, others)) = ids.split_first() else { return Ok(()) };
        let changed = self.lists.set_all_blocked(*owner, others, is_blocked, self.clock.now()).await;
        // Also if it failed: then it is not known whether it was changed.
        self.memory.drop_topic(Topic::Relations);
        Ok(changed?)
    }

    async fn part(
        &self,
        owner: &Username,
        after: Option<BlockedPlace>,
        limit: i64,
    ) -> Result<BlacklistPart, BlacklistError> {
        let ids = self.ids(std::slice::from_ref(owner)).await?;
        let Some(owner) = ids.first() else { return Err(BlacklistError::UserUnknown(owner.clone())) };
        let mut found = self.lists.blocked_by(*owner, after, limit.saturating_add(1)).await?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|last| last.place).filter(|_| is_more);
        Ok(BlacklistPart { users: found.into_iter().map(|user| user.username).collect(), next })
    }
}

impl BlacklistKeeping {
    /// The users with these names, in their order.
    async fn ids(&self, names: &[Username]) -> Result<Vec<UserId>, BlacklistError> {
        ids_of(&*self.users, names, BlacklistError::UserUnknown).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cached::MockDropTopic;
    use crate::ports::{BlockedUser, MockBlacklists, MockClock, MockUsers};
    use crate::testing::user;
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn name(text: &str) -> Username {
        Username::new(text).unwrap()
    }

    fn keeping(lists: MockBlacklists, drops: usize) -> BlacklistKeeping {
        let mut users = MockUsers::new();
        users.expect_find_named().returning(|names| {
            let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
            Ok(all.into_iter().filter(|user| names.contains(&user.username)).collect())
        });
        let mut memory = MockDropTopic::new();
        memory.expect_drop_topic().withf(|topic| *topic == Topic::Relations).times(drops).return_const(());
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        BlacklistKeeping {
            users: Arc::new(users),
            lists: Arc::new(lists),
            memory: Arc::new(memory),
            clock: Arc::new(clock),
        }
    }

    #[tokio::test]
    async fn users_are_blocked_for_their_owner_and_memory_forgets_also_if_that_fails() {
        for fails in [false, true] {
            let mut lists = MockBlacklists::new();
            lists
                .expect_set_all_blocked()
                .once()
                .withf(|owner, others, is_blocked, at| {
                    (owner.0, others, *is_blocked, *at) == (2, &[UserId(3), UserId(1)], true, NOW)
                })
                .returning(
                    move |_, _, _, _| {
                        if fails { Err(StoreError::Unavailable("gone".into())) } else { Ok(()) }
                    },
                );
            let set = keeping(lists, 1).set(&name("bob"), &[name("cid"), name("ann")], true).await;
            assert_eq!(set.is_err(), fails);
        }
    }

    #[tokio::test]
    async fn nobody_blocks_itself_or_who_is_not_there() {
        let keeping = keeping(MockBlacklists::new(), 0);
        let set = keeping.set(&name("bob"), &[name("ann"), name("bob")], true).await;
        assert!(matches!(set, Err(BlacklistError::Oneself)));
        for (owner, other) in [("bob", "dan"), ("dan", "bob")] {
            let set = keeping.set(&name(owner), &[name(other)], false).await;
            assert!(matches!(set, Err(BlacklistError::UserUnknown(who)) if who.as_str() == "dan"));
        }
        let part = keeping.part(&name("dan"), None, 10).await;
        assert!(matches!(part, Err(BlacklistError::UserUnknown(_))));
    }

    #[tokio::test]
    async fn a_list_goes_on_after_its_last_entry_while_there_are_more() {
        let place = |number| BlockedPlace { since: NOW, number };
        for (stored, next) in [(1, None), (2, None), (3, Some(place(1)))] {
            let mut lists = MockBlacklists::new();
            lists.expect_blocked_by().once().withf(|owner, _, limit| (owner.0, *limit) == (1, 3)).returning(
                move |_, _, _| {
                    let user = |number| BlockedUser { username: name("bob"), place: place(number) };
                    Ok((0..stored).map(user).collect())
                },
            );
            let part = keeping(lists, 0).part(&name("ann"), None, 2).await.unwrap();
            assert_eq!(part.users.len(), usize::try_from(stored.min(2)).unwrap());
            assert_eq!(part.next, next);
        }
    }
}
