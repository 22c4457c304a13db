//! Leases, health, and what is swept away.

mod ageing;
mod ageing_files;
mod check;
mod copying;
pub(crate) mod hot_reads;
pub(crate) mod leases;
