//! The Fresns dialect: apps call with their user's own token.
//!
//! The seed `000` decides; around it the facts of Fresns' documentation of that day.

mod account_info;
#[cfg(test)]
mod account_wire_tests;
mod accounts;
mod block_words;
mod codes;
mod configs;
mod conversation_info;
#[cfg(test)]
mod conversation_wire_tests;
mod conversations;
mod edits;
mod file_info;
mod files;
#[cfg(test)]
mod files_wire_tests;
mod headers;
mod ip_info;
mod key_filter;
mod marks;
mod message_info;
mod messages;
mod nothing_here;
pub(crate) mod openapi;
mod openapi_accounts;
mod openapi_conversations;
mod openapi_files;
mod openapi_site;
mod openapi_start;
mod outside_file_info;
mod pagination;
mod panel;
mod parameters;
mod requests;
mod responses;
mod roles;
mod routes;
mod send;
#[cfg(test)]
mod send_once_tests;
mod site;
#[cfg(test)]
mod site_wire_tests;
mod stage;
mod stats;
mod status;
mod time_format;
mod user_info;
mod user_view;
#[cfg(test)]
mod user_wire_tests;
mod users;
#[cfg(test)]
mod wire_tests;

pub(crate) use headers::SIGNING_HEADERS;
pub(crate) use routes::configure;
