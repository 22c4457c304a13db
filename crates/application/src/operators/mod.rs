//! Those who run the site: who they are, how they sign in, and what is written down of them.

pub mod access;
pub mod audited;
pub mod caller;
pub mod manage;
pub mod own_account;
pub mod ports;
