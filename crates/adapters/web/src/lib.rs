//! HTTP below the dialects: connections, reading requests, writing answers, and the kit that describes endpoints.
//!
//! It knows no dialect. A dialect is a crate of its own that implements [`Dialect`]; the server mounts it.

mod access_lines;
mod access_log;
pub mod answer;
mod api;
mod app;
mod connections;
mod docs;
pub mod files;
mod health;
mod limits;
pub mod live;
mod measured;
pub mod openapi;
pub mod request;
mod server;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tls;
mod traced;
#[cfg(test)]
mod wire_tests;

pub use access_lines::{AccessLog, AccessRule};
pub use api::{Dialect, HttpApi, Page, Reference, Shared};
pub use app::build;
pub use connections::ConnectionLimits;
pub use limits::{HttpLimits, LeastSpeed};
pub use server::{start, start_metrics};
pub use tls::{Pair, PairError, Tls};
