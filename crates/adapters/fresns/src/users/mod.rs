//! Users.

pub(crate) mod detail;
pub(crate) mod edits;
pub(crate) mod marks;
pub(crate) mod stats;
pub(crate) mod user_info;
pub(crate) mod user_view;
#[cfg(test)]
pub(crate) mod wire_tests;
