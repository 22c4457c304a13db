//! Is the server able to do its work?

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::committer::Committer;
use crate::ports::StoreHealth;

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
    /// What is configured to be less durable than the default.
    pub weakness: Option<String>,
}

impl Health {
    /// Whether requests should be sent here.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.database_reachable && self.migrated && !self.queue_stuck
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
            weakness: self.store.weakness(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committer::{CommitterLimits, Lanes};
    use crate::ports::{MessageLog, MockMessageLog, MockStoreHealth, StoreError, StoreResult};

    async fn check(ready: StoreResult<bool>) -> Health {
        let mut store = MockStoreHealth::new();
        store.expect_is_ready().return_once(|| ready);
        store.expect_weakness().return_const(None);
        let log: Arc<dyn MessageLog> = Arc::new(MockMessageLog::new());
        let lanes = Lanes { narrow: 1, wide: false };
        let committer = Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap());
        HealthCheck { store: Arc::new(store), committer }.check().await
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
