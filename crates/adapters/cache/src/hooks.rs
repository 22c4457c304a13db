use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::hook::rule::HookRule;

use crate::memory::{Freshness, Memory, Single};
use sixin_application::hooks::ports::HookRules;
use sixin_application::ports::StoreResult;

/// [`HookRules`] that remembers them, so that a site without any asks its database nothing more.
pub struct CachedHooks {
    store: Arc<dyn HookRules>,
    rules: Single<Vec<Arc<HookRule>>>,
}

impl CachedHooks {
    pub(crate) fn new(store: Arc<dyn HookRules>, freshness: Arc<Freshness>) -> Self {
        Self { store, rules: Single::new("hooks", freshness) }
    }
}

#[async_trait]
impl HookRules for CachedHooks {
    async fn rules(&self) -> StoreResult<Arc<Vec<Arc<HookRule>>>> {
        self.rules.get(|| self.store.rules()).await
    }
}

impl Memory for CachedHooks {
    fn forget(&self) {
        self.rules.forget();
    }

    fn report_size(&self) {
        self.rules.report_size();
    }
}
