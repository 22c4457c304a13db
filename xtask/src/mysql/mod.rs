//! Database servers for tests: found, started, or unpacked.

pub mod galera;
pub mod newest;
pub mod private;
pub mod programs;
pub mod server;
