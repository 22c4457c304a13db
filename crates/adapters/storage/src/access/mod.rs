//! App keys, accounts, sessions and nonces.

pub(crate) mod accounts;
pub(crate) mod app_keys;
pub(crate) mod nonce_uses;
pub(crate) mod sessions;
