use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::settings::Settings;

use crate::ports::StoreResult;

/// The site's settings.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SettingSource: Send + Sync {
    /// The settings in force.
    async fn settings(&self) -> StoreResult<Arc<Settings>>;
}
