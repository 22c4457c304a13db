use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_domain::user::username::{UserRef, Username};
use sixin_domain::user::{Relation, User};

use crate::ports::StoreResult;

/// Users. Deleted and disabled users MUST be found too: the rules tell them apart. They are shared: whoever keeps them hands out
/// the same ones again and again.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Users: Send + Sync {
    /// The user with that uid or username. Usernames MUST be compared by bytes.
    async fn find(&self, user: &UserRef) -> StoreResult<Option<Arc<User>>>;

    /// Those of the named users that exist, in any order.
    async fn find_named(&self, names: &[Username]) -> StoreResult<Vec<Arc<User>>>;

    /// Those of the users with these numbers that exist, in any order.
    async fn find_numbered(&self, ids: &[UserId]) -> StoreResult<Vec<Arc<User>>>;
}

/// Follow and block relations. Withdrawn ones (`deleted_at`) MUST NOT count.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Relations: Send + Sync {
    /// How `sender` stands to each of `recipients`; recipients without any relation may be left out.
    async fn between(&self, sender: UserId, recipients: &[UserId]) -> StoreResult<HashMap<UserId, Relation>>;
}

/// Changes that users make to themselves.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserChanges: Send + Sync {
    /// Changes what `edit` names and nothing else. The change and its epoch are one transaction.
    async fn edit(&self, user: UserId, edit: &ProfileEdit, at: Millis) -> StoreResult<()>;
}

/// What one user may make of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Follows it.
    Follow,
    /// Blocks it.
    Block,
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toggled {
    /// It is there now.
    On,
    /// It was there and is withdrawn.
    Off,
    /// There are as many as there may be; nothing was changed.
    TooMany,
}

/// Changes of follow and block relations.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait RelationChanges: Send + Sync {
    /// Makes a mark, unless `from` has made `most` already, or withdraws it. Of two that follow each other both rows
    /// MUST say so. The change and its epoch are one transaction.
    async fn toggle(
        &self,
        mark: Mark,
        from: UserId,
        to: UserId,
        most: i64,
        at: Millis,
    ) -> StoreResult<Toggled>;
}

/// Which of a user's lists is meant (docs/wire/rongcloud.md#user-lists).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Those it blocks.
    Black,
    /// Those who may write to it where the site lets only them.
    White,
}

/// A user on somebody's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedName {
    /// Who is on it.
    pub username: Username,
    /// Where the list goes on after it.
    pub place: ListPlace,
}

/// A place in a list: since when, and the number of the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    /// Since when the user is on it.
    pub since: Millis,
    /// Tells those of the same time apart.
    pub number: i64,
}

/// A change of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSet {
    /// Which list.
    pub kind: ListKind,
    /// Whose.
    pub owner: UserId,
    /// Who is put on it or taken off.
    pub others: Vec<UserId>,
    /// Put on it.
    pub is_listed: bool,
    /// How long it may get.
    pub most: i64,
}

/// Whom a user blocks or lets through, as a back end keeps it.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserLists: Send + Sync {
    /// Puts all of these on a list or takes them off; for those of whom it is so already that MUST change nothing.
    /// `false`: the list would get too long, and nothing was changed. The change and its epoch are one transaction.
    async fn set(&self, set: ListSet, at: Millis) -> StoreResult<bool>;

    /// Those on a list, the newest first, after a place.
    async fn part(
        &self,
        kind: ListKind,
        owner: UserId,
        after: Option<ListPlace>,
        limit: i64,
    ) -> StoreResult<Vec<ListedName>>;
}
