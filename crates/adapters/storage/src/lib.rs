//! The store of sixin: one set of diesel repositories for two databases, chosen by URL.
//!
//! - [`database`]: connection pools, and how blocking work is run;
//! - `append`: the one function that stores messages, and its transaction;
//! - `repositories`: everything else that is read and written, a file a subject;
//! - `statement`: the few statements whose spelling differs between the databases.
//!
//! Nine of ten statements are ordinary diesel code that names only the connection.

mod append;
mod connection;
pub mod database;
mod epochs;
mod error;
#[cfg(test)]
mod faults;
mod migrations;
mod mysql_connection;
mod mysql_migrations;
mod repositories;
mod schema;
mod settings_check;
mod sqlite_file;
mod statement;
mod statements;
#[cfg(test)]
mod tests;
mod url;

pub use database::{Database, DatabaseOptions, Durability, PoolState};
pub use error::OpenError;
pub use statements::Statements;
pub use url::{DatabaseUrl, UrlError};
