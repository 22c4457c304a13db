use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::site::role::{RoleBook, UserRole};

use crate::memory::{Freshness, Memory, Shelf, Single};
use sixin_application::ports::StoreResult;
use sixin_application::site::ports::Roles;

/// [`Roles`] that remembers the roles of the site and those of each user, also that a user has none: only users that
/// exist are asked for.
pub struct CachedRoles {
    store: Arc<dyn Roles>,
    book: Single<RoleBook>,
    of: Shelf<UserId, Arc<[UserRole]>>,
}

impl CachedRoles {
    pub(crate) fn new(store: Arc<dyn Roles>, capacity: u64, freshness: Arc<Freshness>) -> Self {
        Self {
            store,
            book: Single::new("role_book", Arc::clone(&freshness)),
            of: Shelf::new("user_roles", capacity, weight, freshness),
        }
    }
}

/// One for each sixteen roles that were begun.
fn weight(roles: &Arc<[UserRole]>) -> u64 {
    1 + u64::try_from(roles.len() / 16).unwrap_or(u64::MAX)
}

#[async_trait]
impl Roles for CachedRoles {
    async fn book(&self) -> StoreResult<Arc<RoleBook>> {
        self.book.get(|| self.store.book()).await
    }

    async fn of(&self, user: UserId) -> StoreResult<Vec<UserRole>> {
        if let Some(roles) = self.of.get(&user) {
            return Ok(roles.to_vec());
        }
        let generation = self.of.generation();
        let roles = self.store.of(user).await?;
        self.of.keep(generation, user, roles.as_slice().into());
        Ok(roles)
    }

    async fn of_each(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, Vec<UserRole>>> {
        let (mut found, mut rest) = (HashMap::with_capacity(users.len()), Vec::new());
        for &user in users {
            match self.of.get(&user) {
                Some(roles) => drop(found.insert(user, roles.to_vec())),
                None => rest.push(user),
            }
        }
        if rest.is_empty() {
            return Ok(found);
        }
        let generation = self.of.generation();
        let mut asked = self.store.of_each(&rest).await?;
        for user in rest {
            let roles = asked.remove(&user).unwrap_or_default();
            self.of.keep(generation, user, roles.as_slice().into());
            found.insert(user, roles);
        }
        Ok(found)
    }
}

impl Memory for CachedRoles {
    fn forget(&self) {
        self.book.forget();
        self.of.forget();
    }

    fn report_size(&self) {
        self.book.report_size();
        self.of.report_size();
    }
}
