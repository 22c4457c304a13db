//! Who hears of a commit: the log, followed by live streams.

pub mod commands;
pub mod counted_commits;
pub mod follower;
mod fresh;
pub mod inbox;
mod listeners;
pub mod loading;
pub mod neighbours;
pub mod passes;
pub mod ports;
pub mod presence;
mod reading;
mod ring;
pub mod stream;
#[cfg(test)]
pub(crate) mod testing;
pub mod watching;

pub use listeners::Signal;
