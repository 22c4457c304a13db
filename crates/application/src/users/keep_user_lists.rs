//! A back end keeps the blacklists and whitelists of its users (docs/wire/rongcloud.md#user-lists). A blacklist holds
//! the blocks that users of apps make too.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::username::Username;

use crate::ports::Clock;
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::{ListKind, ListPlace, ListSet, UserLists, Users};

/// Users on a list at most (docs/wire/rongcloud.md#user-lists).
pub const LONGEST_LIST: i64 = 3000;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPart {
    /// Who is on it, the newest first.
    pub users: Vec<Username>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<ListPlace>,
}

/// Keeps lists.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepUserLists: Send + Sync {
    /// Puts users on a list, or takes them off; all of them or, if one is unknown, none. The owner itself is passed over. `Ok` means that it is
    /// committed, and that the next message is judged by it.
    async fn set(
        &self,
        kind: ListKind,
        owner: &Username,
        others: &[Username],
        is_listed: bool,
    ) -> Result<(), UsersError>;

    /// A part of a list, after a place.
    async fn part(
        &self,
        kind: ListKind,
        owner: &Username,
        after: Option<ListPlace>,
        limit: i64,
    ) -> Result<ListPart, UsersError>;
}

/// [`KeepUserLists`] over the ports.
pub struct UserListKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Their lists.
    pub lists: Arc<dyn UserLists>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepUserLists for UserListKeeping {
    async fn set(
        &self,
        kind: ListKind,
        owner: &Username,
        others: &[Username],
        is_listed: bool,
    ) -> Result<(), UsersError> {
        let names: Vec<Username> = std::iter::once(owner).chain(others).cloned().collect();
        let ids = self.ids(&names).await?;
        let Some((owner, others)) = ids.split_first() else { return Ok(()) };
        // RongCloud answers success to oneself on one's own list, which the test-suites of its clients rely on.
        let others: Vec<UserId> = others.iter().copied().filter(|other| other != owner).collect();
        if others.is_empty() {
            return Ok(());
        }
        let set = ListSet { kind, owner: *owner, others, is_listed, most: LONGEST_LIST };
        let has_room = self.lists.set(set, self.clock.now()).await?;
        if has_room { Ok(()) } else { Err(UsersError::ListFull(LONGEST_LIST)) }
    }

    async fn part(
        &self,
        kind: ListKind,
        owner: &Username,
        after: Option<ListPlace>,
        limit: i64,
    ) -> Result<ListPart, UsersError> {
        let ids = self.ids(std::slice::from_ref(owner)).await?;
        let Some(owner) = ids.first() else { return Err(UsersError::Unknown(owner.clone())) };
        let mut found = self.lists.part(kind, *owner, after, limit.saturating_add(1)).await?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|last| last.place).filter(|_| is_more);
        Ok(ListPart { users: found.into_iter().map(|user| user.username).collect(), next })
    }
}

impl UserListKeeping {
    /// The users with these names, in their order.
    async fn ids(&self, names: &[Username]) -> Result<Vec<UserId>, UsersError> {
        ids_of(&*self.users, names).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{MockClock, StoreError};
    use crate::testing::{name, three_users};
    use crate::users::ports::{ListedName, MockUserLists};
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn keeping(lists: MockUserLists) -> UserListKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        UserListKeeping { users: Arc::new(three_users()), lists: Arc::new(lists), clock: Arc::new(clock) }
    }

    #[tokio::test]
    async fn users_are_listed_for_their_owner_and_a_failure_is_told() {
        for (kind, fails) in [(ListKind::Black, false), (ListKind::White, true)] {
            let mut lists = MockUserLists::new();
            let wanted = ListSet {
                kind,
                owner: UserId(2),
                others: vec![UserId(3), UserId(1)],
                is_listed: true,
                most: LONGEST_LIST,
            };
            lists.expect_set().once().withf(move |set, at| (set, *at) == (&wanted, NOW)).returning(
                move |_, _| if fails { Err(StoreError::Unavailable("gone".into())) } else { Ok(true) },
            );
            let set = keeping(lists).set(kind, &name("bob"), &[name("cid"), name("ann")], true).await;
            assert_eq!(set.is_err(), fails);
        }
    }

    #[tokio::test]
    async fn a_full_list_takes_nobody() {
        let mut lists = MockUserLists::new();
        lists.expect_set().once().returning(|_, _| Ok(false));
        let set = keeping(lists).set(ListKind::White, &name("bob"), &[name("cid")], true).await;
        assert!(matches!(set, Err(UsersError::ListFull(3000))));
    }

    #[tokio::test]
    async fn oneself_is_passed_over_on_ones_own_list() {
        for is_listed in [true, false] {
            let nothing = keeping(MockUserLists::new());
            nothing.set(ListKind::Black, &name("bob"), &[name("bob")], is_listed).await.unwrap();
            let mut lists = MockUserLists::new();
            lists.expect_set().once().withf(|set, _| set.others == [UserId(1)]).returning(|_, _| Ok(true));
            let others = [name("ann"), name("bob")];
            keeping(lists).set(ListKind::White, &name("bob"), &others, is_listed).await.unwrap();
        }
    }

    #[tokio::test]
    async fn nobody_lists_who_is_not_there() {
        let keeping = keeping(MockUserLists::new());
        for (owner, other) in [("bob", "dan"), ("dan", "bob"), ("dan", "dan")] {
            let set = keeping.set(ListKind::White, &name(owner), &[name(other)], false).await;
            assert!(matches!(set, Err(UsersError::Unknown(who)) if who.as_str() == "dan"));
        }
        let part = keeping.part(ListKind::Black, &name("dan"), None, 10).await;
        assert!(matches!(part, Err(UsersError::Unknown(_))));
    }

    #[tokio::test]
    async fn a_list_goes_on_after_its_last_entry_while_there_are_more() {
        let place = |number| ListPlace { since: NOW, number };
        for (stored, next) in [(1, None), (2, None), (3, Some(place(1)))] {
            let mut lists = MockUserLists::new();
            lists.expect_part().once().withf(|_, owner, _, limit| (owner.0, *limit) == (1, 3)).returning(
                move |_, _, _, _| {
                    let user = |number| ListedName { username: name("bob"), place: place(number) };
                    Ok((0..stored).map(user).collect())
                },
            );
            let part = keeping(lists).part(ListKind::White, &name("ann"), None, 2).await.unwrap();
            assert_eq!(part.users.len(), usize::try_from(stored.min(2)).unwrap());
            assert_eq!(part.next, next);
        }
    }
}
