//! Sending.

pub(crate) mod acknowledgements;
pub(crate) mod faults;
pub(crate) mod lost_connections;
pub(crate) mod send_once;
pub(crate) mod shared_content;
pub(crate) mod statement_counts;
pub(crate) mod units;
