//! What the site decides for everybody.

pub mod block_words;
pub mod keep_sensitive_words;
pub mod ports;
