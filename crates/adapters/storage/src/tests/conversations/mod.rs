//! Conversations as each side sees them.

pub(crate) mod changes;
pub(crate) mod query_plans;
mod tags;
pub(crate) mod views;
