//! A user says whose coming and going it wants to hear of, on all its devices and for some time.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use thiserror::Error;

use super::ports::{PresenceWatches, Watched};
use super::presence::ShowPresence;
use crate::ports::{Clock, StoreError, StoreResult};
use crate::users::ports::{Relations, Users};

/// Users of one call.
pub const MOST_AT_ONCE: usize = 200;
/// Users that one watches at most.
pub const MOST_WATCHED: i64 = 1_000;
/// For how long, in seconds.
const SHORTEST: i64 = 60;
const LONGEST: i64 = 30 * 24 * 60 * 60;

/// Why nothing is watched.
#[derive(Debug, Error)]
pub enum WatchError {
    /// Too many.
    #[error("at most {MOST_AT_ONCE} users a call and {MOST_WATCHED} in all")]
    TooMany,
    /// Too short or too long.
    #[error("from a minute to thirty days")]
    Time,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A user as somebody who watches knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who.
    pub name: Username,
    /// Whether it is online; who has blocked the viewer seems not to be.
    pub is_online: bool,
}

/// Keeps whom users watch.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepWatches: Send + Sync {
    /// From now on these too, for so many seconds. Those who do not exist, and oneself, are passed over.
    async fn watch(&self, owner: UserId, users: &[Username], seconds: i64) -> Result<(), WatchError>;

    /// No longer these.
    async fn unwatch(&self, owner: UserId, users: &[Username]) -> Result<(), WatchError>;

    /// Those that are watched now, with their names.
    async fn watched(&self, owner: UserId) -> StoreResult<Vec<(Username, Watched)>>;

    /// Whose coming and going a stream is to show: those that are watched and have not blocked the owner.
    async fn shown(&self, owner: UserId) -> StoreResult<Vec<UserId>>;

    /// How users are, those that exist.
    async fn presence(&self, owner: UserId, users: &[Username]) -> Result<Vec<Shown>, WatchError>;
}

/// [`KeepWatches`] over the ports.
pub struct WatchKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Who blocks whom.
    pub relations: Arc<dyn Relations>,
    /// Who is online.
    pub presence: Arc<dyn ShowPresence>,
    /// Who watches whom.
    pub watches: Arc<dyn PresenceWatches>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepWatches for WatchKeeping {
    async fn watch(&self, owner: UserId, users: &[Username], seconds: i64) -> Result<(), WatchError> {
        if !(SHORTEST..=LONGEST).contains(&seconds) {
            return Err(WatchError::Time);
        }
        let users: Vec<UserId> = self.named(users).await?.into_keys().filter(|user| *user != owner).collect();
        let now = self.clock.now();
        let ends_at = now.plus(seconds * 1000);
        if self.watches.watch(owner, &users, ends_at, MOST_WATCHED, now).await? {
            return Ok(());
        }
        Err(WatchError::TooMany)
    }

    async fn unwatch(&self, owner: UserId, users: &[Username]) -> Result<(), WatchError> {
        let users: Vec<UserId> = self.named(users).await?.into_keys().collect();
        Ok(self.watches.unwatch(owner, &users).await?)
    }

    async fn watched(&self, owner: UserId) -> StoreResult<Vec<(Username, Watched)>> {
        let watched = self.watches.watched(owner, self.clock.now()).await?;
        let ids: Vec<UserId> = watched.iter().map(|watched| watched.user).collect();
        let found = self.users.find_numbered(&ids).await?;
        let names: HashMap<UserId, Username> =
            found.into_iter().map(|user| (user.id, user.username.clone())).collect();
        let named = |watched: Watched| Some((names.get(&watched.user)?.clone(), watched));
        Ok(watched.into_iter().filter_map(named).collect())
    }

    async fn shown(&self, owner: UserId) -> StoreResult<Vec<UserId>> {
        let watched = self.watches.watched(owner, self.clock.now()).await?;
        let mut users: Vec<UserId> = watched.into_iter().map(|watched| watched.user).collect();
        let relations = self.relations.between(owner, &users).await?;
        users.retain(|user| !relations.get(user).is_some_and(|relation| relation.recipient_blocked_sender));
        Ok(users)
    }

    async fn presence(&self, owner: UserId, users: &[Username]) -> Result<Vec<Shown>, WatchError> {
        let named = self.named(users).await?;
        let ids: Vec<UserId> = named.keys().copied().collect();
        let online = self.presence.online_to(owner, &ids).await?;
        let shown = |(user, name)| Shown { is_online: online.contains(&user), name };
        Ok(named.into_iter().map(shown).collect())
    }
}

