//! Who is online: whoever is connected to some process, or was a moment ago (docs/live.md#presence).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use super::follower::Follower;
use super::ports::PresenceStore;
use crate::ports::{Clock, StoreResult};
use crate::users::ports::Relations;

/// How often it is looked who came and went.
const TICK: Duration = Duration::from_secs(1);
/// Whoever is gone for less than this has not left: networks flap, and a poll has a pause.
const GRACE_MS: i64 = 10_000;

/// Tells who is online.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ShowPresence: Send + Sync {
    /// Those of the users that are online.
    async fn online(&self, users: &[UserId]) -> StoreResult<HashSet<UserId>>;

    /// The same as a user may know it: who has blocked it seems to be offline.
    async fn online_to(&self, viewer: UserId, users: &[UserId]) -> StoreResult<HashSet<UserId>>;
}

/// Notes who is connected to this process, and tells those who watch.
pub struct Presence {
    follower: Arc<Follower>,
    store: Arc<dyn PresenceStore>,
    relations: Arc<dyn Relations>,
    clock: Arc<dyn Clock>,
    /// That of the lease of this process.
    token: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Who is online here, as the store knows it.
    noted: HashSet<UserId>,
    /// Who has gone, and when that counts.
    leaving: HashMap<UserId, Millis>,
    /// What those who watch were told.
    told: HashMap<UserId, bool>,
}

impl Presence {
    /// For the process with that token.
    pub fn new(
        follower: Arc<Follower>,
        store: Arc<dyn PresenceStore>,
        relations: Arc<dyn Relations>,
        clock: Arc<dyn Clock>,
        token: String,
    ) -> Self {
        Self { follower, store, relations, clock, token, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes for ever.
    pub async fn keep(&self) {
        loop {
            tokio::time::sleep(TICK).await;
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "who is online could not be noted; trying again");
            }
        }
    }

    /// Nobody is online here any longer.
    ///
    /// # Errors
    /// If the store can't note it; it ends with the lease.
    pub async fn leave(&self) -> StoreResult<()> {
        self.store.leave(&self.token).await
    }

    /// Notes who came and went, and tells those who watch.
    ///
    /// # Errors
    /// If the store can't be read or written; what is left to do is done the next time.
    pub async fn tick(&self) -> StoreResult<()> {
        let now = self.clock.now();
        let (came, left) = self.changes(now);
        if !came.is_empty() || !left.is_empty() {
            self.store.note(&self.token, &came, &left, now).await?;
            let mut state = self.state();
            state.noted.extend(came);
            for user in left {
                state.noted.remove(&user);
                state.leaving.remove(&user);
            }
        }
        let (watched, untold) = self.follower.watched();
        let online = match self.online(&watched).await {
            Ok(online) => online,
            Err(error) => {
                self.follower.not_told(untold);
                return Err(error);
            }
        };
        let mut state = self.state();
        let before = std::mem::take(&mut state.told);
        state.told = watched.iter().map(|user| (*user, online.contains(user))).collect();
        for (user, is_online) in &state.told {
            if before.get(user) != Some(is_online) {
                self.follower.tell_presence(*user, *is_online);
            }
        }
        // Who begins to watch somebody whom others watch already is told as well.
        for watch in untold {
            if let Some(is_online) =
                before.get(&watch.user).filter(|was| state.told.get(&watch.user) == Some(was))
            {
                self.follower.tell_first(watch, *is_online);
            }
        }
        Ok(())
    }

    /// Who is to be noted as having come, and as having left.
    fn changes(&self, now: Millis) -> (Vec<UserId>, Vec<UserId>) {
        let connected = self.follower.connected_users();
        let mut state = self.state();
        let came = connected.iter().filter(|user| !state.noted.contains(user)).copied().collect();
        let gone: Vec<UserId> = state.noted.difference(&connected).copied().collect();
        state.leaving.retain(|user, _| !connected.contains(user));
        let mut left = Vec::new();
        for user in gone {
            let due = *state.leaving.entry(user).or_insert(now.plus(GRACE_MS));
            if due <= now {
                left.push(user);
            }
        }
        (came, left)
    }
}

#[async_trait]
impl ShowPresence for Presence {
    async fn online(&self, users: &[UserId]) -> StoreResult<HashSet<UserId>> {
        if users.is_empty() {
            return Ok(HashSet::new());
        }
        let here = |user: &&UserId| self.follower.is_connected(**user) || self.state().noted.contains(user);
        let mut online: HashSet<UserId> = users.iter().filter(here).copied().collect();
        let others: Vec<UserId> = users.iter().filter(|user| !online.contains(user)).copied().collect();
        if !others.is_empty() {
            online.extend(self.store.online(&others).await?);
        }
        Ok(online)
    }

