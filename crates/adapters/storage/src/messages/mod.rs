//! Stored messages: changed, expanded, read back.

pub(crate) mod changes;
pub(crate) mod expansions;
pub(crate) mod growing;
pub(crate) mod logs;
pub(crate) mod recalls;
mod review;
pub(crate) mod stored_bodies;
