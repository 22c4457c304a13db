//! Leases, health, and what is swept away.

pub(crate) mod hot_reads;
pub(crate) mod leases;
