//! Entities and rules of sixin.
//!
//! Nothing in this crate does I/O, waits, or asks what time it is: a rule gets all it needs as arguments and
//! answers with a value. The words are those of `ARCHITECTURE.md`.

pub mod alike;
pub mod app_key;
pub mod block_words;
pub mod body;
pub mod contact;
pub mod conversation;
pub mod expansion;
pub mod file;
pub mod file_link;
pub mod id;
pub mod invisible;
pub mod language;
pub mod limits;
pub mod log_hour;
pub mod log_link;
pub mod media;
pub mod message;
pub mod message_uid;
pub mod object_name;
pub mod outside_file;
pub mod pair;
pub mod permission;
pub mod profile_edit;
pub mod push_preferences;
pub mod rate;
pub mod refusal;
pub mod role;
pub mod send_rules;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod template;
pub mod time;
pub mod upload;
pub mod user;
pub mod username;
pub mod visible;
