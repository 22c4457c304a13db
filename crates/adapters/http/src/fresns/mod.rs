//! The Fresns dialect: apps call with their user's own token.
//!
//! The seed `000` decides; around it the facts of Fresns' documentation of that day.

mod codes;
mod file_info;
mod headers;
mod messages;

pub(crate) mod openapi;
mod requests;
mod responses;
mod routes;
#[cfg(test)]
mod send_once_tests;
mod stats;
mod time_format;
mod user_info;
mod user_view;
#[cfg(test)]
mod wire_tests;

pub(crate) use headers::SIGNING_HEADERS;
pub(crate) use routes::{SEND, send};
