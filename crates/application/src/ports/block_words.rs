use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::block_words::BlockWordFilter;

use super::StoreResult;

/// The block words, ready for use.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait BlockWordSource: Send + Sync {
    /// The filter of all words in force. Building it may take long; whoever asks often keeps it.
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>>;
}
