//! Conversations as each side sees them.

pub(crate) mod changes;
pub(crate) mod query_plans;
pub(crate) mod views;
