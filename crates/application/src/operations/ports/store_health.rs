use async_trait::async_trait;

use crate::ports::StoreResult;

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteFailure {
    /// The disk is full.
    Full,
    /// The database only reads.
    ReadOnly,
    /// It is gone, its disk fails, or the like.
    Unavailable,
}

/// The state of the store.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Whether the database answers and has all migrations. `Ok(false)` means that some are missing.
    async fn is_ready(&self) -> StoreResult<bool>;

    /// What keeps writes from succeeding, as far as the last one tells. It MUST be `None` again once one has succeeded.
    fn last_write_failure(&self) -> Option<WriteFailure>;

    /// What the operator has configured to be less durable than the default, if anything.
    fn weakness(&self) -> Option<String>;
}
