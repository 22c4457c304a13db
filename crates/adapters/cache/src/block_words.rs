use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::block_words::BlockWordFilter;

use crate::memory::{Freshness, Memory, Single};
use sixin_application::ports::StoreResult;
use sixin_application::site::ports::BlockWordSource;

/// [`BlockWordSource`] that remembers the automaton; however many wait for it, it is built once at a time.
pub struct CachedBlockWords {
    store: Arc<dyn BlockWordSource>,
    filter: Single<BlockWordFilter>,
}

impl CachedBlockWords {
    pub(crate) fn new(store: Arc<dyn BlockWordSource>, freshness: Arc<Freshness>) -> Self {
        Self { store, filter: Single::new("block_words", freshness) }
    }
}

#[async_trait]
impl BlockWordSource for CachedBlockWords {
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>> {
        self.filter.get(|| self.store.filter()).await
    }
}

impl Memory for CachedBlockWords {
    fn forget(&self) {
        self.filter.forget();
    }

    fn report_size(&self) {
        self.filter.report_size();
    }
}
