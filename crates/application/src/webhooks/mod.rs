//! Receivers are told what was committed: each endpoint is a cursor on the log (docs/webhooks.md).

mod lanes;
pub mod manage;
pub mod ports;
mod posting;
pub mod signing;
pub mod supervisor;
pub mod telling;
#[cfg(test)]
pub(crate) mod testing;
pub mod waking;
mod worker;
