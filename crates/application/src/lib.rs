//! The use cases of sixin, and the ports they need.
//!
//! A use case says in which order things happen; the rules themselves are in `sixin-domain`, and whatever touches the
//! outside (database, clock, randomness, cryptography) is behind a port. This crate names no web framework, no
//! database library, no table and no JSON of a dialect.

pub mod admin;
pub mod authenticate_back_end;
pub mod authenticate_user;
pub mod back_end_texts;
pub mod block_words;
pub mod cached;
pub mod change_conversations;
pub mod change_messages;
pub mod committer;
pub mod edit_user;
pub mod expand_messages;
pub mod file_links;
pub mod guarded_passwords;
pub mod health;
pub mod ids;
pub mod keep_preferences;
pub mod keep_sensitive_words;
pub mod keep_user_lists;
pub mod keep_users;
pub mod mark_user;
pub mod named_users;
pub mod outbox;
pub mod ports;
pub mod profiles;
pub mod publish_message;
pub mod read_conversations;
pub mod read_file;
pub mod read_history;
pub mod read_logs;
pub mod restrict_users;
pub mod send_message;
pub mod send_rate;
pub mod show_user;
pub mod sign_in;
pub mod sweep_files;
#[cfg(test)]
mod testing;
pub mod turns;
pub mod upload_file;
pub mod upload_places;
