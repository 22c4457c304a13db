//! Is the server able to do its work?

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::operations::ports::{StoreHealth, WriteFailure};
use crate::ports::Clock;
use crate::sending::committer::Committer;
use crate::sending::ids::LeasedIds;

/// A queue that has been full for longer than this means that the server is not ready.
pub const MAX_FULL: Duration = Duration::from_secs(5);
/// How long the database may take to answer.
const DATABASE_PATIENCE: Duration = Duration::from_secs(3);

/// The state of a running server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether the database answers.
    pub database_reachable: bool,
    /// Whether all migrations have been applied.
    pub migrated: bool,
    /// Whether the queue has been full for more than five seconds.
    pub queue_stuck: bool,
    /// Whether this process holds a number, without which it makes no ids.
    pub has_number: bool,
    /// What keeps messages from being stored.
    pub write_failure: Option<WriteFailure>,
    /// What is configured to be less durable than the default.
    pub weakness: Option<String>,
}

impl Health {
    /// Whether requests should be sent here.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.reasons().is_empty()
    }

    /// Why no requests should be sent here.
    #[must_use]
    pub fn reasons(&self) -> Vec<&'static str> {
        let write_failure = self.write_failure.map(|write_failure| match write_failure {
            WriteFailure::Full => "the database's disk is full",
            WriteFailure::ReadOnly => "the database only reads",
            WriteFailure::Unavailable => "the database can't be written",
        });
        let reasons = [
            (!self.database_reachable).then_some("the database does not answer"),
            (self.database_reachable && !self.migrated).then_some("the database lacks migrations"),
            self.queue_stuck.then_some("the queue of messages has been full for seconds"),
            (!self.has_number).then_some("this process holds no number, so it makes no ids"),
            write_failure,
        ];
        reasons.into_iter().flatten().collect()
    }
}

/// Tells how the server is.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait CheckHealth: Send + Sync {
    /// The present state; answers within a few seconds whatever happens.
    async fn check(&self) -> Health;
}

/// [`CheckHealth`] by asking store and queue.
pub struct HealthCheck {
    /// The store.
    pub store: Arc<dyn StoreHealth>,
    /// The queue.
    pub committer: Arc<Committer>,
    /// What makes ids.
    pub ids: Arc<LeasedIds>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl CheckHealth for HealthCheck {
    async fn check(&self) -> Health {
        let answer = tokio::time::timeout(DATABASE_PATIENCE, self.store.is_ready()).await;
        if let Ok(Err(error)) = &answer {
            tracing::warn!(%error, "the database is not ready");
        }
        Health {
            database_reachable: matches!(answer, Ok(Ok(_))),
            migrated: matches!(answer, Ok(Ok(true))),
            queue_stuck: self.committer.full_for().is_some_and(|full| full > MAX_FULL),
            has_number: self.ids.is_ready(self.clock.steady()),
            write_failure: self.store.last_write_failure(),
            weakness: self.store.weakness(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ports::MockStoreHealth;
    use crate::ports::{MockClock, StoreError, StoreResult};
    use crate::sending::committer::{CommitterLimits, Lanes};
    use crate::sending::ports::{MessageStore, MockMessageStore};
    use sixin_domain::id::ID_EPOCH;

    async fn check(ready: StoreResult<bool>) -> Health {
        check_with(ready, None, crate::testing::ids()).await
    }

    async fn check_with(
        ready: StoreResult<bool>,
        write_failure: Option<WriteFailure>,
        ids: LeasedIds,
    ) -> Health {
        let mut store = MockStoreHealth::new();
        store.expect_last_write_failure().return_const(write_failure);
        let mut clock = MockClock::new();
        clock.expect_steady().return_const(ID_EPOCH);
        store.expect_is_ready().return_once(|| ready);
        store.expect_weakness().return_const(None);
        let log: Arc<dyn MessageStore> = Arc::new(MockMessageStore::new());
        let lanes = Lanes { narrow: 1, wide: false };
        let committer = Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap());
        let (ids, clock) = (Arc::new(ids), Arc::new(clock));
        HealthCheck { store: Arc::new(store), committer, ids, clock }.check().await
    }

    #[tokio::test]
    async fn a_server_that_can_store_no_messages_is_not_ready_and_says_why() {
        let unled = check_with(Ok(true), None, LeasedIds::default()).await;
        assert_eq!(unled.reasons(), ["this process holds no number, so it makes no ids"]);
        for write_failure in [WriteFailure::Full, WriteFailure::ReadOnly, WriteFailure::Unavailable] {
            let health = check_with(Ok(true), Some(write_failure), crate::testing::ids()).await;
            assert_eq!((health.is_ready(), health.reasons().len()), (false, 1));
        }
    }

    #[tokio::test]
    async fn a_server_is_ready_when_its_database_answers_and_is_migrated() {
        assert!(check(Ok(true)).await.is_ready());
        let unmigrated = check(Ok(false)).await;
        assert!(unmigrated.database_reachable && !unmigrated.is_ready());
        let gone = check(Err(StoreError::Unavailable("gone".into()))).await;
        assert!(!gone.database_reachable && !gone.is_ready());
    }
}
