//! The RongCloud dialect: back ends publish for their users, signing with their app secret.
//!
//! The seed `003` decides; around it the facts of RongCloud's own clients, named where a tolerance is theirs.

mod beyond;
mod codes;
mod content;
mod content_types;
mod conversation_fields;
#[cfg(test)]
mod expansion_wire_tests;
mod expansions;
mod failures;
mod fields;
mod headers;
mod history;
mod history_info;
mod log_lines;
mod log_stream;
#[cfg(test)]
pub(crate) mod log_wire_tests;
mod logs;
mod messages;
mod options;

#[cfg(test)]
mod message_wire_tests;
pub(crate) mod openapi;
mod openapi_expansions;
mod openapi_logs;
mod openapi_messages;
mod openapi_operation;
mod openapi_preferences;
mod openapi_publish;
mod openapi_restrictions;
mod openapi_user_lists;
mod openapi_users;
mod openapi_words;
mod preference_info;
#[cfg(test)]
mod preference_wire_tests;
mod preferences;
mod publish;
mod requests;
mod responses;
mod restrictions;
mod routes;
#[cfg(test)]
mod send_once_tests;
mod sensitive_words;
mod stage;
mod template;
#[cfg(test)]
mod template_wire_tests;
mod times;
mod user_fields;
mod user_info;
#[cfg(test)]
mod user_list_wire_tests;
mod user_lists;
#[cfg(test)]
mod user_wire_tests;
mod users;
#[cfg(test)]
mod wire_tests;
#[cfg(test)]
mod word_wire_tests;

pub(crate) use beyond::beyond;
pub(crate) use headers::SIGNING_HEADERS;
pub(crate) use routes::{PUBLISH, configure};
