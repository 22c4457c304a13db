//! Requests: from whom, how much, and in which encoding.

pub mod body;
pub mod client_address;
pub mod disposition;
mod encoded_words;
mod encoding;
pub mod id;
pub mod idempotency;
pub mod multipart;
mod pace;
pub mod parameters;
pub mod scheme;
