//! Signing in and out.

pub(crate) mod account_info;
pub(crate) mod accounts;
#[cfg(test)]
pub(crate) mod wire_tests;