impl WatchKeeping {
    async fn named(&self, users: &[Username]) -> Result<HashMap<UserId, Username>, WatchError> {
        if users.len() > MOST_AT_ONCE {
            return Err(WatchError::TooMany);
        }
        let found = self.users.find_named(users).await?;
        Ok(found.into_iter().map(|user| (user.id, user.username.clone())).collect())
    }
}

/// When a watch ends, in whole seconds after it began.
#[must_use]
pub fn seconds(watched: &Watched) -> i64 {
    let Millis(left) = Millis(watched.ends_at.since(watched.since));
    left / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::ports::MockPresenceWatches;
    use crate::delivery::presence::MockShowPresence;
    use crate::ports::MockClock;
    use crate::testing::{name, three_users, user};
    use crate::users::ports::MockRelations;
    use sixin_domain::user::Relation;

    const NOW: Millis = Millis(1_000_000);
    const ANN: UserId = UserId(1);

    fn keeping(watches: MockPresenceWatches, relation: Relation) -> WatchKeeping {
        let mut relations = MockRelations::new();
        relations.expect_between().returning(move |_, to| Ok(to.iter().map(|to| (*to, relation)).collect()));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let mut users = three_users();
        users.expect_find_numbered().returning(|ids| Ok(ids.iter().map(|id| user(id.0, "bob")).collect()));
        WatchKeeping {
            users: Arc::new(users),
            relations: Arc::new(relations),
            presence: Arc::new(MockShowPresence::new()),
            watches: Arc::new(watches),
            clock: Arc::new(clock),
        }
    }

    #[tokio::test]
    async fn others_that_exist_are_watched_for_a_minute_to_thirty_days() {
        for has_room in [true, false] {
            let mut watches = MockPresenceWatches::new();
            watches
                .expect_watch()
                .once()
                .withf(|owner, users, ends_at, most, at| {
                    (*owner, users, *ends_at, *most, *at) == (ANN, &[UserId(2)], NOW.plus(60_000), 1_000, NOW)
                })
                .returning(move |_, _, _, _, _| Ok(has_room));
            let keeping = keeping(watches, Relation::default());
            let result = keeping.watch(ANN, &[name("ann"), name("bob"), name("nobody")], 60).await;
            assert_eq!(result.is_ok(), has_room);
        }
        let nothing = keeping(MockPresenceWatches::new(), Relation::default());
        for seconds in [0, 59, 30 * 86_400 + 1, i64::MIN, i64::MAX] {
            assert!(matches!(nothing.watch(ANN, &[name("bob")], seconds).await, Err(WatchError::Time)));
        }
        let many = vec![name("bob"); 201];
        assert!(matches!(nothing.watch(ANN, &many, 60).await, Err(WatchError::TooMany)));
        assert!(matches!(nothing.presence(ANN, &many).await, Err(WatchError::TooMany)));
    }

    #[tokio::test]
    async fn who_has_blocked_the_watcher_does_not_show() {
        for (recipient_blocked_sender, shown) in [(false, vec![UserId(2)]), (true, Vec::new())] {
            let mut watches = MockPresenceWatches::new();
            let watched = Watched { user: UserId(2), since: NOW, ends_at: NOW.plus(60_000) };
            watches.expect_watched().returning(move |_, _| Ok(vec![watched]));
            let keeping = keeping(watches, Relation { recipient_blocked_sender, ..Relation::default() });
            assert_eq!(keeping.shown(ANN).await.unwrap(), shown);
            assert_eq!(keeping.watched(ANN).await.unwrap(), [(name("bob"), watched)]);
            assert_eq!(seconds(&watched), 60);
        }
    }
}
