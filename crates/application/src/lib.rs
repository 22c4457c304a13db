//! The use cases of sixin, and the ports they need.
//!
//! A use case says in which order things happen; the rules themselves are in `sixin-domain`, and whatever touches the
//! outside (database, clock, randomness, cryptography) is behind a port. This crate names no web framework, no
//! database library, no table and no JSON of a dialect.

pub mod access;
pub mod administration;
pub mod bulkhead;
pub mod conversations;
pub mod delivery;
pub mod files;
pub mod hooks;
pub mod messages;
pub mod operations;
pub mod operators;
pub mod ports;
pub mod push;
pub mod sending;
pub mod site;
#[cfg(test)]
mod testing;
pub mod users;
pub mod webhooks;
mod writing_down;

/// The target of the steps that traces of OpenTelemetry show (docs/monitoring.md#traces). They are of the least level, so they are
/// switched off where nobody collects them.
pub const TRACES: &str = "sixin::traces";
