use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::Relation;

use crate::memory::{Freshness, Memory, Shelf};
use sixin_application::ports::StoreResult;
use sixin_application::users::ports::Relations;

/// [`Relations`] that remembers how a sender stands to a recipient, also that there is nothing between them: that is
/// the ordinary answer, and both are users that exist.
pub struct CachedRelations {
    store: Arc<dyn Relations>,
    pairs: Shelf<(UserId, UserId), Relation>,
}

impl CachedRelations {
    pub(crate) fn new(store: Arc<dyn Relations>, capacity: u64, freshness: Arc<Freshness>) -> Self {
        Self { store, pairs: Shelf::new("relations", capacity, |_| 1, freshness) }
    }
}

#[async_trait]
impl Relations for CachedRelations {
    async fn between(&self, sender: UserId, recipients: &[UserId]) -> StoreResult<HashMap<UserId, Relation>> {
        let (mut found, mut rest) = (HashMap::with_capacity(recipients.len()), Vec::new());
        for &recipient in recipients {
            match self.pairs.get(&(sender, recipient)) {
                Some(relation) => drop(found.insert(recipient, relation)),
                None => rest.push(recipient),
            }
        }
        if rest.is_empty() {
            return Ok(found);
        }
        let generation = self.pairs.generation();
        let asked = self.store.between(sender, &rest).await?;
        for recipient in rest {
            let relation = asked.get(&recipient).copied().unwrap_or_default();
            self.pairs.keep(generation, (sender, recipient), relation);
            found.insert(recipient, relation);
        }
        Ok(found)
    }
}

impl Memory for CachedRelations {
    fn forget(&self) {
        self.pairs.forget();
    }

    fn report_size(&self) {
        self.pairs.report_size();
    }
}
