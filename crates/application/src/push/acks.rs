//! What devices have acknowledged, gathered and written down from time to time: nobody who sends or reads waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sixin_domain::id::UserId;
use sixin_domain::log::{Cursor, Position};

use super::ports::PushAcks;
use crate::delivery::ports::LogHead;
use crate::ports::{Clock, StoreResult};
use crate::writing_down::for_ever;

/// Cursors may come from a process whose clock is ahead, but not by more than this.
const AHEAD_MS: i64 = 60_000;
/// Of so many users acknowledgements wait to be written; those of others are dropped until there is room, which wakes somebody who
/// need not have been woken and loses nothing.
const MOST_WAITING: usize = 100_000;
/// How many are written at a time.
const AT_ONCE: usize = 500;

/// Takes in what devices have acknowledged.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Acknowledge: Send + Sync {
    /// A device of the user has everything up to there. What stands in another history or in the future is not believed.
    /// Returns at once.
    fn acknowledge(&self, user: UserId, cursor: &Cursor);
}

/// Acknowledgements that wait to be written.
pub struct AckLog {
    head: Arc<dyn LogHead>,
    store: Arc<dyn PushAcks>,
    clock: Arc<dyn Clock>,
    waiting: Mutex<HashMap<UserId, Position>>,
}

impl AckLog {
    /// None wait yet.
    pub fn new(head: Arc<dyn LogHead>, store: Arc<dyn PushAcks>, clock: Arc<dyn Clock>) -> Self {
        Self { head, store, clock, waiting: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<UserId, Position>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes for ever, with such a pause in between.
    pub async fn keep(&self, pause: Duration) {
        for_ever("what devices have acknowledged", pause, async || self.write().await).await;
    }

    /// Writes what waits. What could not be written waits on.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn write(&self) -> StoreResult<()> {
        let all: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        let mut parts = all.chunks(AT_ONCE);
        while let Some(part) = parts.next() {
            if let Err(error) = self.store.note(part).await {
                let mut waiting = self.waiting();
                for &(user, position) in part.iter().chain(parts.flatten()) {
                    raise(&mut waiting, user, position);
                }
                return Err(error);
            }
        }
        Ok(())
    }
}

fn raise(waiting: &mut HashMap<UserId, Position>, user: UserId, position: Position) {
    if waiting.len() < MOST_WAITING || waiting.contains_key(&user) {
        let noted = waiting.entry(user).or_default();
        *noted = position.max(*noted);
    }
}

impl Acknowledge for AckLog {
    fn acknowledge(&self, user: UserId, cursor: &Cursor) {
        let is_past = cursor.position.time() <= self.clock.now().plus(AHEAD_MS);
        if is_past && cursor.epoch == self.head.cursor().epoch {
            raise(&mut self.waiting(), user, cursor.position);
        }
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::time::Millis;

    use super::*;
    use crate::delivery::ports::MockLogHead;
    use crate::ports::{MockClock, StoreError};
    use crate::push::ports::MockPushAcks;

    fn cursor(epoch: &str, position: i64) -> Cursor {
        Cursor { epoch: epoch.into(), position: Position(position) }
    }

    fn acks(store: MockPushAcks) -> AckLog {
        let mut head = MockLogHead::new();
        head.expect_cursor().returning(|| cursor("a", 100));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1_000));
        AckLog::new(Arc::new(head), Arc::new(store), Arc::new(clock))
    }

    #[tokio::test]
    async fn the_furthest_of_each_user_is_written_once_and_what_can_not_be_is_not_believed() {
        let mut store = MockPushAcks::new();
        store.expect_note().once().withf(|acks| acks == [(UserId(1), Position(9))]).returning(|_| Ok(()));
        let acks = acks(store);
        for position in [3, 9, 5] {
            acks.acknowledge(UserId(1), &cursor("a", position));
        }
        acks.acknowledge(UserId(2), &cursor("b", 3));
        acks.acknowledge(UserId(2), &cursor("a", 61_001_000));
        acks.write().await.unwrap();
        acks.write().await.unwrap();
    }

    #[tokio::test]
    async fn what_could_not_be_written_waits_on_beside_what_comes_meanwhile() {
        let mut store = MockPushAcks::new();
        store.expect_note().once().returning(|_| Err(StoreError::Unavailable("away".into())));
        store.expect_note().once().withf(|acks| acks == [(UserId(1), Position(9))]).returning(|_| Ok(()));
        let acks = acks(store);
        acks.acknowledge(UserId(1), &cursor("a", 9));
        assert!(acks.write().await.is_err());
        acks.acknowledge(UserId(1), &cursor("a", 4));
        acks.write().await.unwrap();
    }
}
