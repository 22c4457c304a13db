//! What these use cases need from outside.

mod message_changes;
mod message_expansions;
mod message_logs;

pub use message_changes::*;
pub use message_expansions::*;
pub use message_logs::*;
