//! What these use cases need from outside.

mod idempotency;
mod leases;
mod message_log;

pub use idempotency::*;
pub use leases::*;
pub use message_log::*;
