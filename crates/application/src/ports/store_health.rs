use async_trait::async_trait;

use super::StoreResult;

/// The state of the store.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Whether the database answers and has all migrations. `Ok(false)` means that some are missing.
    async fn is_ready(&self) -> StoreResult<bool>;

    /// What the operator has configured to be less durable than the default, if anything.
    fn weakness(&self) -> Option<String>;
}
