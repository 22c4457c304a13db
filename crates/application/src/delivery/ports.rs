//! What hears of commits, and what the log is read from.

use async_trait::async_trait;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{Commit, Cursor, LogEntry, Position};
pub use sixin_domain::message::delivered::DeliveredMessage;
use sixin_domain::time::Millis;

use super::listeners::Signal;
use crate::access::ports::TokenHash;
use crate::ports::StoreResult;

/// Hears what was committed through this process.
pub trait CommitListener: Send + Sync {
    /// Whether somebody here is to be shown at once what that user gets and sends. Asked while locks are held: MUST return at once.
    fn awaits(&self, _: UserId) -> bool {
        false
    }

    /// What one transaction wrote, after its COMMIT. The store MUST call this in the order of positions and never for something that
    /// was rolled back. A commit whose outcome was unknown is told once it was found. MUST return at once: the next commit is told
    /// only afterwards.
    fn committed(&self, commit: &Commit);
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// The entries, in order.
    pub entries: Vec<LogEntry>,
    /// Up to here there are no others.
    pub until: Position,
}

impl CommitListener for Vec<std::sync::Arc<dyn CommitListener>> {
    fn awaits(&self, user: UserId) -> bool {
        self.iter().any(|listener| listener.awaits(user))
    }

    fn committed(&self, commit: &Commit) {
        self.iter().for_each(|listener| listener.committed(commit));
    }
}

/// What a user has missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// These entries, in order.
    Entries(Vec<LogEntry>),
    /// So much that reading the lists anew costs less.
    TooMuch,
}

/// Those who are connected.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait LiveSignals: Send + Sync {
    /// Whether a user is, as far as is known here.
    fn may_be_connected(&self, user: UserId) -> bool;

    /// Tells users something that is live only.
    fn signal(&self, users: &[UserId], signal: &Signal);
}

/// Where the log ends.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait LogHead: Send + Sync {
    /// As far as this process knows. Whatever is read afterwards MUST hold everything up to here.
    fn cursor(&self) -> Cursor;
}

/// Whose a device token is.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait DeviceTokenOwners: Send + Sync {
    /// The user whose device has that token; `None` if there is no such token, or it was ended.
    async fn owner(&self, token: &TokenHash) -> StoreResult<Option<UserId>>;
}

/// Who is connected to which process. What a process has said MUST count only while its lease holds: who was connected to one that
/// has died is not online.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PresenceStore: Send + Sync {
    /// Notes that users came to the process with that token, and that others left it.
    async fn note(&self, token: &str, came: &[UserId], left: &[UserId], at: Millis) -> StoreResult<()>;

    /// Notes that all have left it.
    async fn leave(&self, token: &str) -> StoreResult<()>;

    /// Those of the users that are connected to some process.
    async fn online(&self, users: &[UserId]) -> StoreResult<Vec<UserId>>;
}

/// That somebody wants to hear of the coming and going of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// Of whom.
    pub user: UserId,
    /// Since when.
    pub since: Millis,
    /// Until when.
    pub ends_at: Millis,
}

/// Whose coming and going users want to hear of.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PresenceWatches: Send + Sync {
    /// From now on these too, until then. `false`: they would be more than `most`, and nothing was changed.
    async fn watch(
        &self,
        owner: UserId,
        users: &[UserId],
        ends_at: Millis,
        most: i64,
        at: Millis,
    ) -> StoreResult<bool>;

    /// No longer these.
    async fn unwatch(&self, owner: UserId, users: &[UserId]) -> StoreResult<()>;

    /// All that have not ended, by their ids.
    async fn watched(&self, owner: UserId, at: Millis) -> StoreResult<Vec<Watched>>;
}

/// The log of everything that was committed.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Where it ends. Whatever is asked afterwards is complete up to here.
    async fn head(&self) -> StoreResult<Cursor>;

    /// The first entries after a position, about `limit` of them and up to another position at most, in order.
    async fn entries(&self, after: Position, until: Position, limit: i64) -> StoreResult<LogPage>;

    /// All such entries that one user may hear of.
    async fn missed(&self, user: UserId, after: Position, until: Position) -> StoreResult<Missed>;

    /// The first `limit` of them, in order, however many there are.
    async fn first(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>>;

    /// The same of changes alone, which MUST cost no more the more messages there are.
    async fn first_changes(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>>;

    /// The messages with these ids, kept and transient, in any order; those that are gone are missing.
    async fn messages(
        &self,
        kept: &[MessageId],
        transient: &[MessageId],
    ) -> StoreResult<Vec<DeliveredMessage>>;
}
