//! Settings, roles and words of the site.

pub(crate) mod block_words;
pub(crate) mod roles;
pub(crate) mod secrets;
pub(crate) mod sensitive_words;
pub(crate) mod settings;
