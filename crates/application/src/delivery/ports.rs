//! What hears of commits.

use sixin_domain::event::Event;

/// Hears what was committed through this process.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait CommitListener: Send + Sync {
    /// The events of one transaction, after its COMMIT. The store MUST call this in commit order for each conversation and
    /// never for something that was rolled back. A commit whose outcome was unknown is told once it was found. MUST return at
    /// once: the next commit is told only afterwards.
    fn committed(&self, events: &[Event]);
}
