//! Conversations as each side sees them.

pub(crate) mod changes;
pub(crate) mod counters;
pub(crate) mod kept;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod pins;
pub(crate) mod rows;
pub(crate) mod tags;
pub(crate) mod views;
pub(crate) mod visible;
