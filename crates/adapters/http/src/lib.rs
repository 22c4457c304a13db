//! The HTTP API of sixin.
//!
//! Each dialect is a module of its own and knows nothing of the other; what is truly the same for both is in
//! `plumbing`. No rule about messages is decided here: a handler checks form, calls one use case, and renders.

mod api;
mod app;
mod connections;
mod docs;
mod file_address;
mod files;
mod fresns;
mod health;
mod openapi;
mod plumbing;
mod rongcloud;
mod server;
#[cfg(test)]
mod testing;

pub use api::{Api, HttpLimits, LeastSpeed};
pub use app::build;
pub use connections::ConnectionLimits;
pub use openapi::openapi_json;
pub use plumbing::client_address::{Network, NoNetwork};
pub use server::{start, start_metrics};
