use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::settings::Settings;

use crate::memory::{Freshness, Memory, Single};
use sixin_application::ports::StoreResult;
use sixin_application::site::ports::SettingSource;

/// [`SettingSource`] that remembers the settings.
pub struct CachedSettings {
    store: Arc<dyn SettingSource>,
    settings: Single<Settings>,
}

impl CachedSettings {
    pub(crate) fn new(store: Arc<dyn SettingSource>, freshness: Arc<Freshness>) -> Self {
        Self { store, settings: Single::new("settings", freshness) }
    }
}

#[async_trait]
impl SettingSource for CachedSettings {
    async fn settings(&self) -> StoreResult<Arc<Settings>> {
        self.settings.get(|| self.store.settings()).await
    }
}

impl Memory for CachedSettings {
    fn forget(&self) {
        self.settings.forget();
    }

    fn report_size(&self) {
        self.settings.report_size();
    }
}
