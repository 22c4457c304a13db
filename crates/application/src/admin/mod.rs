//! What the operator does, from the command line: the steps and checks around the administrative ports.

pub mod app_keys;
pub mod block_words;
pub mod roles;
pub mod sessions;
pub mod settings;
pub mod users;
