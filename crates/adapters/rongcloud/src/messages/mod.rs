//! Stored messages: recalled, modified, expanded, read back.

pub(crate) mod changes;
#[cfg(test)]
pub(crate) mod expansion_wire_tests;
pub(crate) mod expansions;
pub(crate) mod history;
pub(crate) mod history_info;
pub(crate) mod log_lines;
pub(crate) mod log_stream;
#[cfg(test)]
pub(crate) mod log_wire_tests;
pub(crate) mod logs;
pub(crate) mod openapi_logs;
#[cfg(test)]
pub(crate) mod wire_tests;
