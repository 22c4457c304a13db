//! The Fresns dialect: apps call with their user's own token.
//!
//! The specification decides; around it Fresns' documentation of that day (docs/wire/fresns.md#specification).

mod access;
mod admission;
mod api;
mod codes;
mod conversations;
mod files;
mod headers;
mod key_filter;
mod live;
mod messages;
#[cfg(test)]
mod mount_tests;
mod openapi;
mod pagination;
mod parameters;
mod parts;
mod placeholders;
mod responses;
mod routes;
mod sending;
mod shape;
mod site;
#[cfg(test)]
mod testing;
mod time_format;
mod users;
mod v3;
mod values;

pub use api::FresnsApi;
pub use openapi::description;
pub use v3::openapi::description as third_description;
