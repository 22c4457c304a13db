//! What these use cases need from outside.

mod hourly_logs;
mod message_changes;
mod message_expansions;

pub use hourly_logs::*;
pub use message_changes::*;
pub use message_expansions::*;
