//! What was acknowledged stays, whatever dies.

pub(crate) mod acknowledged;
pub(crate) mod clock;
pub(crate) mod cluster;
pub(crate) mod concurrency;
pub(crate) mod crash;
pub(crate) mod database_crash;
pub(crate) mod disk;
pub(crate) mod read_only;
pub(crate) mod send_once;