    async fn online_to(&self, viewer: UserId, users: &[UserId]) -> StoreResult<HashSet<UserId>> {
        let mut online = self.online(users).await?;
        let seen: Vec<UserId> = online.iter().copied().collect();
        let relations = self.relations.between(viewer, &seen).await?;
        online.retain(|user| !relations.get(user).is_some_and(|relation| relation.recipient_blocked_sender));
        Ok(online)
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::id::AccountId;

    use super::*;
    use crate::delivery::ports::MockPresenceStore;
    use crate::delivery::testing::FakeLog;
    use crate::ports::MockClock;
    use crate::users::ports::MockRelations;

    const BOB: UserId = UserId(2);

    struct Kept(Arc<Mutex<(i64, Vec<String>)>>);

    async fn presence() -> (Presence, Arc<Follower>, Kept) {
        let follower = FakeLog::new().follower(10).await;
        let kept = Arc::new(Mutex::new((0, Vec::new())));
        let mut store = MockPresenceStore::new();
        let noted = Arc::clone(&kept);
        store.expect_note().returning(move |_, came, left, _| {
            noted.lock().unwrap().1.push(format!("{came:?} came, {left:?} left"));
            Ok(())
        });
        store.expect_online().returning(|_| Ok(Vec::new()));
        let mut clock = MockClock::new();
        let time = Arc::clone(&kept);
        clock.expect_now().returning(move || Millis(time.lock().unwrap().0));
        let presence = Presence::new(
            Arc::clone(&follower),
            Arc::new(store),
            Arc::new(MockRelations::new()),
            Arc::new(clock),
            "token".into(),
        );
        (presence, follower, Kept(kept))
    }

    #[tokio::test]
    async fn who_comes_is_online_at_once_and_who_goes_is_so_for_a_while() {
        let (presence, follower, kept) = presence().await;
        let at = |ms| kept.0.lock().unwrap().0 = ms;
        let said = || std::mem::take(&mut kept.0.lock().unwrap().1);
        let (number, _) = follower.add(BOB, AccountId(1));
        assert!(presence.online(&[BOB]).await.unwrap().contains(&BOB), "before it was noted");
        presence.tick().await.unwrap();
        assert_eq!(said(), ["[UserId(2)] came, [] left"]);
        follower.remove(BOB, number);
        at(1_000);
        presence.tick().await.unwrap();
        // Back in time: it never was away.
        let (number, _) = follower.add(BOB, AccountId(1));
        at(12_000);
        presence.tick().await.unwrap();
        follower.remove(BOB, number);
        at(13_000);
        presence.tick().await.unwrap();
        at(13_000 + GRACE_MS - 1);
        presence.tick().await.unwrap();
        assert_eq!(said(), Vec::<String>::new());
        assert!(presence.online(&[BOB]).await.unwrap().contains(&BOB));
        at(13_000 + GRACE_MS);
        presence.tick().await.unwrap();
        assert_eq!(said(), ["[] came, [UserId(2)] left"]);
        assert!(presence.online(&[BOB]).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn those_who_watch_are_told_how_it_is_and_when_it_changes() {
        let (presence, follower, _) = presence().await;
        let (number, watcher) = follower.add(UserId(1), AccountId(1));
        follower.watch(UserId(1), number, vec![BOB]);
        let told = || -> Vec<bool> {
            let online = |signal| match signal {
                super::super::Signal::Presence { user: BOB, is_online } => is_online,
                other => panic!("{other:?}"),
            };
            watcher.take_signals().into_iter().map(online).collect()
        };
        presence.tick().await.unwrap();
        assert_eq!(told(), [false]);
        presence.tick().await.unwrap();
        assert_eq!(told(), [false; 0]);
        follower.add(BOB, AccountId(2));
        presence.tick().await.unwrap();
        assert_eq!(told(), [true]);
        // Somebody else who begins to watch is told how it is, and nobody else is.
        let (other, late) = follower.add(UserId(3), AccountId(3));
        follower.watch(UserId(3), other, vec![BOB]);
        presence.tick().await.unwrap();
        assert_eq!(late.take_signals(), [super::super::Signal::Presence { user: BOB, is_online: true }]);
        assert_eq!(told(), [false; 0]);
        presence.tick().await.unwrap();
        assert_eq!(late.take_signals(), []);
        follower.remove(UserId(3), other);
        follower.remove(UserId(1), number);
        assert_eq!(follower.watched().0, []);
    }
}
