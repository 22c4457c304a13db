//! What the repository's own commands are made of; `main.rs` only names them.
//!
//! Few dependencies on purpose: this crate is built before anything else can be checked.

pub mod bench;
pub mod client_sdks;
pub mod clients;
pub mod deploy_lint;
pub mod documents;
pub mod failure;
pub mod fuzz;
pub mod layers;
pub mod migrations;
pub mod mysql;
pub mod node;
pub mod openapi;
pub mod openapi_changes;
pub mod package;
pub mod programs;
pub mod python;
pub mod shims;
pub mod stamp;
pub mod supervisor;
pub mod test_run;
pub mod workspace;
