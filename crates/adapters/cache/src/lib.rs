//! Hot reads are memory reads: the read ports over bounded caches (docs/design.md#memory).
//!
//! Each decorator answers from memory what its store has answered before. Four rules keep that honest:
//! - a topic that has changed is dropped as a whole ([`Caches::drop_topic`]): at once if the change was made through
//!   this process, otherwise when the log tells of it ([`Remembered`]) or its epoch is next read ([`Caches::refresh`]),
//!   whichever is first;
//! - what was read before a drop and arrives after it is not kept, see [`Generations`](memory);
//! - every answer is asked for again when it is [`MAX_AGE`] old at most, some of them earlier, so that they are not all
//!   asked for at once;
//! - while the epochs can't be read, nothing in memory is trusted for longer than [`TRUST`]; then every read goes
//!   through to the store, which says for itself whether it is available.
//!
//! **What is not there is not kept**: an unknown app key, session or user costs its caller an indexed read each time,
//! and no flood of invented ones can push out what is in use. (Those who are known and ask for others at random can't
//! either: the cache gives up first what was asked for only once.) The exceptions are answers about known users, of
//! whom there are only so many: no relation, and no role.
//!
//! What ends by time (sessions, roles, former secrets) is kept with its end, and judged by the domain when it is used.

mod app_keys;
mod block_words;
mod dropping;
mod hooks;
mod memory;
mod relations;
mod roles;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;
mod users;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::Counter;
use tokio::time::Instant;

pub use app_keys::CachedAppKeys;
pub use block_words::CachedBlockWords;
pub use dropping::Dropping;
pub use hooks::CachedHooks;
pub use relations::CachedRelations;
pub use roles::CachedRoles;
pub use sessions::CachedSessions;
pub use settings::CachedSettings;
pub use users::CachedUsers;

use memory::{Freshness, Memory};
use sixin_application::access::ports::{AppKeys, Sessions};
use sixin_application::hooks::ports::HookRules;
use sixin_application::ports::{CacheEpochs, Remembered, StoreResult, Topic};
use sixin_application::site::ports::{BlockWordSource, Roles, SettingSource};
use sixin_application::users::ports::{Relations, Users};

/// For how long after the epochs were last read memory is trusted. The promise is that a change takes effect within
/// this time.
pub const TRUST: Duration = Duration::from_secs(2);

/// No answer is kept for longer, so that a row that was changed by hand, without moving its epoch, is not missed for
/// ever. Long enough that asking again costs a busy server nothing one could see.
pub const MAX_AGE: Duration = Duration::from_secs(600);

/// How much may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// Entries of all caches together. One takes at most about 1 KiB: an answer that is larger counts as several.
    pub entries: u64,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self { entries: 100_000 }
    }
}

impl CacheLimits {
    /// The part of all entries that a kind of answer gets, in thirty-seconds; of these there are 32 in all.
    fn share(self, thirty_seconds: u64) -> u64 {
        (self.entries * thirty_seconds / 32).max(1)
    }
}

/// The stores behind the caches.
#[derive(Clone)]
#[expect(missing_docs, reason = "each is the port of its name")]
pub struct Stores {
    pub app_keys: Arc<dyn AppKeys>,
    pub sessions: Arc<dyn Sessions>,
    pub users: Arc<dyn Users>,
    pub relations: Arc<dyn Relations>,
    pub roles: Arc<dyn Roles>,
    pub settings: Arc<dyn SettingSource>,
    pub block_words: Arc<dyn BlockWordSource>,
    pub hooks: Arc<dyn HookRules>,
}

/// The decorators of a process, and what keeps them up to date.
pub struct Caches {
    /// App keys.
    pub app_keys: Arc<CachedAppKeys>,
    /// Sessions.
    pub sessions: Arc<CachedSessions>,
    /// Users, by uid and by name.
    pub users: Arc<CachedUsers>,
    /// Follows and blocks, a pair an entry.
    pub relations: Arc<CachedRelations>,
    /// The roles of the site, and those of each user.
    pub roles: Arc<CachedRoles>,
    /// The settings.
    pub settings: Arc<CachedSettings>,
    /// The automaton of the block words.
    pub block_words: Arc<CachedBlockWords>,
    /// Those who are asked before a message is stored.
    pub hooks: Arc<CachedHooks>,
    freshness: Arc<Freshness>,
    epochs: Mutex<HashMap<Topic, i64>>,
    polls: Counter,
}

impl Caches {
    /// Empty caches over those stores. Until the first [`refresh`](Self::refresh) everything is read from the stores.
    #[must_use]
    pub fn new(stores: Stores, limits: CacheLimits) -> Self {
        let freshness = Arc::new(Freshness::new());
        let fresh = || Arc::clone(&freshness);
        Self {
            app_keys: Arc::new(CachedAppKeys::new(stores.app_keys, limits.share(2), fresh())),
            sessions: Arc::new(CachedSessions::new(stores.sessions, limits.share(8), fresh())),
            users: Arc::new(CachedUsers::new(stores.users, limits.share(8), fresh())),
            relations: Arc::new(CachedRelations::new(stores.relations, limits.share(10), fresh())),
            roles: Arc::new(CachedRoles::new(stores.roles, limits.share(4), fresh())),
            settings: Arc::new(CachedSettings::new(stores.settings, fresh())),
            block_words: Arc::new(CachedBlockWords::new(stores.block_words, fresh())),
            hooks: Arc::new(CachedHooks::new(stores.hooks, fresh())),
            freshness,
            epochs: Mutex::default(),
            polls: metrics::counter!("sixin_cache_polls_total"),
        }
    }

    /// Reads the epochs and drops each topic that has changed since they were last read. To be called once a second.
    ///
    /// # Errors
    /// If the epochs can't be read. What is in memory is then trusted only until [`TRUST`] is over.
    pub async fn refresh(&self, epochs: &dyn CacheEpochs) -> StoreResult<()> {
        // Memory is as fresh as the moment before the answer was asked for: later changes may not be in it.
        let asked_at = Instant::now();
        let present: HashMap<Topic, i64> = epochs.read().await?.into_iter().collect();
        let known = std::mem::take(&mut *self.epochs.lock().unwrap_or_else(PoisonError::into_inner));
        for topic in Topic::ALL {
            // A topic without a counter can't say that it is unchanged.
            if present.get(&topic).is_none_or(|epoch| known.get(&topic) != Some(epoch)) {
                self.drop_topic(topic);
            }
            self.memory_of(topic).report_size();
        }
        *self.epochs.lock().unwrap_or_else(PoisonError::into_inner) = present;
        self.freshness.confirm(asked_at);
        self.polls.increment(1);
        Ok(())
    }

    /// Forgets everything about a topic. To be called after a change through this process and before it is answered,
    /// whatever came of it: see [`Dropping`].
    fn drop_topic(&self, topic: Topic) {
        self.memory_of(topic).forget();
        tracing::debug!(?topic, "dropped what was kept in memory");
    }

    fn memory_of(&self, topic: Topic) -> &dyn Memory {
        match topic {
            Topic::AppKeys => &*self.app_keys,
            Topic::Sessions => &*self.sessions,
            Topic::Users => &*self.users,
            Topic::Roles => &*self.roles,
            Topic::Settings => &*self.settings,
            Topic::Relations => &*self.relations,
            Topic::BlockWords => &*self.block_words,
            Topic::Hooks => &*self.hooks,
        }
    }
}

impl Remembered for Caches {
    fn forget(&self, topic: Topic) {
        self.drop_topic(topic);
    }
}
