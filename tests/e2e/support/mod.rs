//! What the tests have in common: the built binary, its databases, and what misbehaves on purpose.

pub(crate) mod authority;
pub(crate) mod calls;
pub(crate) mod database;
pub(crate) mod failing_database;
pub(crate) mod lossy_proxy;
pub(crate) mod nginx;
pub(crate) mod raw;
pub(crate) mod site;
pub(crate) mod upload;
pub(crate) mod walk;
