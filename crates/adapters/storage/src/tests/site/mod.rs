//! Settings, roles and words of the site.

pub(crate) mod sensitive_words;
pub(crate) mod settings;
