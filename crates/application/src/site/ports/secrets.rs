use async_trait::async_trait;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// Secrets that all processes of a site share. No API shows them.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SiteSecrets: Send + Sync {
    /// The secret of that name; `fresh` becomes it if there is none yet, and of several processes that try at the same
    /// time all get the same.
    async fn get_or_set(&self, name: &str, fresh: &str, now: Millis) -> StoreResult<String>;
}
