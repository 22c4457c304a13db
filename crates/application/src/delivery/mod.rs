//! Who hears of a commit.

pub mod counted_commits;
pub mod ports;
