//! What these use cases need from outside.

mod growing_messages;
mod hourly_logs;
mod message_changes;
mod message_expansions;

pub use growing_messages::*;
pub use hourly_logs::*;
pub use message_changes::*;
pub use message_expansions::*;
