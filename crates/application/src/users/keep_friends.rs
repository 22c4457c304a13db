//! A back end keeps the friends of its users (docs/wire/rongcloud.md#friends): who follow each other, as apps see it.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::friend::FriendPermission;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::conversations::ports::Order;
use crate::ports::{Clock, StoreError};
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::{Befriended, Friend, FriendChange, Friends, Users};

/// Friends of a user at most (docs/wire/rongcloud.md#friends).
pub const MOST_FRIENDS: i64 = 3000;

/// Why what a back end wants of friends is not done.
#[derive(Debug, Error)]
pub enum FriendError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The other takes nobody.
    #[error("{0} takes no friends")]
    Refused(Username),
    /// They are not friends.
    #[error("{0} is not a friend")]
    NoFriend(Username),
}

impl From<StoreError> for FriendError {
    fn from(error: StoreError) -> Self {
        Self::Users(error.into())
    }
}

/// Keeps friends. Every user that is named has to exist.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepFriends: Send + Sync {
    /// Lets a user become another's friend: at once if `is_direct`, or as the other permits.
    async fn add(&self, user: &Username, other: &Username, is_direct: bool) -> Result<(), FriendError>;

    /// Ends friendships on both sides. Who is no friend is passed over.
    async fn delete(&self, user: &Username, others: &[Username]) -> Result<(), FriendError>;

    /// Ends all friendships of a user on both sides.
    async fn clean(&self, user: &Username) -> Result<(), FriendError>;

    /// A page of the friends of a user, and how many there are.
    async fn page(
        &self,
        user: &Username,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<Friend>, usize), FriendError>;

    /// Whether each of these is the user's friend, in their order.
    async fn are_friends(&self, user: &Username, others: &[Username]) -> Result<Vec<bool>, FriendError>;

    /// Keeps something of a friend.
    async fn describe(
        &self,
        user: &Username,
        friend: &Username,
        change: FriendChange,
    ) -> Result<(), FriendError>;

    /// Sets whom users take as friends.
    async fn permit(&self, users: &[Username], permission: FriendPermission) -> Result<(), FriendError>;

    /// Whom users take as friends, in their order.
    async fn permissions(&self, users: &[Username]) -> Result<Vec<FriendPermission>, FriendError>;
}

/// [`KeepFriends`] over the ports.
pub struct FriendKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Their friends.
    pub friends: Arc<dyn Friends>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepFriends for FriendKeeping {
    async fn add(&self, name: &Username, friend: &Username, is_direct: bool) -> Result<(), FriendError> {
        let [user, other] = self.two(name, friend).await?;
        if user == other {
            return Err(UsersError::Oneself(name.clone()).into());
        }
        let now = self.clock.now();
        match self.friends.befriend(user, other, is_direct, MOST_FRIENDS, now).await? {
            Befriended::Friends | Befriended::Asked => Ok(()),
            Befriended::Refused => Err(FriendError::Refused(friend.clone())),
            Befriended::TooMany => Err(UsersError::ListFull(MOST_FRIENDS).into()),
        }
    }

    async fn delete(&self, user: &Username, others: &[Username]) -> Result<(), FriendError> {
        let (user, others) = self.one_and(user, others).await?;
        Ok(self.friends.part(user, Some(others), self.clock.now()).await?)
    }

    async fn clean(&self, user: &Username) -> Result<(), FriendError> {
        let (user, _) = self.one_and(user, &[]).await?;
        Ok(self.friends.part(user, None, self.clock.now()).await?)
    }

    async fn page(
        &self,
        user: &Username,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<Friend>, usize), FriendError> {
        let (user, _) = self.one_and(user, &[]).await?;
        Ok(self.friends.page(user, order, offset, limit).await?)
    }

    async fn are_friends(&self, user: &Username, others: &[Username]) -> Result<Vec<bool>, FriendError> {
        let (user, others) = self.one_and(user, others).await?;
        let friends = self.friends.among(user, &others).await?;
        Ok(others.iter().map(|other| friends.contains(other)).collect())
    }

    async fn describe(
        &self,
        user: &Username,
        friend: &Username,
        change: FriendChange,
    ) -> Result<(), FriendError> {
        let [id, other] = self.two(user, friend).await?;
        let is_kept = self.friends.describe(id, other, change, self.clock.now()).await?;
        if is_kept { Ok(()) } else { Err(FriendError::NoFriend(friend.clone())) }
    }

    async fn permit(&self, users: &[Username], permission: FriendPermission) -> Result<(), FriendError> {
        let ids = ids_of(&*self.users, users).await?;
        Ok(self.friends.permit(&ids, permission, self.clock.now()).await?)
    }

    async fn permissions(&self, users: &[Username]) -> Result<Vec<FriendPermission>, FriendError> {
        let ids = ids_of(&*self.users, users).await?;
        let set = self.friends.permissions(&ids).await?;
        Ok(ids.iter().map(|id| set.get(id).copied().unwrap_or_default()).collect())
    }
}

