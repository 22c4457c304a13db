//! App keys, accounts, sessions and nonces.

pub(crate) mod accounts;
pub(crate) mod credentials;
