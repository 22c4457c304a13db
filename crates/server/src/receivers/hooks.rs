//! Who is asked before a message is stored, in a running server.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use sixin_application::hooks::decisions::DecisionLog;
use sixin_application::hooks::ports::HookAsker;
use sixin_storage::Database;

use crate::config::Config;
use crate::receivers::reach::ReachError;
use crate::receivers::telling::poster;

/// How often what was decided is written down.
const PAUSE: Duration = Duration::from_millis(500);

/// What asking takes of a server.
pub(crate) struct Hooks {
    pub(crate) asker: Arc<dyn HookAsker>,
    pub(crate) decisions: Arc<DecisionLog>,
    task: JoinHandle<()>,
}

impl Hooks {
    /// Writes down what is decided from now on.
    pub(crate) fn start(config: &Config, database: &Database) -> Result<Self, ReachError> {
        let decisions = Arc::new(DecisionLog::new(Arc::new(database.clone())));
        let kept = Arc::clone(&decisions);
        let task = actix_web::rt::spawn(async move { kept.keep(PAUSE).await });
        Ok(Self { asker: poster(config)?, decisions, task })
    }

    /// Writes down the last ones, once nobody sends any more.
    pub(crate) async fn stop(self) {
        self.task.abort();
        if let Err(error) = self.decisions.write().await {
            tracing::warn!(%error, "what hooks have decided last could not be noted");
        }
    }
}