impl FriendKeeping {
    async fn two(&self, one: &Username, other: &Username) -> Result<[UserId; 2], FriendError> {
        let (user, others) = self.one_and(one, std::slice::from_ref(other)).await?;
        let other_id = others.first().copied().ok_or_else(|| UsersError::Unknown(other.clone()))?;
        Ok([user, other_id])
    }

    async fn one_and(
        &self,
        user: &Username,
        others: &[Username],
    ) -> Result<(UserId, Vec<UserId>), FriendError> {
        let names: Vec<Username> = std::iter::once(user).chain(others).cloned().collect();
        let ids = ids_of(&*self.users, &names).await?;
        let (first, others) = ids.split_first().ok_or_else(|| UsersError::Unknown(user.clone()))?;
        Ok((*first, others.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::testing::{name, three_users};
    use crate::users::ports::MockFriends;
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn keeping(friends: MockFriends) -> FriendKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        FriendKeeping { users: Arc::new(three_users()), friends: Arc::new(friends), clock: Arc::new(clock) }
    }

    #[tokio::test]
    async fn what_came_of_it_is_told() {
        for (came, is_done) in [
            (Befriended::Friends, true),
            (Befriended::Asked, true),
            (Befriended::Refused, false),
            (Befriended::TooMany, false),
        ] {
            let mut friends = MockFriends::new();
            friends
                .expect_befriend()
                .once()
                .withf(|user, other, is_direct, most, at| {
                    (*user, *other, *is_direct, *most, *at) == (UserId(1), UserId(2), true, 3000, NOW)
                })
                .returning(move |_, _, _, _, _| Ok(came));
            let added = keeping(friends).add(&name("ann"), &name("bob"), true).await;
            assert_eq!(added.is_ok(), is_done, "{added:?}");
        }
        let oneself = keeping(MockFriends::new()).add(&name("ann"), &name("ann"), true).await;
        assert!(matches!(oneself, Err(FriendError::Users(UsersError::Oneself(_)))));
    }

    #[tokio::test]
    async fn answers_stand_in_the_order_of_the_names() {
        let mut friends = MockFriends::new();
        friends.expect_among().returning(|_, _| Ok([UserId(3)].into()));
        friends.expect_permissions().returning(|_| Ok([(UserId(2), FriendPermission::Nobody)].into()));
        let keeping = keeping(friends);
        let found = keeping.are_friends(&name("ann"), &[name("cid"), name("bob")]).await.unwrap();
        assert_eq!(found, [true, false]);
        let permissions = keeping.permissions(&[name("cid"), name("bob")]).await.unwrap();
        assert_eq!(permissions, [FriendPermission::Anyone, FriendPermission::Nobody]);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_who_is_no_friend() {
        let mut friends = MockFriends::new();
        friends.expect_describe().returning(|_, _, _, _| Ok(false));
        let kept = keeping(friends).describe(&name("ann"), &name("bob"), FriendChange::default()).await;
        assert!(matches!(kept, Err(FriendError::NoFriend(who)) if who.as_str() == "bob"));
    }
}
