//! Leases, health, and what is swept away.

pub(crate) mod check;
pub(crate) mod clock;
pub(crate) mod health;
pub(crate) mod leases;
pub(crate) mod sweep;
