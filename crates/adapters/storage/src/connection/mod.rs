//! A connection to either database: made, set up, checked.

pub(crate) mod connector;
pub(crate) mod durability;
pub(crate) mod mysql;
mod mysql_tls;
pub(crate) mod settings_check;
pub(crate) mod sqlite_file;
pub(crate) mod url;
