//! SQL that diesel can't build for both databases at once, and how much of it was run.

pub(crate) mod composed;
pub(crate) mod counts;
