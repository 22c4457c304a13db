//! A message on its way into the store.

pub mod back_end_texts;
pub mod committer;
pub mod ids;
pub mod pipeline;
pub mod ports;
pub mod publish_message;
pub mod rate;
pub mod send_message;
