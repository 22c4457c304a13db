//! What an operator decides for everybody: settings, roles, words that may not stand in a message.

pub mod block_words;
pub mod language;
pub mod permission;
pub mod role;
pub mod settings;
