//! What the use cases need from outside. Small traits; an adapter implements each as its documentation demands.

mod accounts;
mod admin;
mod back_end_users;
mod block_words;
mod cache_epochs;
mod clock;
mod conversations;
mod credentials;
mod file_bytes;
mod files;
mod idempotency;
mod leases;
mod media;
mod message_changes;
mod message_expansions;
mod message_log;
mod message_logs;
mod passwords;
mod people;
mod preferences;
mod secrets;
mod settings;
mod signatures;
mod store_health;

pub use accounts::*;
pub use admin::*;
pub use back_end_users::*;
pub use block_words::*;
pub use cache_epochs::*;
pub use clock::*;
pub use conversations::*;
pub use credentials::*;
pub use file_bytes::*;
pub use files::*;
pub use idempotency::*;
pub use leases::*;
pub use media::*;
pub use message_changes::*;
pub use message_expansions::*;
pub use message_log::*;
pub use message_logs::*;
pub use passwords::*;
pub use people::*;
pub use preferences::*;
pub use secrets::*;
pub use settings::*;
pub use signatures::*;
pub use store_health::*;

use thiserror::Error;

/// The cause of a failure, kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a store could not do what it was asked. What the caller did wrong is never a `StoreError`.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Not now: locked, gone, full, read-only or out of connections. The same request may work later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Cause),
    /// A fault on our side.
    #[error("the database answered with an unexpected error: {0}")]
    Fault(#[source] Cause),
}

/// What a port that reads or writes the store answers.
pub type StoreResult<T> = Result<T, StoreError>;
