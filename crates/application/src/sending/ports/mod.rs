//! What these use cases need from outside.

mod idempotency;
mod leases;
mod message_store;

pub use idempotency::*;
pub use leases::*;
pub use message_store::*;
