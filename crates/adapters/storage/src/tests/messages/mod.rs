//! Stored messages: changed, expanded, read back.

pub(crate) mod changes;
pub(crate) mod expansions;
mod growing;
pub(crate) mod logs;
mod review;
