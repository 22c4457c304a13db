//! The RongCloud dialect: back ends publish for their users, signing with their app secret.
//!
//! The seed `003` decides; around it the facts of RongCloud's own clients, named where a tolerance is theirs.

#[cfg(test)]
mod access_log_tests;
mod admission;
mod api;
mod codes;
mod failures;
mod fields;
mod headers;
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
