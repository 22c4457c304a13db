//! The RongCloud dialect: back ends publish for their users, signing with their app secret.
//!
//! The seed `003` decides; around it the facts of RongCloud's own clients, named where a tolerance is theirs.

mod beyond;
#[cfg(test)]
mod blacklist_wire_tests;
mod blacklists;
mod codes;
mod content;
mod content_types;
mod conversation_fields;
mod fields;
mod headers;
mod history;
mod history_info;
mod messages;
mod options;

#[cfg(test)]
mod message_wire_tests;
pub(crate) mod openapi;
mod openapi_messages;
mod openapi_operation;
mod openapi_users;
mod pairs;
mod requests;
mod responses;
mod routes;
#[cfg(test)]
mod send_once_tests;
mod stage;
#[cfg(test)]
mod wire_tests;

pub(crate) use beyond::beyond;
pub(crate) use headers::SIGNING_HEADERS;
pub(crate) use routes::{PUBLISH, configure};
