//! Conversations and their messages.

pub(crate) mod conversation_info;
pub(crate) mod message_info;
pub(crate) mod panel;
pub(crate) mod requests;
pub(crate) mod views;
#[cfg(test)]
pub(crate) mod wire_tests;
