//! The RongCloud dialect: back ends publish for their users, signing with their app secret.
//!
//! The seed `003` decides; around it the facts of RongCloud's own clients, named where a tolerance is theirs.

mod codes;
mod content;
mod content_types;
mod fields;
mod headers;
mod options;

pub(crate) mod openapi;
mod pairs;
mod requests;
mod responses;
mod routes;
#[cfg(test)]
mod send_once_tests;
#[cfg(test)]
mod wire_tests;

pub(crate) use headers::SIGNING_HEADERS;
pub(crate) use routes::{PUBLISH, publish};
