use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::AppKey;

use crate::memory::{Freshness, Memory, Shelf};
use sixin_application::access::ports::AppKeys;
use sixin_application::ports::StoreResult;

/// [`AppKeys`] that remembers the keys there are.
pub struct CachedAppKeys {
    store: Arc<dyn AppKeys>,
    keys: Shelf<String, Arc<AppKey>>,
}

impl CachedAppKeys {
    pub(crate) fn new(store: Arc<dyn AppKeys>, capacity: u64, freshness: Arc<Freshness>) -> Self {
        Self { store, keys: Shelf::new("app_keys", capacity, |_| 1, freshness) }
    }
}

#[async_trait]
impl AppKeys for CachedAppKeys {
    async fn find(&self, app_id: &str) -> StoreResult<Option<AppKey>> {
        let wanted = app_id.to_owned();
        if let Some(key) = self.keys.get(&wanted) {
            return Ok(Some(AppKey::clone(&key)));
        }
        let generation = self.keys.generation();
        let found = self.store.find(app_id).await?;
        if let Some(key) = &found {
            self.keys.keep(generation, wanted, Arc::new(key.clone()));
        }
        Ok(found)
    }
}

impl Memory for CachedAppKeys {
    fn forget(&self) {
        self.keys.forget();
    }

    fn report_size(&self) {
        self.keys.report_size();
    }
}
