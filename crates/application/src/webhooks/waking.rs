//! Workers hear at once of what was committed through this process; of what others commit they hear when they look.

use sixin_domain::log::Commit;
use tokio::sync::watch;

use crate::delivery::ports::CommitListener;

/// Wakes workers.
#[derive(Debug)]
pub struct WebhookBell(watch::Sender<()>);

impl Default for WebhookBell {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl WebhookBell {
    /// Hears of every commit from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

impl CommitListener for WebhookBell {
    fn committed(&self, _: &Commit) {
        // Nobody listens where there are no endpoints.
        let _ = self.0.send(());
    }
}
