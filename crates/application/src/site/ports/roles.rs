use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::site::role::{RoleBook, UserRole};

use crate::ports::StoreResult;

/// Roles and who has them.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Roles: Send + Sync {
    /// All roles of the site. Soft-deleted ones MUST be marked as not enabled.
    async fn book(&self) -> StoreResult<Arc<RoleBook>>;

    /// The roles of a user, oldest first; withdrawn ones MUST NOT be among them.
    async fn of(&self, user: UserId) -> StoreResult<Vec<UserRole>>;

    /// The same for several users; those without roles may be left out.
    async fn of_each(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, Vec<UserRole>>>;
}
