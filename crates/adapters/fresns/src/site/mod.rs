//! The site.

pub(crate) mod block_words;
pub(crate) mod code_messages;
pub(crate) mod configs;
pub(crate) mod ip_info;
pub(crate) mod openapi_site;
pub(crate) mod roles;
pub(crate) mod status;
#[cfg(test)]
pub(crate) mod wire_tests;
