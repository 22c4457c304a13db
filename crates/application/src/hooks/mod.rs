//! Somebody is asked before a message is stored (docs/hooks.md).

pub mod asking;
pub mod before_send;
pub mod decisions;
pub mod manage;
pub mod ports;
#[cfg(test)]
pub(crate) mod testing;
