use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::friend::FriendPermission;
use sixin_domain::user::username::Username;

use crate::conversations::ports::Order;
use crate::ports::StoreResult;

/// What came of it that a user wanted to be another's friend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Befriended {
    /// They are friends.
    Friends,
    /// The user follows the other, who has not agreed yet.
    Asked,
    /// The other takes nobody. Nothing changed.
    Refused,
    /// One of them follows as many as may be. Nothing changed.
    TooMany,
}

/// A friend, as its friend sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Friend {
    /// Who.
    pub username: Username,
    /// Its name.
    pub nickname: String,
    /// What its friend calls it.
    pub remark: Option<String>,
    /// What the back end keeps of it for its friend: the text of a JSON object.
    pub profile: Option<String>,
    /// Since when they are friends.
    pub since: Millis,
}

/// What is kept of a friend. What is not given stays as it is; an empty text removes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FriendChange {
    /// What its friend calls it.
    pub remark: Option<String>,
    /// The text of a JSON object.
    pub profile: Option<String>,
}

/// Friends: users who follow each other. Every change of a follow and its epoch are one transaction.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Friends: Send + Sync {
    /// Lets one user follow the other and, where the other agrees to anyone or `is_direct`, the other follow the one.
    /// An other that follows the one already has agreed.
    async fn befriend(
        &self,
        user: UserId,
        other: UserId,
        is_direct: bool,
        most: i64,
        at: Millis,
    ) -> StoreResult<Befriended>;

    /// Withdraws the user's follows of these, or of all its friends, and those of the friends among them of the user.
    async fn part(&self, user: UserId, others: Option<Vec<UserId>>, at: Millis) -> StoreResult<()>;

    /// A page of a user's friends that have not been deleted, by since when they are, and how many there are.
    async fn page(
        &self,
        user: UserId,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> StoreResult<(Vec<Friend>, usize)>;

    /// Who among these is the user's friend.
    async fn among(&self, user: UserId, others: &[UserId]) -> StoreResult<HashSet<UserId>>;

    /// Keeps something of a friend; `false`: it is none.
    async fn describe(
        &self,
        user: UserId,
        friend: UserId,
        change: FriendChange,
        at: Millis,
    ) -> StoreResult<bool>;

    /// Sets whom these take as friends.
    async fn permit(&self, users: &[UserId], permission: FriendPermission, at: Millis) -> StoreResult<()>;

    /// Whom these take; who has set nothing is left out.
    async fn permissions(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, FriendPermission>>;
}
