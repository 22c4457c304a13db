use async_trait::async_trait;
use sixin_domain::file::{PendingUpload, StoredFile};

use super::StoreResult;

/// Stored files.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Files: Send + Sync {
    /// The file with that public id, and its uploads that wait for a message, oldest first. Public ids MUST be
    /// compared by bytes.
    async fn find(&self, fid: &str) -> StoreResult<Option<(StoredFile, Vec<PendingUpload>)>>;
}
