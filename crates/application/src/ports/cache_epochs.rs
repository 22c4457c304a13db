use async_trait::async_trait;

use crate::ports::StoreResult;

/// What can change, as far as those who keep answers in memory must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// App keys.
    AppKeys,
    /// Sessions, and the accounts they belong to.
    Sessions,
    /// Users.
    Users,
    /// Roles, and who has them.
    Roles,
    /// Settings.
    Settings,
    /// Follows and blocks.
    Relations,
    /// Block words.
    BlockWords,
    /// Those who are asked before a message is stored.
    Hooks,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 8] = [
        Self::AppKeys,
        Self::Sessions,
        Self::Users,
        Self::Roles,
        Self::Settings,
        Self::Relations,
        Self::BlockWords,
        Self::Hooks,
    ];
}

/// Counters by which a process learns what others have changed.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait CacheEpochs: Send + Sync {
    /// The present counter of each topic. It MUST have another value after each committed change of its topic, and
    /// whoever has seen that value MUST see the change too.
    async fn read(&self) -> StoreResult<Vec<(Topic, i64)>>;
}

/// What a process keeps in memory of what is stored.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Remembered: Send + Sync {
    /// Forgets everything about a topic. What is asked for afterwards MUST be read from the store, and what was asked for before
    /// MUST NOT be kept.
    fn forget(&self, topic: Topic);
}
