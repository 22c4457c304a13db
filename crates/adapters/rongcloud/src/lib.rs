//! The RongCloud dialect: back ends publish for their users, signing with their app secret.
//!
//! The specification decides; around it stands what RongCloud's own clients do, named where a tolerance is theirs
//! (docs/wire/rongcloud.md#specification).

#[cfg(test)]
mod access_log_tests;
mod admission;
mod api;
mod codes;
mod conversations;
mod failures;
mod fields;
mod headers;
mod live;
mod messages;
#[cfg(test)]
mod mount_tests;
mod openapi;
mod responses;
mod routes;
mod sending;
mod site;
#[cfg(test)]
mod socket_tests;
#[cfg(test)]
mod testing;
mod times;
mod unsupported;
mod users;

pub use api::RongCloudApi;
pub use openapi::description;
