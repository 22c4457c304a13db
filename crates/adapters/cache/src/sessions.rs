use std::sync::Arc;

use async_trait::async_trait;

use crate::memory::{Freshness, Memory, Shelf};
use sixin_application::access::ports::{FoundSession, Sessions, TokenHash};
use sixin_application::ports::StoreResult;

/// [`Sessions`] that remembers the sessions there are.
pub struct CachedSessions {
    store: Arc<dyn Sessions>,
    sessions: Shelf<(String, TokenHash), FoundSession>,
}

impl CachedSessions {
    pub(crate) fn new(store: Arc<dyn Sessions>, capacity: u64, freshness: Arc<Freshness>) -> Self {
        Self { store, sessions: Shelf::new("sessions", capacity, |_| 1, freshness) }
    }
}

#[async_trait]
impl Sessions for CachedSessions {
    async fn find(&self, aid: &str, token: &TokenHash) -> StoreResult<FoundSession> {
        let wanted = (aid.to_owned(), *token);
        if let Some(found) = self.sessions.get(&wanted) {
            return Ok(found);
        }
        let generation = self.sessions.generation();
        let found = self.store.find(aid, token).await?;
        if found.session.is_some() {
            self.sessions.keep(generation, wanted, found);
        }
        Ok(found)
    }
}

impl Memory for CachedSessions {
    fn forget(&self) {
        self.sessions.forget();
    }

    fn report_size(&self) {
        self.sessions.report_size();
    }
}
