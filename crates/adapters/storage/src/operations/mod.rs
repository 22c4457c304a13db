//! Leases, health, and what is swept away.

mod aged_files;
mod aged_messages;
mod aged_rows;
mod aged_views;
pub(crate) mod check;
pub(crate) mod clock;
pub(crate) mod health;
pub(crate) mod leases;
pub(crate) mod sweep;
