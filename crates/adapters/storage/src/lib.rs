//! The store of sixin: one set of diesel repositories for two databases, chosen by URL.
//!
//! - `connection`: a connection to either database; [`database`]: pools of them, and how blocking work is run;
//! - `sending`: the one function that stores messages, and its transaction;
//! - `commits`: the one function that runs a change with its events, and who hears of it;
//! - `sql`: the few statements that differ between the databases;
//! - one folder per subject, named as in the use cases: everything else that is read and written.
//!
//! Nine of ten statements are ordinary diesel code that names only the connection.

mod access;
mod commits;
mod connection;
mod conversations;
mod copying;
pub mod database;
mod epochs;
mod error;
#[cfg(test)]
mod faults;
mod files;
mod hooks;
mod importing;
mod last_write;
mod log;
mod messages;
mod migrations;
mod operations;
mod operators;
mod push;
mod schema;
mod sending;
mod site;
mod sql;
#[cfg(test)]
mod tests;
mod users;
mod webhooks;

pub use connection::durability::Durability;
pub use connection::url::{DatabaseUrl, UrlError};
pub use database::{Database, DatabaseOptions, PoolState};
pub use error::OpenError;
pub use importing::FresnsDatabase;
pub use push::DeviceWork;
pub use sql::counts::StatementCounts;
