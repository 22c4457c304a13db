//! What operators do and see.

pub(crate) mod access_log;
pub(crate) mod ageing;
pub(crate) mod backup;
pub(crate) mod bucket;
pub(crate) mod command_line;
pub(crate) mod compose;
pub(crate) mod erasure;
pub(crate) mod hot_reads;
pub(crate) mod import;
pub(crate) mod mysql_tls;
pub(crate) mod operations;
pub(crate) mod package;
pub(crate) mod reloading;
pub(crate) mod tls;
pub(crate) mod traces;
