use std::hash::Hash;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::User;
use sixin_domain::user::username::{Uid, UserRef, Username};

use crate::memory::{Freshness, Generation, Memory, Shelf};
use sixin_application::ports::StoreResult;
use sixin_application::users::ports::Users;

/// [`Users`] that remembers the users there are, deleted and disabled ones included.
pub struct CachedUsers {
    store: Arc<dyn Users>,
    by_uid: Shelf<Uid, Arc<User>>,
    by_name: Shelf<Username, Arc<User>>,
    by_number: Shelf<UserId, Arc<User>>,
}

/// The shelves are dropped together, but not at the same instant, so each has a generation of its own.
struct Generations {
    of_uids: Generation,
    of_names: Generation,
    of_numbers: Generation,
}

impl CachedUsers {
    pub(crate) fn new(store: Arc<dyn Users>, capacity: u64, freshness: Arc<Freshness>) -> Self {
        let third = capacity.div_ceil(3);
        Self {
            store,
            by_uid: Shelf::new("users_by_uid", third, weight, Arc::clone(&freshness)),
            by_name: Shelf::new("users_by_name", third, weight, Arc::clone(&freshness)),
            by_number: Shelf::new("users_by_number", third, weight, freshness),
        }
    }

    fn generations(&self) -> Generations {
        Generations {
            of_uids: self.by_uid.generation(),
            of_names: self.by_name.generation(),
            of_numbers: self.by_number.generation(),
        }
    }

    fn learn(&self, generations: &Generations, learnt: Vec<Arc<User>>, found: &mut Vec<Arc<User>>) {
        for user in learnt {
            self.keep(generations, &user);
            found.push(user);
        }
    }

    fn keep(&self, generations: &Generations, user: &Arc<User>) {
        self.by_uid.keep(generations.of_uids, user.uid, Arc::clone(user));
        self.by_name.keep(generations.of_names, user.username.clone(), Arc::clone(user));
        self.by_number.keep(generations.of_numbers, user.id, Arc::clone(user));
    }
}

/// The users that are kept, and the keys of the others.
fn kept_of<K: Eq + Hash + Clone>(shelf: &Shelf<K, Arc<User>>, keys: &[K]) -> (Vec<Arc<User>>, Vec<K>) {
    let (mut found, mut rest) = (Vec::with_capacity(keys.len()), Vec::new());
    for key in keys {
        match shelf.get(key) {
            Some(kept) => found.push(kept),
            None => rest.push(key.clone()),
        }
    }
    (found, rest)
}

/// One for each KiB that was begun. Only these texts of a user can be long.
fn weight(user: &Arc<User>) -> u64 {
    let profile = &user.profile;
    let long = [&profile.bio, &profile.avatar_file_url, &profile.banner_file_url, &profile.verified_desc];
    let bytes: usize = long.into_iter().flatten().map(String::len).sum();
    1 + u64::try_from(bytes / 1024).unwrap_or(u64::MAX)
}

#[async_trait]
impl Users for CachedUsers {
    async fn find(&self, user: &UserRef) -> StoreResult<Option<Arc<User>>> {
        let kept = match user {
            UserRef::Uid(uid) => self.by_uid.get(uid),
            UserRef::Username(name) => self.by_name.get(name),
        };
        if kept.is_some() {
            return Ok(kept);
        }
        let generations = self.generations();
        let found = self.store.find(user).await?;
        if let Some(user) = &found {
            self.keep(&generations, user);
        }
        Ok(found)
    }

    async fn find_named(&self, names: &[Username]) -> StoreResult<Vec<Arc<User>>> {
        let (mut found, rest) = kept_of(&self.by_name, names);
        if !rest.is_empty() {
            let generations = self.generations();
            let learnt = self.store.find_named(&rest).await?;
            self.learn(&generations, learnt, &mut found);
        }
        Ok(found)
    }

    async fn find_numbered(&self, ids: &[UserId]) -> StoreResult<Vec<Arc<User>>> {
        let (mut found, rest) = kept_of(&self.by_number, ids);
        if !rest.is_empty() {
            let generations = self.generations();
            let learnt = self.store.find_numbered(&rest).await?;
            self.learn(&generations, learnt, &mut found);
        }
        Ok(found)
    }
}

impl Memory for CachedUsers {
    fn forget(&self) {
        self.by_uid.forget();
        self.by_name.forget();
        self.by_number.forget();
    }

    fn report_size(&self) {
        self.by_uid.report_size();
        self.by_name.report_size();
        self.by_number.report_size();
    }
}
