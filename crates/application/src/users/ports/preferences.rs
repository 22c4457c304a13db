use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;

use crate::ports::StoreResult;

/// How the devices of users are to be woken.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PushPreferences: Send + Sync {
    /// Sets or removes when a user's devices stay silent.
    async fn set_period(&self, user: UserId, period: Option<PushPeriod>, at: Millis) -> StoreResult<()>;

    /// When they stay silent.
    async fn period(&self, user: UserId) -> StoreResult<Option<PushPeriod>>;

    /// Sets what notifies of one conversation, or of all.
    async fn set_level(
        &self,
        user: UserId,
        with: Option<UserId>,
        level: NotificationLevel,
        at: Millis,
    ) -> StoreResult<()>;

    /// What was set for one conversation, or for all; unset if nothing was.
    async fn level(&self, user: UserId, with: Option<UserId>) -> StoreResult<NotificationLevel>;

    /// All that was set, `most` at most, in any order; what was set for all conversations has nobody beside it.
    async fn levels(&self, user: UserId, most: i64) -> StoreResult<Vec<(Option<UserId>, NotificationLevel)>>;
}

/// A page of what a user calls others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemarkPage {
    /// Who, and what the user calls it.
    pub remarks: Vec<(Username, String)>,
    /// How many there are on all pages.
    pub total: i64,
}

/// What users call each other.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Remarks: Send + Sync {
    /// Sets remarks one after the other; all or none. `false`: the user would have more than `most`, and nothing was
    /// changed. Calls for the same user at the same moment may together go beyond `most` by what each of them adds.
    async fn set(
        &self,
        owner: UserId,
        remarks: Vec<(UserId, String)>,
        most: i64,
        at: Millis,
    ) -> StoreResult<bool>;

    /// What `owner` calls somebody.
    async fn about(&self, owner: UserId, about: UserId) -> StoreResult<Option<String>>;

    /// Removes a remark, if there is one.
    async fn remove(&self, owner: UserId, about: UserId) -> StoreResult<()>;

    /// Remarks of a user, by the names of those they are about.
    async fn page(&self, owner: UserId, offset: i64, limit: i64) -> StoreResult<RemarkPage>;
}
