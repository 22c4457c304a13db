use std::collections::HashMap;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};

use crate::ports::StoreResult;
use crate::users::ports::ShownAs;

/// What is kept of a user, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptProfile {
    /// What.
    pub profile: HostedProfile,
    /// When it was changed last; the beginning of time if never.
    pub changed_at: Millis,
}

/// What back ends keep about users. Gender and place are those of the user itself, which apps see.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HostedProfiles: Send + Sync {
    /// Changes how a user is shown and what is kept of it, by [`HostedProfile::changed`]. The change and its epoch are one transaction.
    async fn set(
        &self,
        user: UserId,
        shown: ShownAs,
        change: HostedProfile,
        at: Millis,
    ) -> StoreResult<Result<(), ProfileRule>>;

    /// Forgets what is kept of these users. Their names and pictures stay.
    async fn clean(&self, users: &[UserId], at: Millis) -> StoreResult<()>;

    /// What is kept of these users, without gender and place; of whom nothing is, is missing.
    async fn of(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, KeptProfile>>;
}
