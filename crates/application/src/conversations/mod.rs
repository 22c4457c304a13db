//! What a user sees of their conversations, and what they change about them.

pub mod change_conversations;
pub mod keep_tags;
pub mod ports;
pub mod read_conversations;
