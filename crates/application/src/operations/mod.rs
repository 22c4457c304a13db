//! What those do who run the server.

pub mod app_keys;
pub mod backup;
pub mod block_words;
pub mod erase;
pub mod health;
pub mod import_fresns;
pub mod ports;
pub mod retention;
pub mod roles;
pub mod sessions;
pub mod settings;
pub mod users;
