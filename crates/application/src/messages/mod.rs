//! Messages that are stored already: changed, expanded, read back.

pub mod change_messages;
pub mod expand_messages;
pub mod find_messages;
pub mod grow_messages;
pub mod ports;
pub mod read_history;
pub mod read_logs;
