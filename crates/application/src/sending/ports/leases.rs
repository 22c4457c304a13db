use async_trait::async_trait;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// The right of this process to make ids under one process number (docs/design.md#ids).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The process number, 0 to 31.
    pub number: i64,
    /// What proves the lease to be ours when it is renewed.
    pub token: String,
    /// The database's time when the lease was given.
    pub granted_at: Millis,
    /// On the database's clock: ids at or after this time may not be made under this lease. Nobody else makes ids before
    /// it under this number, so it may lie behind the time at which the number is free again, never before.
    pub ids_end: Millis,
    /// On the database's clock: ids before this time may have been made by an earlier holder of the number.
    pub not_before: Millis,
}

/// The store's list of process numbers. All times in it are on the database's clock.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ProcessLeases: Send + Sync {
    /// Takes a number nobody holds for `duration_ms`. MUST record `ids_end` as the number's high-water mark before it
    /// answers, MUST NOT let that mark fall, also if the database's clock has stepped back, and MUST answer
    /// [`crate::ports::StoreError::Unavailable`] if all numbers are taken.
    async fn acquire(&self, token: &str, duration_ms: i64) -> StoreResult<Lease>;

    /// Prolongs a lease, under which ids before `used` have been made, or answers `None` if the number has meanwhile gone
    /// to another process. There MUST be room for ids behind `used`, and the high-water mark MUST NOT fall.
    async fn renew(&self, lease: &Lease, used: Millis, duration_ms: i64) -> StoreResult<Option<Lease>>;

    /// Gives the number back; its high-water mark stays.
    async fn release(&self, lease: &Lease) -> StoreResult<()>;
}
