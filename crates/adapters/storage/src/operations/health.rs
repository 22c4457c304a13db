//! The state of the database.

use async_trait::async_trait;
use sixin_application::operations::ports::{StoreHealth, WriteFailure};
use sixin_application::ports::{StoreError, StoreResult};

use crate::connection::durability::Durability;
use crate::database::Database;
use crate::migrations;

#[async_trait]
impl StoreHealth for Database {
    async fn is_ready(&self) -> StoreResult<bool> {
        match self.read(migrations::is_complete).await {
            // It answers, but the table of migrations is not as it should be.
            Err(StoreError::Fault(_)) => Ok(false),
            answer => answer,
        }
    }

    fn last_write_failure(&self) -> Option<WriteFailure> {
        self.last_write().failure()
    }

    fn weakness(&self) -> Option<String> {
        (self.options().durability == Durability::Weak)
            .then(|| "database.durability is weak: a crash may lose acknowledged messages".to_owned())
    }
}
